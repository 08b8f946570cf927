//! Choices: what a person has switched off or on, in effect in the transaction that records it.
//!
//! One append-only table is both the state and its history: of each subject and activity the row with the
//! highest number holds ([`queries::list_current`]). A change is one [`Act`]: it is planned and its receipt and mail
//! are made on what was read, and then everything is written at once; the unique number lets only one of two
//! clicks through ([`change`]).
//!
//! A subject is a person, an e-mail address or other handle that nobody has signed in with yet, or a browser. The last two
//! join the person at sign-in and never weaken what the person chose ([`mod@join`]). The browser's signal
//! counts as an opt-out of sale and sharing, and its absence says nothing ([`signal`]). Who is under 16 is opted
//! out by law ([`minors`]), and what needs consent where somebody moves to ([`residence`]). When the business changes hands, the opt-outs go with it ([`hand_over`]).

pub mod announced_pages;
pub mod browser;
mod budget;
pub mod change;
mod defaults;
pub mod feed;
pub mod gpp;
pub mod gpp_pages;
pub mod hand_over;
mod handles;
pub mod history_pages;
pub mod join;
pub mod messages;
pub mod minors;
pub mod model;
mod numbers;
pub mod pages;
pub mod past;
mod plan;
pub mod proof;
pub mod public_pages;
pub mod queries;
pub mod refusable;
pub mod residence;
pub mod settings;
pub mod signal;
pub mod signal_pages;
pub mod staff_pages;
mod stand;
pub mod standing;
pub mod stopped;

pub use browser::Browser;
pub use budget::Spent;
pub use change::{Act, Outcome, Proof, Repeat};
pub use defaults::{Defaults, keeps_off_in};
pub use join::{join, spread};
pub use model::{Choice, MadeBy, State, Subject};
pub use refusable::{
    AUTOMATED_DECISIONS, LIMIT_SENSITIVE, RIGHTS, Refusable, SALE_OR_SHARING, refusables,
};
pub use settings::{is_opted_out, is_sold, open_to_objection};
pub use stopped::Stopped;
