//! A paper archive beside ProJobSector's database: a system that nobody can connect to.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use candor::register::Register;

use super::{Launch, TestApp};

/// Its key among the sources.
pub const SOURCE: &str = "paper_archive";

/// What it holds: with a key, reached by a reference, and known by the number of another system.
pub const MANIFEST: &str = "
dataset:
  - fides_key: paper_archive
    name: Paper archive
    description: Signed contracts in the cellar.
    collections:
      - name: contracts
        description: Contracts that you signed on paper.
        data_categories: [user.contact]
        candor: {title: Signed contracts}
        fields:
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: string}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
          - {name: signed_on, data_categories: [user.contact], candor: {date: true}, fides_meta: {data_type: date}}
          - {name: name, data_categories: [user.name], fides_meta: {data_type: string, length: 60}}
          - {name: pages, data_categories: [user.contact], fides_meta: {data_type: integer}}
      - name: letters
        candor: {title: Letters about contracts}
        fields:
          - {name: contract, data_categories: [system.operations], fides_meta: {data_type: string, references: [{dataset: paper_archive, field: contracts.number, direction: from}]}}
          - {name: subject, data_categories: [user.contact], fides_meta: {data_type: string}}
      - name: files
        candor: {title: Personnel files}
        fields:
          - {name: account, data_categories: [system.operations], fides_meta: {data_type: integer, references: [{dataset: people, field: accounts.id, direction: from}]}}
          - {name: remarks, data_categories: [user.contact], fides_meta: {data_type: 'string[]'}}
";

/// What ProJobSector declares, with the archive.
pub fn register() -> Arc<Register> {
    static REGISTER: OnceLock<Arc<Register>> = OnceLock::new();
    let read = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
        let files = fs::read_dir(folder).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        });
        let mut files: Vec<_> = files.collect();
        files.push(("archive.yml".to_owned(), MANIFEST.to_owned()));
        files.sort();
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        Arc::new(Register::parse(&files).unwrap().0)
    };
    REGISTER.get_or_init(read).clone()
}

impl TestApp {
    /// With a paper archive.
    pub fn start_with_archive() -> Self {
        Self::launch(Launch {
            register: register(),
            ..Launch::default()
        })
    }

    /// As `candor demo` starts it, with a paper archive.
    pub fn start_demo_with_archive() -> Self {
        Self::launch(Launch {
            demo: true,
            register: register(),
            ..Launch::default()
        })
    }
}
