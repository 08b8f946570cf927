//! What was erased stays erased (11 CCR 7022(d)): every night the sources are searched for erased people, and data that
//! came back are a task for staff.
//!
//! ```text
//! found ─► proposed ─► erasing ─► erased          found again: erased, gone ─► found
//!   │          └► found (sent back)    └► found (it failed)
//!   ├─► left    they came back on purpose
//!   └─► gone    no source holds them any more
//! ```
//! An erasure takes two, and so does erasing again: whoever proposes it, and a supervisor, another one. It is carried
//! out by the same [`replay`](super::replay) as after a restored backup. What a customer gave after the erasure is no data that
//! came back: it is neither listed nor erased. Where nobody can tell whether something was given anew or brought back, the
//! list says so, and so does the mail that whoever it was about gets, with a receipt ([`telling`]).

pub mod changes;
pub mod erase_again;
pub mod model;
pub mod queries;
pub mod staff_pages;
pub mod sweep;
pub mod telling;
