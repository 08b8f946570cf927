//! What is wrong when SQLite refuses.

use rusqlite::{ErrorCode, ffi};

use super::error::DISK_FULL;
use super::{Fault, Rule};

/// The fault without the driver's text, which may quote values.
pub(super) fn fault_of(error: &rusqlite::Error) -> Fault {
    let Some(failure) = error.sqlite_error() else {
        return Fault::Failed("driver".to_owned());
    };
    let code = failure.extended_code.to_string();
    match failure.code {
        ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Fault::TimedOut
        }
        ErrorCode::NotADatabase => Fault::Unavailable("it is no SQLite database".to_owned()),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            Fault::Unavailable("its file cannot be opened".to_owned())
        }
        ErrorCode::DiskFull => Fault::Unavailable(DISK_FULL.to_owned()),
        ErrorCode::DatabaseCorrupt => Fault::Unavailable("its file is damaged".to_owned()),
        // Which of the many failures of a disk it is, its code tells.
        ErrorCode::SystemIoFailure => Fault::Unavailable(code),
        ErrorCode::ReadOnly => Fault::ReadOnly,
        ErrorCode::ConstraintViolation => Fault::Refused(match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_NOTNULL => Rule::NotNull,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Rule::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Rule::ForeignKey,
            ffi::SQLITE_CONSTRAINT_CHECK => Rule::Check,
            _ => Rule::Other,
        }),
        ErrorCode::Unknown => Fault::Missing("such table or column".to_owned()),
        _ => Fault::Failed(code),
    }
}
