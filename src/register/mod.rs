//! What the organisation declares: which data it holds where, why, for how long, and who gets it.
//!
//! A register is a folder of fideslang YAML (datasets and systems, as other tools write them) with our own
//! keys under `candor:`, and one `register.yml` for what fideslang lacks. Read once at start; never changed after.

mod announced;
mod category;
mod check;
mod describe;
pub mod drift;
mod finding;
pub mod insights;
mod load;
mod manifest;
mod map;
mod model;
mod rules;
mod set_aside;
mod taxonomy;

pub use announced::{Exception, Incentive, Machine};
pub use category::{Category, Letter, SourceKind, covers};
pub use describe::FieldView;
pub use finding::{Finding, Place};
pub use load::check_command;
pub use map::{
    Collection, CollectionKey, DataType, Dataset, Direction, Field, Kind, Masking, Reference,
};
pub use model::{Activity, LawfulBasis, Organisation, Recipient, RecipientRole, Register, System};
pub use rules::{Correctable, Erase, Input, Keep, NeverDisclose, Required, Retention};
pub use set_aside::SetAside;
