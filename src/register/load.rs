//! From a folder of manifests to a register that holds together, or to every fault in it.

use std::{collections::HashSet, path::Path, process::ExitCode};

use super::{
    CollectionKey, Finding, Place, Register, check,
    finding::Report,
    manifest::{self, Manifests},
};
use crate::say::say;

impl Register {
    /// Reads and checks all manifests of a folder. Gives the register and what deserves a look, or all faults.
    pub fn load(folder: &Path) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let (loaded, looks) = Self::look(folder);
        loaded.map(|register| (register, looks))
    }

    /// The register or all faults, and what deserves a look in either case.
    fn look(folder: &Path) -> (Result<Self, Vec<Finding>>, Vec<Finding>) {
        let report = Report::default();
        let place = |file: &str| Place {
            file: file.into(),
            ..Place::default()
        };
        let mut manifests = Manifests::default();
        let name = folder.to_string_lossy();
        match manifest::files(folder) {
            Ok(files) if files.is_empty() => {
                report.fault(&place(&name), "it has no manifest", "`.yml` files in it");
            }
            Ok(files) => {
                for (file, text) in files {
                    match text {
                        Ok(text) => manifests.read(&file, &text, &report),
                        Err(error) => {
                            report.fault(&place(&file), error.to_string(), "a readable file");
                        }
                    }
                }
            }
            Err(error) => report.fault(&place(&name), error.to_string(), "a readable folder"),
        }
        Self::finish(manifests, report)
    }

    /// The register of a folder, whatever deserves a look in it; all faults in one error.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let (register, _) = Self::load(folder).map_err(|faults| {
            let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the register cannot be used:\n{}", lines.join("\n"))
        })?;
        Ok(register)
    }

    /// As [`Register::load`], from files in memory: name and text of each.
    pub fn parse(files: &[(&str, &str)]) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let report = Report::default();
        let mut manifests = Manifests::default();
        for (file, text) in files {
            manifests.read(file, text, &report);
        }
        let (parsed, looks) = Self::finish(manifests, report);
        parsed.map(|register| (register, looks))
    }

    fn finish(
        mut manifests: Manifests,
        report: Report,
    ) -> (Result<Self, Vec<Finding>>, Vec<Finding>) {
        manifests.register.part_names();
        check::check(&manifests, &report);
        let mut register = manifests.register;
        register.link();
        let (faults, looks) = report.into_findings();
        let loaded = if faults.is_empty() {
            Ok(register)
        } else {
            Err(faults)
        };
        (loaded, looks)
    }
}

impl Register {
    /// Parts what names collections anew where a dataset has a dot in its own name.
    fn part_names(&mut self) {
        let all = self.datasets.iter().flat_map(|dataset| {
            let collections = dataset.collections.iter();
            collections.map(|it| CollectionKey::new(&dataset.key, &it.name))
        });
        let known: HashSet<_> = all.collect();
        let collections = self.datasets.iter_mut().flat_map(|it| &mut it.collections);
        let ordered = collections.flat_map(|it| it.after.iter_mut().chain(&mut it.erase_after));
        let aside = self.set_aside.iter_mut().flat_map(|it| &mut it.collections);
        for key in ordered.chain(aside) {
            let text = key.to_string();
            let dots = text.match_indices('.');
            let mut parted = dots.map(|(at, _)| CollectionKey::new(&text[..at], &text[at + 1..]));
            if let Some(named) = parted.find(|it| known.contains(it)) {
                *key = named;
            }
        }
    }
}

/// `candor register check DIR`: faults and warnings to stderr, one a line; else a line that sums up.
pub fn check_command(folder: &Path) -> ExitCode {
    let (loaded, looks) = Register::look(folder);
    for look in looks {
        eprintln!("warning: {look}");
    }
    match loaded {
        Ok(register) => {
            say!("{}", register.summary());
            ExitCode::SUCCESS
        }
        Err(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            eprintln!(
                "{} found in {}",
                count(faults.len(), "fault"),
                folder.display()
            );
            ExitCode::FAILURE
        }
    }
}

impl Register {
    /// How much it declares, in one line.
    pub fn summary(&self) -> String {
        let collections: Vec<_> = self
            .datasets
            .iter()
            .flat_map(|dataset| &dataset.collections)
            .collect();
        let fields = collections
            .iter()
            .map(|collection| collection.all_fields().len())
            .sum();
        [
            count(self.datasets.len(), "dataset"),
            count(collections.len(), "collection"),
            count(fields, "field"),
            count(self.categories.len(), "category"),
            count(self.activities.len(), "activity"),
            count(self.recipients.len(), "recipient"),
        ]
        .join(", ")
    }
}

fn count(number: usize, word: &str) -> String {
    match (number, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {word}s"),
    }
}
