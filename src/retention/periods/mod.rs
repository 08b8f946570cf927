//! Nothing is kept longer than the register says (Cal. Civ. Code 1798.100(a)(3)): every night what is due is counted,
//! and a supervisor has it erased.
//!
//! ```text
//! planned ─► approved ─► done        a plan that nobody approved is made anew the next night
//! ```
//! A plan covers every collection with a period and a date, archives and caches too. It is carried out batch by batch,
//! each of which is one transaction in its source, read back. The batch is written down before and settled after, so
//! that a worker that is killed leaves an exact count behind. What a hold keeps stays, and so does everything of people
//! with a hold of their own, an open request, or data that are restricted. Nothing is erased unapproved, unless an admin
//! has switched that on. What comes while a batch is carried out is honoured from the next on.

pub mod carry_out;
pub mod changes;
pub mod model;
pub mod plan;
pub mod queries;
pub mod shields;
pub mod staff_pages;
