//! Settings for the laws.

use std::path::PathBuf;

use clap::Args;

use super::laws::Laws;
use crate::config::Faults;

const FILE: &str = "--law-file (CANDOR_LAW_FILE)";
const EMPLOYMENT: &str = "--exclude-employment (CANDOR_EXCLUDE_EMPLOYMENT)";

/// Which rows of law are in use.
#[derive(Debug, Clone, Default, Args)]
pub struct LawArgs {
    /// A file with rows of law (TOML) that replace those of the program; `candor law check` looks at it
    #[arg(long, env = "CANDOR_LAW_FILE", value_name = "FILE")]
    pub law_file: Option<PathBuf>,

    /// Laws, such as us-va, whose exception for employees and applicants you make use of: your own promise applies instead
    #[arg(
        long,
        env = "CANDOR_EXCLUDE_EMPLOYMENT",
        value_delimiter = ',',
        value_name = "LAW"
    )]
    pub exclude_employment: Vec<String>,
}

impl LawArgs {
    /// The laws as the settings want them; every fault is told.
    pub fn check(&self, faults: &mut Faults) -> Laws {
        let mut laws = match &self.law_file {
            None => Laws::built_in(),
            Some(file) => Laws::with_file(file).unwrap_or_else(|found| {
                for finding in found {
                    let wrong = format!("{}: {}", finding.place, finding.wrong);
                    faults.add(FILE, &wrong, &format!("expected {}", finding.expected));
                }
                Laws::built_in()
            }),
        };
        let given = self.exclude_employment.iter().map(|key| key.trim());
        for key in given.filter(|key| !key.is_empty()) {
            if !laws.exclude_employment(key) {
                let known = laws.all().iter().filter(|law| !law.employment);
                let known: Vec<_> = known.map(|law| law.key.as_str()).collect();
                let wrong = format!("{key:?} is no law that leaves out employees and applicants");
                faults.add(
                    EMPLOYMENT,
                    &wrong,
                    &format!("give one of {}", known.join(", ")),
                );
            }
        }
        laws
    }
}
