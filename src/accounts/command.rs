//! `candor staff add`: the first admin has nobody to add them.

use anyhow::bail;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use validator::ValidateEmail;

use super::members::{self, NewMember};
use super::model::Role;
use super::queries::normal_email;
use crate::app::App;
use crate::audit::Actor;
use crate::say::say;

/// A staff member to add.
#[derive(Debug, Args)]
pub struct AddMember {
    /// The address to sign in with; they get a mail
    #[arg(long, value_name = "ADDRESS")]
    email: String,

    /// As people see it on messages
    #[arg(long, value_name = "NAME")]
    name: String,

    /// What they may do
    #[arg(long, value_name = "ROLE", value_parser = roles())]
    role: Role,
}

impl AddMember {
    /// Adds the member, or says why not.
    pub fn run(self, app: &App) -> anyhow::Result<()> {
        let new = NewMember {
            email: normal_email(&self.email),
            name: self.name.trim().to_owned(),
            role: self.role,
            totp_secret: None,
        };
        if !new.email.validate_email() {
            bail!("{} is not an e-mail address", self.email);
        }
        if new.name.is_empty() {
            bail!("the name is empty");
        }
        let (own, now, email) = (app.clone(), app.clock.now(), new.email.clone());
        let is_new = app.db.write_now(move |conn| {
            members::add_and_welcome(&own, conn, Actor::System, &new, now)
        })?;
        if !is_new {
            bail!("there is a staff member with the address {email} already");
        }
        say!(
            "{email} can sign in at {} as {}.",
            app.site.url("/sign-in"),
            self.role.with_article()
        );
        Ok(())
    }
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.as_str()))
        .map(|text| text.parse().expect("it is one of the roles"))
}
