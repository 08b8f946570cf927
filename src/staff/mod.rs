//! The desk: where staff find requests, look at them, decide, and see what became of it.
//!
//! What staff do to a request is in `requests` ([`crate::requests::handling`], [`crate::requests::decisions`]);
//! here are the pages. Every action names the version of the request that its page showed, and is refused with
//! an explanation when somebody else was faster.

pub mod act;
pub mod appeal_pages;
pub mod bulk_pages;
pub mod case;
mod contest;
pub mod correct_pages;
pub mod data_pages;
pub mod decide_pages;
pub mod enter_pages;
pub mod evidence_pages;
pub mod flag_pages;
pub mod handle_pages;
pub mod identity_pages;
mod judging;
mod lookers;
pub mod notes;
pub mod package_pages;
pub mod pages;
pub mod queries;
pub mod queue;
pub mod redact_pages;
pub mod replies;
pub mod request_pages;
pub mod reviews;
pub mod saved_views;
pub mod search;
mod sent;
pub mod training;
mod unverified;
pub mod waiting;
