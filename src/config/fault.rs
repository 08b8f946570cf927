//! What is wrong with the settings, all at once.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The flag, and its variable in brackets.
    pub name: String,
    /// What is wrong with it.
    pub wrong: String,
    /// What to do.
    pub way_out: String,
}

/// Everything that is wrong.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, name: &str, wrong: &str, way_out: &str) {
        let (name, wrong, way_out) = (name.to_owned(), wrong.to_owned(), way_out.to_owned());
        self.0.push(Fault {
            name,
            wrong,
            way_out,
        });
    }

    /// Parses a value, or adds a fault that repeats it. Not for secrets.
    pub fn parse<T: FromStr>(&mut self, name: &str, text: &str, way_out: &str) -> Option<T> {
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.add(name, &format!("{text:?} cannot be read"), way_out);
        }
        parsed
    }

    /// Reads a secret from its file, or adds a fault.
    pub fn read(&mut self, name: &str, file: &Path) -> Option<String> {
        match std::fs::read_to_string(file) {
            Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Ok(_) => {
                self.add(
                    name,
                    &format!("{} is empty", file.display()),
                    "write the secret into it",
                );
                None
            }
            Err(error) => {
                let wrong = format!("{} cannot be read: {error}", file.display());
                self.add(name, &wrong, "name a file that this user may read");
                None
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong, in the order of checking.
    pub fn list(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings cannot be used:")?;
        for Fault {
            name,
            wrong,
            way_out,
        } in &self.0
        {
            write!(f, "\n  {name}: {wrong}\n    → {way_out}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
