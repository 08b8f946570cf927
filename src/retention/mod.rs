//! Data that must stay, and data that must stay away.
//!
//! [`tombstones`] remember what was erased, so that a restored backup does not bring it back ([`replay`]),
//! and what comes back all the same is found at night ([`returned`]). What an erasure had to leave is put before staff
//! when its reason ends ([`remainders`]).
//! What is kept long enough is erased, once a supervisor has approved it ([`periods`]).
//!
//! Holds keep data from being erased: those that staff place, beside those that the register declares for everybody.
//! A hold names a person, or nobody and so everybody, and a collection, or nothing and so all data. Plans of
//! erasures are made with the holds in force ([`queries::in_force`]), and a hold that is placed after a plan was
//! agreed stops it before it is carried out. A hold of a law-enforcement agency lasts 90 days and may be renewed
//! for 90 more (Cal. Civ. Code 1798.145(a)(2)).

pub mod changes;
pub mod model;
pub mod periods;
pub mod queries;
pub mod remainders;
pub mod replay;
pub mod returned;
pub mod staff_pages;
pub mod tombstones;
