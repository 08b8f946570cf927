//! How mail leaves: to an SMTP server, into a folder, or nowhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lettre::address::Address;
use lettre::message::{DkimConfig, Mailbox};

use super::claims::Claim;
use super::compose::compose;
use super::mask::without_addresses;
use super::smtp::Smtp;

/// A way out for mail, with the sender that it carries. Cheap to clone.
#[derive(Clone)]
pub struct Transport(Arc<Parts>);

struct Parts {
    way: Way,
    sender: Mailbox,
    dkim: Option<DkimConfig>,
}

/// Where mail goes.
pub enum Way {
    /// A server that passes it on.
    Smtp(Smtp),
    /// A file for each in that folder, named by its Message-ID.
    Folder(PathBuf),
    /// It counts as sent, and stays in the outbox alone: for tests and the demonstration.
    Memory,
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whether another try would end the same.
    pub lasts: bool,
    /// The reason, without addresses.
    pub words: String,
}

impl Refusal {
    /// Another try would end the same.
    pub fn lasting(words: &str) -> Self {
        Refusal {
            lasts: true,
            words: without_addresses(words, LONGEST_WORDS),
        }
    }

    /// It may go better later.
    pub fn passing(words: &str) -> Self {
        Refusal {
            lasts: false,
            words: without_addresses(words, LONGEST_WORDS),
        }
    }
}

/// Longer words are cut when they are kept.
const LONGEST_WORDS: usize = 300;

impl Transport {
    /// Mail goes that way, from that sender, signed if there is a key.
    pub fn new(way: Way, sender: Mailbox, dkim: Option<DkimConfig>) -> Self {
        Transport(Arc::new(Parts { way, sender, dkim }))
    }

    /// Mail counts as sent and goes nowhere.
    pub fn memory() -> Self {
        let nobody = Address::new("privacy", "localhost").expect("this is an address");
        Transport::new(Way::Memory, Mailbox::new(None, nobody), None)
    }

    /// Hands one mail over. What `Ok` says is in other hands, or on disk.
    pub async fn send(&self, mail: &Claim) -> Result<(), Refusal> {
        let (envelope, bytes) = compose(&self.0.sender, self.0.dkim.as_ref(), mail)?;
        match &self.0.way {
            Way::Smtp(smtp) => smtp.send(&envelope, &bytes).await,
            Way::Folder(folder) => {
                let (folder, name) = (folder.clone(), file_name(mail));
                let written =
                    tokio::task::spawn_blocking(move || write_whole(&folder, &name, &bytes)).await;
                written
                    .map_err(std::io::Error::other)
                    .flatten()
                    .map_err(|error| {
                        Refusal::passing(&format!(
                            "The folder for mail cannot be written: {error}."
                        ))
                    })
            }
            Way::Memory => Ok(()),
        }
    }

    /// Gives back what is only needed while mail is being sent: connections that have been idle.
    pub fn rest(&self) {
        if let Way::Smtp(smtp) = &self.0.way {
            smtp.rest();
        }
    }
}

/// The same for every try, so that a repetition replaces the file.
fn file_name(mail: &Claim) -> String {
    let token: String = mail
        .message_id
        .chars()
        .take_while(|c| *c != '@')
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    format!("{}-{token}.eml", mail.created_at.format("%Y%m%d-%H%M%S"))
}

/// The file is there as a whole or not at all.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = std::fs::File::create(&unfinished)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))
}
