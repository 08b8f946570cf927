//! Whether the parts of a register fit together.

mod announced;
mod declared;
mod insights;
mod reach;
mod references;
mod set_aside;

use super::{finding::Report, manifest::Manifests};

/// Reports every fault that shows only when all files are read. Where two datasets have one key, nobody can say which of
/// them a name means: that is reported, and what follows from names is looked at once it is put right.
pub(super) fn check(manifests: &Manifests, report: &Report) {
    let register = &manifests.register;
    declared::check(manifests, report);
    announced::check(register, report);
    references::check(register, report);
    if declared::are_datasets_apart(register) {
        references::check_names(register, report);
        reach::check(register, report);
        insights::check(register, report);
        set_aside::check(register, report);
    }
}
