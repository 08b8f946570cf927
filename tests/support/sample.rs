//! ProJobSector's register and a small copy of its database, which tests may change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use candor::demo::source;
use candor::register::Register;

/// What ProJobSector declares.
pub fn sample_register() -> Arc<Register> {
    static REGISTER: OnceLock<Arc<Register>> = OnceLock::new();
    let read = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
        Arc::new(
            Register::load(&folder)
                .map(|(register, _)| register)
                .unwrap_or_default(),
        )
    };
    REGISTER.get_or_init(read).clone()
}

/// A source database of a test's own.
pub struct SampleSource {
    folder: tempfile::TempDir,
}

impl SampleSource {
    pub fn create() -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("template.db");
            let today = super::TestApp::start_time().date();
            source::create(&path, 1, 0, today, |_, _| {}).unwrap();
            std::fs::read(path).unwrap()
        });
        let source = SampleSource {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(source.path(), template).unwrap();
        source
    }

    /// The file, to look at it or to change it behind the portal's back.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("projobsector.db")
    }

    /// A connection of the test's own.
    pub fn connect(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    pub(super) fn urls(&self) -> Vec<(String, String)> {
        vec![(
            "projobsector".to_owned(),
            format!("sqlite://{}", self.path().display()),
        )]
    }
}
