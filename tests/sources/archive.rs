//! A source that is a folder of files, and the back door to it.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc, time::Duration};

use candor::{
    register::{CollectionKey, Register},
    sources::{Identities, Limits, Plan, Scope, Sources, open},
};
use tempfile::TempDir;

use super::company::today;

pub const MANIFEST: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: archive
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
          - {name: children, data_categories: [user.demographic], fides_meta: {data_type: integer}}
          - {name: news, data_categories: [user.content], fides_meta: {data_type: boolean}}
      - name: orders
        candor: {erase: mask}
        fields:
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: archive, field: people.id, direction: from}]}}
          - {name: note, data_categories: [user.content]}
          - {name: paid, data_categories: [user.financial], fides_meta: {data_type: float}}
          - {name: tags, data_categories: [user.content], fides_meta: {data_type: 'string[]'}}
";

pub const PEOPLE: &str = "\u{feff}id,email,name,children,news\r\n\
    1,Ada@Example.org,\"Lovelace, \"\"Ada\"\"\",3,true\r\n\
    2,eve@example.org,Eve,,0\r\n\
    \r\n\
    3,ada@example.org,\"two\r\nlines\",007,no\r\n";

pub const ORDERS: &str = "{\"number\": \"a-1\", \"person\": 1, \"note\": \"ring \\\"twice\\\"\", \"paid\": 1.50, \"tags\": [\"x\", \"y\"]}
{ \"number\":\"a-2\", \"person\":\"2\", \"note\":\"other\", \"extra\":12345678901234567890.10 }
{\"number\": \"a-3\", \"person\": 3, \"note\": null, \"kept\": {\"b\":1,\"a\":2}}
";

pub struct Archive {
    pub folder: TempDir,
    pub sources: Sources,
}

pub fn ada() -> Identities {
    Identities::email("ada@example.org")
}

pub fn key(collection: &str) -> CollectionKey {
    CollectionKey::new("archive", collection)
}

/// The sources of a folder.
pub fn sources(folder: &Path) -> Sources {
    sources_as(MANIFEST, folder)
}

fn sources_as(manifest: &str, folder: &Path) -> Sources {
    let (register, _) = Register::parse(&[("manifest.yml", manifest)]).unwrap();
    let source = open("archive", &format!("files://{}", folder.display())).unwrap();
    let limits = Limits {
        read: Duration::from_secs(5),
        step: Duration::from_secs(5),
    };
    Sources::with(Arc::new(register), vec![source], &[7; 32], limits)
}

/// Every file that is not hidden, by name.
pub fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.map(|it| (it.file_name().into_string().unwrap(), it.path()));
    let shown = files.filter(|(name, _)| !name.starts_with('.'));
    shown
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

pub fn plan(sources: &Sources) -> Plan {
    sources
        .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today())
        .unwrap()
}

impl Archive {
    pub fn new() -> Self {
        Self::with(&[("people.csv", PEOPLE), ("orders.jsonl", ORDERS)])
    }

    pub fn with(files: &[(&str, &str)]) -> Self {
        Self::of(MANIFEST, files)
    }

    pub fn of(manifest: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let sources = sources_as(manifest, folder.path());
        Self { folder, sources }
    }

    pub fn files(&self) -> BTreeMap<String, String> {
        files(self.folder.path())
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    /// Names of what is hidden in the folder.
    pub fn hidden(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path())
            .unwrap()
            .map(Result::unwrap);
        let names = entries.map(|it| it.file_name().into_string().unwrap());
        names
            .filter(|it| it.starts_with('.') && it != ".candor-lock")
            .collect()
    }
}
