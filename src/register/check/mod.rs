//! Whether the parts of a register fit together.

mod declared;
mod insights;
mod reach;
mod references;

use super::{finding::Report, manifest::Manifests};

/// Reports every fault that shows only when all files are read.
pub(super) fn check(manifests: &Manifests, report: &Report) {
    declared::check(manifests, report);
    references::check(&manifests.register, report);
    reach::check(&manifests.register, report);
    insights::check(&manifests.register, report);
}
