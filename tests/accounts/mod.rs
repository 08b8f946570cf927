//! Signing in, sessions, limits and staff, as people meet them.

mod address;
mod budgets;
mod closed;
mod closed_for_others;
mod closing;
mod command;
mod limits;
mod members;
mod proposing;
mod second_factor;
mod sessions;
mod sign_in;
mod signs;
mod step_up;
mod twice;
