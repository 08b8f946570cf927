//! What the organisation has to account for: the register of requests, the yearly figures, and the end of both.
//!
//! Figures are counted every night into a table of their own, per year, kind, outcome and number of days
//! ([`figures`]). So a page of figures never reads the requests, and the figures outlive them: a request is purged
//! 24 months after it was closed ([`purge`]). The register is read from the requests themselves ([`register`]).

pub mod figures;
pub mod metrics_pages;
pub mod model;
pub mod public_pages;
pub mod purge;
pub mod queries;
pub mod register;
pub mod register_pages;
