//! The life of a request: file, review, decide, execute, close; and the person's pages about it.
//!
//! ```text
//! received ─► acknowledged ─► in_review ─► approved ─────────┐
//!                  │           ▲  │  ▲  └► partly_approved ──┼─► executing ─► completed
//!                  ▼           │  │  ▼                       │      │ ▲
//!              verifying ──────┘  │ waiting_for_person       │      ▼ │
//!                                 └─► denied                 │ execution_failed ─► in_review
//! denied, completed ─► in_review: an appeal against the denial succeeded, see [`appeals::grant`]
//! until it is executed: ─► withdrawn        nothing to execute: approved ─► completed
//! ```
//! [`life`] has the one table of allowed moves, and [`life::advance`] is the only way from one state to the
//! next: a guarded update that writes the person's timeline and the audit event with it.
//!
//! Requests come by [`filing`], without an account by [`senders`], as a mail by [`by_mail`], and for somebody else by
//! [`agents`]. [`handling`] and [`decisions`] are what staff do with them: [`flags`] is what they look at first,
//! [`four_eyes`] says what takes two of them, [`statements`] are what the person says of health data that stay,
//! [`restrictions`] are what is kept and not used, [`denial`] is what the law wants said with a denial, and [`appeals`]
//! are the second look at one, also by letter ([`appeal_letters`]). A deletion that no source could plan
//! yet, or of which more is known since, is planned by [`planning`]. [`execution`] is what carrying them out reports, and
//! [`reminders`] tells of dates. Every function that changes something works in its caller's transaction, and writes the
//! mail that belongs to it too.
//!
//! What a correction wrote is looked after by [`corrected`]: a value that it replaced and that comes back is noticed.
//!
//! Values of a person's data, reasons, messages and evidence are sealed; evidence is erased when the request
//! closes.

pub mod agents;
pub mod appeal_letters;
pub mod appeals;
mod asked;
pub mod by_mail;
pub mod carry_out;
pub mod collected;
pub mod contradicted;
pub mod corrected;
pub mod dates;
pub mod decisions;
pub mod denial;
pub mod denied_before;
pub mod details;
pub mod earlier;
pub mod evidence;
pub mod execution;
mod facts;
pub mod filing;
pub mod flags;
pub mod four_eyes;
mod handing_out;
pub mod handling;
pub mod held_since;
pub mod held_still;
mod how_often;
pub mod items;
pub mod kept_file;
pub mod kinds;
pub mod left_uses;
pub mod life;
pub mod model;
pub mod notices;
pub mod over_limit;
pub mod pages;
pub mod pause;
pub mod periods;
pub mod planning;
pub mod queries;
mod recounting;
pub mod reference;
mod reminder_mails;
pub mod reminders;
pub mod repeats;
pub mod replanning;
pub mod resting;
pub mod restricted;
pub mod restrictions;
pub mod review;
pub mod sealed;
pub mod senders;
pub mod staff_mails;
pub mod statements;
mod step_words;
pub mod steps;
mod unanswered;
pub mod words;
