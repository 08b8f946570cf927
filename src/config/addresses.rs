//! Where the sources are: the same for the portal and for commands. An address may hold a password, so it need not be typed.

use std::path::PathBuf;

use clap::Args;

use super::Faults;
use crate::sources::is_of_known_kind;

pub(super) const SOURCE: &str = "--source (CANDOR_SOURCES)";

/// Where the sources are.
#[derive(Debug, Clone, Default, Args)]
pub struct Addresses {
    /// A source, as the manifests name it, and its address; may be given several times, in the variable with spaces between
    #[arg(
        long = "source",
        env = "CANDOR_SOURCES",
        value_delimiter = ' ',
        value_name = "KEY=URL"
    )]
    #[arg(hide_env_values = true)]
    pub sources: Vec<String>,

    /// Files that each hold one KEY=URL, for addresses with passwords; may be given several times
    #[arg(
        long = "source-file",
        env = "CANDOR_SOURCE_FILES",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    pub source_files: Vec<PathBuf>,
}

impl Addresses {
    /// Each source with its address, as far as they are right.
    pub(crate) fn check(&self, faults: &mut Faults) -> Vec<(String, String)> {
        let mut given = self.sources.clone();
        for file in &self.source_files {
            given.extend(faults.read("--source-file (CANDOR_SOURCE_FILES)", file));
        }
        let mut sources: Vec<(String, String)> = Vec::new();
        for text in given.iter().filter(|text| !text.is_empty()) {
            // The text may hold a password, so it is not repeated.
            let (wrong, way_out) = match text.split_once('=') {
                Some((key, _)) if sources.iter().any(|it| it.0 == key) => {
                    (format!("the source {key:?} is given twice"), "give it once")
                }
                Some((key, url)) if !key.is_empty() && is_of_known_kind(url) => {
                    sources.push((key.to_owned(), url.to_owned()));
                    continue;
                }
                Some((key, url)) if !key.is_empty() && url.contains(':') => (
                    format!("the address of {key:?} is of no kind of source that Candor knows"),
                    "start it with sqlite:, postgres:, mysql:, mariadb:, files:, http:, https: or manual:",
                ),
                _ => (
                    "a source is not of the form KEY=URL".to_owned(),
                    "write it as in projobsector=sqlite:///var/lib/company.db; several with a space between them",
                ),
            };
            faults.add(SOURCE, &wrong, way_out);
        }
        sources
    }
}
