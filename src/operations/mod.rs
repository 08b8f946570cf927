//! What operators look at: whether the portal lives, whether it is ready, and its figures.

pub mod backlog;
pub mod metrics;
pub mod pages;
