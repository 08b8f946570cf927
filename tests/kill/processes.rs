//! `candor serve` and `candor worker` as processes that are killed and started again.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{TestApp, free_address};

/// What both processes are started with.
pub struct Setup {
    arguments: Vec<String>,
    pub base: String,
}

impl Setup {
    pub fn of(app: &TestApp, mails: &Path, register: &Path) -> Self {
        let address = free_address();
        let base = format!("http://{address}");
        let settings = [
            ("--database-url", app.database_url().to_owned()),
            ("--bind", address.to_string()),
            ("--base-url", base.clone()),
            ("--secret-key", data_encoding::BASE64.encode(&[7; 32])),
            ("--register", register.display().to_string()),
            ("--outbound-network", "127.0.0.0/8".to_owned()),
            (
                "--source",
                format!("projobsector=sqlite://{}", app.source.path().display()),
            ),
            ("--mail", format!("folder:{}", mails.display())),
        ];
        let arguments = settings
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value]);
        Setup {
            arguments: arguments.collect(),
            base,
        }
    }

    pub fn start(&self, command: &str) -> Process {
        self.start_with(&[command])
    }

    /// The same with a command of several words.
    pub fn start_with(&self, words: &[&str]) -> Process {
        let process = Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(words)
            .args(&self.arguments)
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Process(process)
    }
}

/// Killed, without a chance to tidy up, when it is dropped.
pub struct Process(Child);

impl Process {
    /// Whether it came to its end by itself, and well.
    pub fn ends_well(&mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL; a process that has ended by itself would be a fault that the journeys notice.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
