//! Candor: the privacy portal that a company runs in front of its own databases.

pub mod register;
