//! `candor law`: the dates of a request, and what is to be looked at in the rows.

use std::process::ExitCode;

use chrono::{Datelike, NaiveDate};
use clap::Subcommand;

use super::args::LawArgs;
use super::check;
use super::laws::Laws;
use crate::clock::Clock;
use crate::config::Faults;
use crate::say::say;

const DEADLINES_HELP: &str = "\
It prints one JSON object. A date that the law does not set for the right is null.
  acknowledge_by  last day for confirming the receipt
  answer_by       last day for the answer
  extended_to     last day for the answer after the one extension
  effective_by    last day for the right to take effect everywhere
  readings        the business days that are counted for this right (in California 10 for confirming access,
                  correction and deletion, 15 for opt-out and limit), by each way to read the word:
                  no_holiday, civil_code_9, observed, government_code_6700; null where none are counted
acknowledge_by and effective_by are the earliest of the first three readings. The day of receipt is day 0, as it is
where the person lives. No date moves because of a weekend.

Exit status: 0, or 2 where there are no dates to tell. This is no legal advice.";

const CHECK_HELP: &str = "\
Exit status: 0 when nothing was found, 1 when something was, 2 when the rows cannot be read.";

/// Look after the rows of law
#[derive(Debug, Subcommand)]
pub enum LawCommand {
    /// Print the dates that a law sets for a request
    #[command(after_help = DEADLINES_HELP)]
    Deadlines {
        /// Key of the law, such as us-ca, eu-gdpr or us-va
        #[arg(long)]
        law: String,
        /// The right: access, deletion, correction, opt-out, limit, or another that the law knows
        #[arg(long)]
        right: String,
        /// The day of receipt where the person lives, such as 2026-02-09
        #[arg(long, value_name = "DATE", value_parser = a_day)]
        received: NaiveDate,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        args: LawArgs,
    },
    /// Name rows that nobody has reviewed for a year, and all that contradicts itself
    #[command(after_help = CHECK_HELP)]
    Check {
        /// The day to check for; by default today
        #[arg(long, value_name = "DATE", value_parser = a_day)]
        on: Option<NaiveDate>,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        args: LawArgs,
    },
}

impl LawCommand {
    /// Runs it; what is wrong goes to standard error.
    pub fn run(self) -> ExitCode {
        let done = match self {
            LawCommand::Deadlines {
                law,
                right,
                received,
                args,
            } => deadlines(&args, &law, &right, received),
            LawCommand::Check { on, args } => look(&args, on),
        };
        done.unwrap_or_else(|error| {
            eprintln!("candor: {error}");
            ExitCode::from(2)
        })
    }
}

/// A day as computers write it, in a year from which on dates can be counted that have four digits as well.
fn a_day(text: &str) -> Result<NaiveDate, &'static str> {
    let day = text.parse::<NaiveDate>().ok();
    day.filter(|day| (1..=9900).contains(&day.year()) && day.to_string() == text)
        .ok_or("expected a date such as 2026-02-09")
}

fn open(args: &LawArgs) -> anyhow::Result<Laws> {
    let mut faults = Faults::default();
    let laws = args.check(&mut faults);
    if faults.is_empty() {
        Ok(laws)
    } else {
        Err(faults.into())
    }
}

fn deadlines(
    args: &LawArgs,
    law: &str,
    right: &str,
    received: NaiveDate,
) -> anyhow::Result<ExitCode> {
    let dates = open(args)?.deadlines(law, right, received)?;
    say!("{}", serde_json::to_string(&dates)?);
    Ok(ExitCode::SUCCESS)
}

fn look(args: &LawArgs, on: Option<NaiveDate>) -> anyhow::Result<ExitCode> {
    let laws = open(args)?;
    let today = on.unwrap_or_else(|| Clock::system().now().date());
    let found = check(&laws, today);
    if found.is_empty() {
        let rows: usize = laws.all().iter().map(|law| law.rows.len()).sum();
        say!(
            "{rows} rows of {} laws: nothing to look at.",
            laws.all().len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &found {
        say!("{finding}");
    }
    Ok(ExitCode::FAILURE)
}
