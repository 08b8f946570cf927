//! Who people are: identities, sign-in, sessions and roles.
//!
//! A handler says whom it serves by the extractor that it takes ([`guard`]): a check that is a parameter's
//! type cannot be forgotten. Sessions live in the database ([`session_store`]), so that they can be listed
//! and ended.

mod address;
pub mod address_pages;
mod closing;
mod closing_by_staff;
pub mod closing_pages;
pub mod codes;
pub mod command;
pub mod device;
pub mod guard;
pub mod homes;
pub mod limits;
pub mod members;
pub mod messages;
pub mod model;
mod offers;
mod on_record;
pub mod pages;
pub mod profile;
pub mod proposal_pages;
pub mod proposals;
mod qr;
pub mod queries;
pub mod recovery_codes;
pub mod second;
pub mod second_factor;
pub mod second_factor_pages;
pub mod session_store;
pub mod sessions;
mod sign_in;
pub mod sign_in_pages;
pub mod signs;
pub mod staff_pages;
pub mod step_up;
pub mod step_up_pages;
pub mod unopened;

use crate::app::App;
use crate::error::AppResult;

pub use closing::{close_due, refuse_closed};

/// Removes what has passed its end: codes, sessions, counts of limits, signs of abuse, offers of addresses and proposals
/// of them, accounts that no address opens. Safe to repeat.
pub fn purge(app: &App) -> AppResult<()> {
    let now = app.clock.now();
    app.db.write_now(move |conn| {
        codes::purge(conn, now)?;
        sessions::purge(conn, now)?;
        limits::purge(conn, now)?;
        signs::purge(conn, now)?;
        offers::purge(conn, now)?;
        proposals::purge(conn, now)?;
        unopened::purge(conn, now)?;
        Ok(())
    })
}
