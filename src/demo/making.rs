//! Filling a demonstration's folder, once.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::NaiveDateTime;
use indicatif::{ProgressBar, ProgressStyle};

use super::folder::Folder;
use super::policy;
use super::requests;
use super::sites;
use super::source::{self, SAMPLES};
use super::staff::{self, STAFF};
use crate::accounts::members::{self, NewMember};
use crate::accounts::queries;
use crate::audit::Actor;
use crate::clock::Clock;
use crate::db::{self, AnyConnection, Db};
use crate::error::AppResult;
use crate::insights;
use crate::keys::Keys;

/// Makes both databases and the master secret; the mails in it lead to the portal at that address. Remains of an interrupted making are removed first.
pub fn fill(folder: &Folder, seed: u64, people: usize, bind: SocketAddr) -> anyhow::Result<()> {
    folder.clear()?;
    folder.begin(seed)?;
    let secret = Keys::generate_text();
    folder.write_secret(&secret)?;
    folder.write_register()?;
    make_source(folder, seed, people)?;
    make_portal(folder, seed, Keys::from_text(&secret)?)?;
    let app = super::open(folder, bind)?;
    requests::file_some(&app, folder)?;
    insights::count::run(&app)?;
    folder.finish(seed)
}

fn make_source(folder: &Folder, seed: u64, people: usize) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} people")?;
    let bar = ProgressBar::new(0)
        .with_style(style)
        .with_message("Inventing ProJobSector");
    source::create(
        &folder.source(),
        seed,
        people,
        Clock::system().today(),
        |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    Ok(())
}

fn make_portal(folder: &Folder, seed: u64, keys: Keys) -> anyhow::Result<()> {
    let db = Db::open(&format!("sqlite://{}", folder.portal().display()), 2)?;
    db::migrate(&db)?;
    let keys = Arc::new(keys);
    let now = Clock::system().now();
    db.write_now(move |conn| {
        for person in SAMPLES {
            queries::create_person(conn, &keys, person.email, person.residence(), now)?;
        }
        policy::take_over_all(conn, now)?;
        sites::add_all(conn, now)?;
        hire_staff(conn, &keys, seed, now)
    })?;
    Ok(())
}

fn hire_staff(
    conn: &mut AnyConnection,
    keys: &Keys,
    seed: u64,
    now: NaiveDateTime,
) -> AppResult<()> {
    for (member, secret) in STAFF.iter().zip(staff::secrets(seed)) {
        let new = NewMember {
            email: member.email.to_owned(),
            name: member.name.to_owned(),
            role: member.role,
            totp_secret: Some(secret.to_vec()),
        };
        members::add(conn, keys, Actor::System, &new, now)?;
    }
    Ok(())
}
