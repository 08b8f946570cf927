//! The folder of a source: which files are its tables, who may write, and how several files change together.
//!
//! New files are written beside the old ones. `.candor-commit` then names those that belong together: from that moment on
//! the change has happened, and whoever comes next finishes it. Without that file, nothing has happened.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lines::Format;
use crate::sources::Fault;

const LOCK: &str = ".candor-lock";
const COMMIT: &str = ".candor-commit";
const NEW: &str = ".candor-new";
/// Of a folder's mode.
const STICKY: u32 = 0o1000;
/// Who may do everything.
const ROOT: u32 = 0;
/// Between two looks at a lock that another process has.
const PAUSE: Duration = Duration::from_millis(5);

/// A folder of files.
pub(super) struct Folder(pub PathBuf);

/// The right to write, which ends when it is dropped, or with the process.
pub(super) struct Lock(#[expect(dead_code, reason = "the lock ends when the file is closed")] File);

/// By what a file is told from one that took its place, or was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub inode: u64,
    pub bytes: u64,
    pub seconds: i64,
    pub nanoseconds: i64,
}

/// A file that takes the place of another.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replaced {
    pub file: String,
    /// The file that it replaces.
    pub old: Stamp,
}

impl Stamp {
    /// The stamp of what is there now.
    pub fn of(path: &Path) -> Result<Self, Fault> {
        let metadata = fs::metadata(path).map_err(|error| fault_of(&error, path))?;
        Ok(Self {
            inode: metadata.ino(),
            bytes: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        })
    }

    /// When the file was written.
    pub fn time(&self) -> DateTime<Utc> {
        let nanoseconds = u32::try_from(self.nanoseconds).unwrap_or(0);
        DateTime::from_timestamp(self.seconds, nanoseconds).unwrap_or_default()
    }
}

