//! Where the sources are: the same for the portal and for commands. An address may hold a password, so it need not be typed.

use std::path::PathBuf;

use clap::Args;

use super::Faults;
use crate::sources::is_of_known_kind;

const FILE: &str = "--source-file (CANDOR_SOURCE_FILES)";
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
        let given = self.sources.iter().filter(|text| !text.is_empty());
        let mut given: Vec<_> = given.map(|text| (SOURCE, None, text.clone())).collect();
        for file in &self.source_files {
            let Some(text) = faults.read(FILE, file) else {
                continue;
            };
            let lines = text.lines().enumerate();
            let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
            let place = |at: usize| Some(format!("{}, line {}", file.display(), at + 1));
            given.extend(
                lines
                    .next()
                    .map(|(at, line)| (FILE, place(at), line.trim().to_owned())),
            );
            for (at, _) in lines {
                let wrong = format!("{}: a file holds one source", place(at).unwrap_or_default());
                faults.add(FILE, &wrong, "put each source into a file of its own");
            }
        }
        let mut sources: Vec<(String, String)> = Vec::new();
        for (name, place, text) in &given {
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
            let place = place.as_ref().map(|it| format!("{it}: "));
            faults.add(name, &(place.unwrap_or_default() + &wrong), way_out);
        }
        sources
    }
}
