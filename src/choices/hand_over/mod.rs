//! Handing every opt-out over to a company that takes over the business, and taking over those of another.
//!
//! They go as one file of JSON lines: who made it for whom, then a line for each opt-out that holds, and last a receipt
//! that signs the number of lines and the hash of all before it ([`file`](mod@file)). People are named by keyed hashes of their
//! identities, under keys of the company that takes over, so that it finds them and nobody else can ([`give`]). What is
//! taken over only ever turns something off: what a person allowed later on their own account stays ([`take`]).

pub mod command;
pub mod file;
mod give;
mod take;
