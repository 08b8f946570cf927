//! `candor disclosures …`: for operators who keep the ledger of single disclosures.

use std::process::ExitCode;

use clap::Subcommand;

use super::ledger::import::ImportFile;
use crate::config::Settings;

const IMPORT_HELP: &str = "\
The columns, in any order:
  key            your own name of this act: what comes again under it is taken once; without it, two lines that say
                 the same are one
  recipient      its key in the register, or the name of an authority or successor that does not stand there
  kind           recipient, authority or successor; may be empty for a recipient of the register
  identity_type  email, phone or external
  identity       the identity, or
  identity_hash  its HMAC-SHA256 in hex under the key of `candor token identity-key`; of an address in lower case, with
                 the ASCII form of its domain
  categories     data categories as the manifests name them, with spaces between them
  activity       its key in the register, or
  purpose        what for, in words
  legal_basis    consent, contract, legal-obligation, vital-interests, public-task or legitimate-interests; may be
                 empty where the register says it of the activity
  at             a day, or a time as RFC 3339

Lines that are refused are told by number, field and reason. What was cut off is begun anew: nothing is taken twice.

Exit status: 0 when every line was taken, 1 when some were refused, 2 when the file could not be taken in.";

/// Look after the ledger of what was disclosed to whom
#[derive(Debug, Subcommand)]
pub enum DisclosuresCommand {
    /// Record disclosures from a CSV file
    #[command(after_help = IMPORT_HELP)]
    Import {
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        import: ImportFile,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        settings: Settings,
    },
}

impl DisclosuresCommand {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        let DisclosuresCommand::Import { import, settings } = self;
        import.run(&settings).unwrap_or_else(|error| {
            eprintln!("candor: {error:#}");
            ExitCode::from(2)
        })
    }
}
