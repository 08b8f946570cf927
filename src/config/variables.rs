//! Variables of the environment, before settings are read from them. One that is empty counts as not set; and where a setting
//! and the file that may hold it are given in two places, what stands on the command line has the say.

use std::collections::BTreeSet;
use std::env;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// A setting, and the one that names a file with its value.
const PAIRS: [[&str; 2]; 3] = [
    ["database_url", "database_url_file"],
    ["secret_key", "secret_key_file"],
    ["smtp_password", "smtp_password_file"],
];

/// With these begin those of the tests.
const OF_TESTS: [&str; 2] = ["CANDOR_TEST_", "CANDOR_UPDATE_"];

/// What was given to a command.
///
/// # Errors
/// What clap has to say of it.
pub fn read(command: Command) -> Result<ArgMatches, clap::Error> {
    let is_empty = |arg: &Arg| {
        let value = arg.get_env().and_then(env::var_os);
        value.is_some_and(|it| it.is_empty())
    };
    let command = without(command, &is_empty);
    let matches = command.clone().try_get_matches()?;
    let overruled = overruled(&matches);
    if overruled.is_empty() {
        return Ok(matches);
    }
    let is_overruled = |arg: &Arg| overruled.contains(&arg.get_id().as_str());
    without(command, &is_overruled).try_get_matches()
}

/// The variables that look like settings and are none: a mistyped one would have no effect, without a word.
pub fn unknown(command: &Command) -> Vec<String> {
    let mut known = BTreeSet::new();
    collect(command, &mut known);
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let is_of_tests = |it: &str| OF_TESTS.iter().any(|start| it.starts_with(start));
    let ours = names.filter(|it| it.starts_with("CANDOR_") && !is_of_tests(it));
    ours.filter(|it| !known.contains(it)).collect()
}

fn collect(command: &Command, known: &mut BTreeSet<String>) {
    let names = command.get_arguments().filter_map(Arg::get_env);
    known.extend(names.map(|it| it.to_string_lossy().into_owned()));
    for command in command.get_subcommands() {
        collect(command, known);
    }
}

/// The settings whose variable does not count, since the other of the pair stands on the command line.
fn overruled(matches: &ArgMatches) -> Vec<&'static str> {
    let mut matches = matches;
    while let Some((_, of_command)) = matches.subcommand() {
        matches = of_command;
    }
    let from = |id: &str| {
        let is_known = matches.try_contains_id(id).is_ok();
        is_known.then(|| matches.value_source(id)).flatten()
    };
    let both = PAIRS
        .iter()
        .flat_map(|[one, other]| [(*one, *other), (*other, *one)]);
    let overruled = both.filter(|(one, other)| {
        from(one) == Some(ValueSource::CommandLine) && from(other) == Some(ValueSource::EnvVariable)
    });
    overruled.map(|(_, other)| other).collect()
}

/// The command and all below it, where some settings are not read from their variables.
fn without(command: Command, is_out: &dyn Fn(&Arg) -> bool) -> Command {
    let command = command.mut_args(|arg| {
        if is_out(&arg) {
            arg.env(Resettable::Reset)
        } else {
            arg
        }
    });
    command.mut_subcommands(|it| without(it, is_out))
}
