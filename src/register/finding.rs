//! What is wrong with a manifest, and where.

use std::{cell::RefCell, fmt, sync::Arc};

/// A place in a manifest; written `file:line: path`, or `file` where it is the file as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File name, from the register's folder on.
    pub file: Arc<str>,
    /// Counted from 1; 0 for the file as a whole.
    pub line: u32,
    /// Such as `dataset.shop.orders.customer_id`; may be empty.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.path.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.path)
        }
    }
}

/// A fault, which keeps a register from being used, or a warning, which does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub wrong: String,
    /// What would have been right.
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; expected {}",
            self.place, self.wrong, self.expected
        )
    }
}

/// Collects findings while manifests are read and checked, so that all of them are told at once.
#[derive(Debug, Default)]
pub(super) struct Report {
    faults: RefCell<Vec<Finding>>,
    warnings: RefCell<Vec<Finding>>,
}

impl Report {
    pub(super) fn fault(
        &self,
        place: &Place,
        wrong: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.faults
            .borrow_mut()
            .push(finding(place, wrong.into(), expected.into()));
    }

    pub(super) fn warn(
        &self,
        place: &Place,
        wrong: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.warnings
            .borrow_mut()
            .push(finding(place, wrong.into(), expected.into()));
    }

    /// Faults and warnings, each in the order of files and lines.
    pub(super) fn into_findings(self) -> (Vec<Finding>, Vec<Finding>) {
        let sorted = |findings: RefCell<Vec<Finding>>| {
            let mut findings = findings.into_inner();
            findings.sort();
            findings.dedup();
            findings
        };
        (sorted(self.faults), sorted(self.warnings))
    }
}

fn finding(place: &Place, wrong: String, expected: String) -> Finding {
    Finding {
        place: place.clone(),
        wrong,
        expected,
    }
}
