//! Everything that `candor demo` shows without a company behind it.

pub mod source;
