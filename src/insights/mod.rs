//! Figures about everybody that give nobody away; `docs/insights.md` says how, and why that holds.
//!
//! ```text
//! register (insights:) ─► count: sources, without who refused ─► release: what may be shown ─► pages
//! ```

pub mod count;
pub mod model;
pub mod pages;
pub mod queries;
pub mod refused;
pub mod release;
