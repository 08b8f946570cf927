//! Candor: the privacy portal that a company runs in front of its own databases.

#![warn(
    clippy::print_stdout,
    reason = "it panics when nobody reads any more, as with `| head`: use `say!`"
)]

// How it is started and put together.
pub mod cli;
pub mod config;
pub mod logs;

pub mod app;
pub mod server;

pub mod routes;

// What operators look at.
pub mod monitors;
pub mod operations;

// What every slice stands on.
pub mod clock;
pub mod db;
pub mod error;
pub mod keys;
pub mod outbound;
pub mod say;
pub mod web;

// Who people are.
pub mod accounts;

// What the organisation declares.
pub mod register;
pub mod reports;
pub mod retention;

// Which law applies, and its dates.
pub mod law;

// The company's databases.
pub mod sources;

// What people ask for, and what becomes of it.
pub mod requests;

// Where staff work.
pub mod staff;

// What people look up and change by hand.
pub mod manual;

// What people switch off and on.
pub mod choices;
// What programs of the organisation ask about that.
pub mod api;
// Who receives data, and telling them what people chose.
pub mod disclosures;
// What authorised agents ask for people.
pub mod drp;

// The privacy policy and its versions.
pub mod policy;
// Figures about everybody.
pub mod insights;
// The page before a site of others.
pub mod leaving;
// What a person sees of their data.
pub mod my_data;

// What is done later, and the proof of all that was done.
pub mod audit;
pub mod jobs;
pub mod mail;

// What it shows without a company behind it.
pub mod demo;