impl Folder {
    /// Names of the tables with their files, in the order of names. Links and hidden files are none.
    pub fn files(&self) -> Result<Vec<(String, PathBuf)>, Fault> {
        let mut files = Vec::new();
        let entries = fs::read_dir(&self.0).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Fault::Unavailable("there is no such folder".to_owned()),
            ErrorKind::NotADirectory => Fault::Unavailable("it is no folder".to_owned()),
            _ => unavailable(&error),
        })?;
        for entry in entries {
            let entry = entry.map_err(|error| unavailable(&error))?;
            let kind = entry.file_type().map_err(|error| unavailable(&error))?;
            let path = entry.path();
            let name = path
                .file_stem()
                .and_then(|it| it.to_str())
                .map(str::to_owned);
            if let (true, Some(name), Some(_)) = (kind.is_file(), name, Format::of(&path))
                && !name.starts_with('.')
            {
                files.push((name, path));
            }
        }
        files.sort();
        let twice = files.windows(2).find(|pair| pair[0].0 == pair[1].0);
        match twice {
            Some(pair) => {
                let name = &pair[0].0;
                Err(Fault::Malformed(format!(
                    "there are both {name}.csv and {name}.jsonl"
                )))
            }
            None => Ok(files),
        }
    }

    /// What looks like a table and is none: links, and names that end in large letters.
    pub fn passed_over(&self) -> Result<Vec<String>, Fault> {
        let entries = fs::read_dir(&self.0).map_err(|error| unavailable(&error))?;
        let mut told = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unavailable(&error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_link = entry.file_type().is_ok_and(|it| it.is_symlink());
            let is_named = Format::of(Path::new(&name)).is_some();
            let is_alike = Format::of(Path::new(&name.to_lowercase())).is_some();
            let why = match () {
                () if !is_alike || name.starts_with('.') => continue,
                () if is_link => "links are not followed",
                () if !is_named => "names of tables end in small letters",
                () => continue,
            };
            told.push(format!("the file `{name}` is passed over: {why}"));
        }
        told.sort();
        Ok(told)
    }

    /// The file of a table.
    pub fn file(&self, table: &str) -> Result<PathBuf, Fault> {
        let files = self.files()?.into_iter();
        let mut named = files.filter(|(name, _)| name == table);
        let missing = || Fault::Missing(format!("file `{table}.csv` or `{table}.jsonl`"));
        named.next().map(|(_, path)| path).ok_or_else(missing)
    }

    /// Where the new content of a file waits.
    pub fn new_file(&self, file: &str) -> PathBuf {
        self.0.join(format!(".{file}{NEW}"))
    }

    /// Waits for the right to write; what another left unfinished is finished first.
    pub fn lock(&self, wait: Duration) -> Result<Lock, Fault> {
        let ends = Instant::now() + wait;
        let path = self.0.join(LOCK);
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| not_written(&error))?;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(unavailable(&error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= ends => {
                    return Err(Fault::TimedOut);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
        let lock = Lock(file);
        self.tidy(&lock)?;
        Ok(lock)
    }

    /// Whether new files can be made here and take the place of the old ones: not to be learned when a change is half done.
    /// A lock that may be written says nothing of the folder.
    pub fn try_writing(&self, _: &Lock) -> Result<(), Fault> {
        let broken = |error: io::Error| not_written(&error);
        let probe = self.new_file(LOCK);
        // What is there already, as a link, may be another's.
        let made = File::options().write(true).create_new(true).open(&probe);
        let own = made.and_then(|it| it.metadata());
        let own = own.map_err(broken)?.uid();
        fs::remove_file(&probe).map_err(broken)?;
        let folder = fs::metadata(&self.0).map_err(broken)?;
        // In a folder like /tmp nobody replaces what is another's.
        let is_sticky = folder.mode() & STICKY != 0;
        if is_sticky && own != ROOT && own != folder.uid() {
            for (_, path) in self.files()? {
                let of = fs::metadata(&path).map_err(|error| fault_of(&error, &path))?;
                if of.uid() != own {
                    return Err(Fault::ReadOnly);
                }
            }
        }
        Ok(())
    }

    /// Finishes what a process that was killed has left; waits for one that is at it.
    pub fn settle(&self, wait: Duration) -> Result<(), Fault> {
        if self.0.join(COMMIT).exists() {
            self.lock(wait)?;
        }
        Ok(())
    }

    /// Finishes a change that has happened, and removes what is left of one that has not.
    pub fn tidy(&self, lock: &Lock) -> Result<(), Fault> {
        match fs::read(self.0.join(COMMIT)) {
            Ok(text) => {
                let wrong = || Fault::Malformed(format!("{COMMIT} cannot be read"));
                let all: Vec<Replaced> = serde_json::from_slice(&text).map_err(|_| wrong())?;
                self.replace(lock, &all)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.discard(),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Removes new files of which nothing came.
    fn discard(&self) -> Result<(), Fault> {
        let entries = fs::read_dir(&self.0).map_err(|error| unavailable(&error))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name
                .to_str()
                .is_some_and(|it| it.starts_with('.') && it.ends_with(NEW))
            {
                fs::remove_file(entry.path()).map_err(|error| not_written(&error))?;
            }
        }
        Ok(())
    }

    /// Makes a change happen, whose new files are written and synchronised.
    pub fn commit(&self, lock: &Lock, all: &[Replaced]) -> Result<(), Fault> {
        let text = serde_json::to_vec(all).expect("names and numbers are JSON");
        let draft = self.new_file(COMMIT);
        let write = || {
            let mut file = File::create(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            self.sync()?;
            fs::rename(&draft, self.0.join(COMMIT))?;
            self.sync()
        };
        write().map_err(|error| not_written(&error))?;
        self.replace(lock, all)
    }

    fn replace(&self, _: &Lock, all: &[Replaced]) -> Result<(), Fault> {
        for Replaced { file, old } in all {
            let (new, path) = (self.new_file(file), self.0.join(file));
            if !new.exists() {
                continue;
            }
            if Stamp::of(&path)? != *old {
                let wrong = format!("{file} was written to while a change of it was unfinished");
                return Err(Fault::Malformed(wrong));
            }
            fs::rename(new, path).map_err(|error| not_written(&error))?;
        }
        let end = || {
            self.sync()?;
            fs::remove_file(self.0.join(COMMIT))?;
            self.sync()
        };
        end().map_err(|error| not_written(&error))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

/// The fault of a file that cannot be read.
pub(super) fn fault_of(error: &io::Error, path: &Path) -> Fault {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => Fault::Missing(format!("file `{name}`")),
        _ => unavailable(error),
    }
}

fn unavailable(error: &io::Error) -> Fault {
    Fault::Unavailable(error.kind().to_string())
}

/// The fault of a file that cannot be written.
pub(super) fn not_written(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        _ => unavailable(error),
    }
}
