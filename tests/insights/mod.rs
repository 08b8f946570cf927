//! Figures about everybody.

mod counting;
mod releasing;
