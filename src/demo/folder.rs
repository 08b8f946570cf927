//! The folder of a demonstration: whether it is whole, what is in it, and how it is cleared.
//!
//! `demo.toml` is written first, and says `ready = true` only after everything else is on disk. So a
//! folder whose making was interrupted is known, and a file of somebody else's is never taken for ours.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

const MARKER: &str = "demo.toml";
const LOCK: &str = "demo.lock";
const PORTAL: &str = "portal.db";
const SOURCE: &str = "projobsector.db";
const SECRET: &str = "secret.key";
const REGISTER: &str = "register";

/// What SQLite keeps beside a database while it is in use.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// ProJobSector's manifests, so that the binary is all that is needed.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/demo/register"]
struct Manifests;

#[derive(Serialize, Deserialize)]
struct Marker {
    seed: u64,
    ready: bool,
}

/// So long one that has just ended may take to leave its folder.
const LEAVING: Duration = Duration::from_secs(1);

/// A folder that this process alone may fill or serve.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, or makes it. It is refused when another process has it, or when files of the
    /// same names are in it that no demonstration made.
    pub fn open(path: &Path) -> anyhow::Result<Folder> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        let foreign = files().into_iter().find(|name| path.join(name).exists());
        if let Some(name) = foreign
            && !path.join(MARKER).exists()
        {
            bail!(
                "{} has a {name} that no demonstration made; choose another folder with --dir",
                path.display()
            );
        }
        let path = path.canonicalize()?;
        let lock = lock(&path)?;
        Ok(Folder { path, _lock: lock })
    }

    /// The seed of the demonstration that is whole; none when there is none yet.
    pub fn seed(&self) -> anyhow::Result<Option<u64>> {
        let text = match fs::read_to_string(self.path.join(MARKER)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let marker: Marker = toml::from_str(&text).context("demo.toml cannot be read")?;
        Ok(marker.ready.then_some(marker.seed))
    }

    /// Removes what a demonstration made here, and nothing else.
    pub fn clear(&self) -> anyhow::Result<()> {
        for name in files().iter().map(String::as_str).chain([MARKER]) {
            match fs::remove_file(self.path.join(name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {name}"));
                }
                _ => {}
            }
        }
        // It stays when something else is in it.
        let _ = fs::remove_dir(self.register());
        Ok(())
    }

    /// Says that a demonstration is being made here.
    pub fn begin(&self, seed: u64) -> anyhow::Result<()> {
        self.mark(&Marker { seed, ready: false })
    }

    /// Says that it is whole, once everything in the folder is on disk.
    pub fn finish(&self, seed: u64) -> anyhow::Result<()> {
        for path in [self.portal(), self.source(), self.secret()] {
            File::open(path)?.sync_all()?;
        }
        self.mark(&Marker { seed, ready: true })
    }

    fn mark(&self, marker: &Marker) -> anyhow::Result<()> {
        let new = self.path.join("demo.toml.new");
        let mut file = File::create(&new)?;
        file.write_all(b"# Made by `candor demo`; `candor demo --reset` makes all of it anew.\n")?;
        file.write_all(toml::to_string(marker)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(new, self.path.join(MARKER))?;
        Ok(())
    }

    /// Writes a secret that only the owner of the file can read.
    pub fn write_secret(&self, text: &str) -> anyhow::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.secret())?;
        writeln!(file, "{text}")?;
        Ok(())
    }

    /// Writes the manifests, to be read and tried out.
    pub fn write_register(&self) -> anyhow::Result<()> {
        fs::create_dir_all(self.register())?;
        for name in Manifests::iter() {
            let file = Manifests::get(&name).expect("its name was listed");
            fs::write(self.register().join(name.as_ref()), file.data)?;
        }
        Ok(())
    }

    /// Where it is, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The portal's own database.
    pub fn portal(&self) -> PathBuf {
        self.path.join(PORTAL)
    }

    /// ProJobSector's database.
    pub fn source(&self) -> PathBuf {
        self.path.join(SOURCE)
    }

    /// The folder with ProJobSector's manifests.
    pub fn register(&self) -> PathBuf {
        self.path.join(REGISTER)
    }

    /// The file with the portal's master secret.
    pub fn secret(&self) -> PathBuf {
        self.path.join(SECRET)
    }
}

/// Every file that a demonstration makes, but for its marker and its lock.
fn files() -> Vec<String> {
    let beside = |name: &str| SUFFIXES.map(|suffix| format!("{name}{suffix}"));
    let mut files = vec![SECRET.to_owned()];
    files.extend(Manifests::iter().map(|name| format!("{REGISTER}/{name}")));
    files.extend([PORTAL, SOURCE].iter().flat_map(|name| beside(name)));
    files
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    let lock = File::create(folder.join(LOCK))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LEAVING => {
                thread::sleep(LEAVING / 20);
            }
            Err(TryLockError::WouldBlock) => {
                bail!("another demonstration runs in {}", folder.display())
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}
