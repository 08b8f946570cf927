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
    /// With the listed people, and others up to that number.
    pub fn create(people: usize) -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let source = SampleSource {
            folder: tempfile::tempdir().unwrap(),
        };
        if people > 0 {
            source.fill(people);
            return source;
        }
        let template = TEMPLATE.get_or_init(|| {
            source.fill(0);
            let template = std::fs::read(source.path()).unwrap();
            std::fs::remove_file(source.path()).unwrap();
            template
        });
        std::fs::write(source.path(), template).unwrap();
        source
    }

    fn fill(&self, people: usize) {
        let today = super::TestApp::start_time().date();
        source::create(&self.path(), 1, people, today, |_, _| {}).unwrap();
    }

    /// The file, to look at it or to change it behind the portal's back.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("projobsector.db")
    }

    /// Nothing is read or written there until it [comes back](Self::come_back).
    pub fn go_away(&self) {
        std::fs::rename(self.path(), self.elsewhere()).unwrap();
    }

    /// As it was before it went away.
    pub fn come_back(&self) {
        std::fs::rename(self.elsewhere(), self.path()).unwrap();
    }

    fn elsewhere(&self) -> PathBuf {
        self.path().with_extension("away")
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
