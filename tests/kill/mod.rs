//! Server and worker are killed at random moments during many journeys. Nothing is lost, nothing is done by half.

mod by_account;
mod children;
mod further;
mod journeys;
mod mails;
mod processes;
mod resting;
mod restored;
mod shown;
mod telling;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use candor::accounts::model::Role;
use candor::audit::verify::verify;
use candor::clock::Clock;
use candor::db::schema::{choices, jobs, outbox, receipts, requests};
use chrono::TimeDelta;
use diesel::prelude::*;
use rand::Rng;

use crate::support::recipient::Recipient;
use crate::support::{Actor, TestApp};
use children::{be_allowed, be_born};
use further::{correct, file_later, pack, turn_off};
use journeys::{Claim, erase, file_access, move_away, object, opt_out};
use mails::Mails;
use processes::Setup;

const JOURNEYS: usize = 200;
/// Of these so many erase everything.
const ERASURES: u32 = 16;
/// Of the others so many move, object to a use and take that back.
const MOVES: u32 = 20;
/// Of the source's people so many correct a value, beside those who erase everything.
const CORRECTIONS: u32 = 8;
/// So many of them ask for a deletion while the source is away.
const LATER: u32 = 4;
/// So many of them have their date of birth put right, by which they are children.
const BIRTHS: u32 = 4;
/// For so many of them an agent or the form asks to have everything erased, which they confirm or stop by their account.
const ASKED: u32 = 8;
/// Of the others so many are children whose parents allow something.
const CHILDREN: u32 = 8;
const AT_A_TIME: usize = 8;
/// So many people are in the source.
const PEOPLE: usize = 90;
/// So many people of the source have a part in it.
const KNOWN: u32 = ERASURES + CORRECTIONS + LATER + BIRTHS + ASKED;

/// Accounts that share no address. Of two people who do, the erasure of the one changes what may be done for the
/// other, and such a plan is rightly refused.
const ALONE: &str = "id NOT IN (SELECT account_id FROM payment_cards WHERE billing_address_id IN
    (SELECT billing_address_id FROM payment_cards GROUP BY 1 HAVING count(DISTINCT account_id) > 1))";

/// Whether they have a city and a date of birth that can be put right.
const HAS_BOTH: &str =
    "EXISTS (SELECT 1 FROM contact_details WHERE account_id = accounts.id AND city <> '')
    AND EXISTS (SELECT 1 FROM profiles WHERE account_id = accounts.id AND birth_date IS NOT NULL)";

#[actix_web::test]
async fn killing_server_and_worker_at_random_moments_loses_nothing_and_does_nothing_by_half() {
    let recipient = Recipient::start().await;
    let (mails, register) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    telling::write_register(register.path(), &recipient);
    let app = TestApp::start_at_declaring(Clock::system().now(), PEOPLE, |register| {
        telling::declare(register, &recipient);
    });
    let setup = Setup::of(&app, mails.path(), register.path());
    let done = Arc::new(AtomicUsize::new(0));
    let known = Known::of(&app);
    let people = actors(&app, &known, &setup.base).await;
    let planned_later = file_later(&app, known.later()).await;
    let asked = by_account::ask(&app, known.asked()).await;
    let staff = [
        app.staff("una", Role::Agent).await,
        app.staff("vic", Role::Supervisor).await,
    ];
    let staff = Arc::new(staff.map(|actor| actor.at(&setup.base)));

    let (mut claims, kills) = futures_util::future::join(
        travel((people, asked), staff, done.clone()),
        kill(&setup, &app.visitor().at(&setup.base), &done),
    )
    .await;
    assert!(kills >= 10, "only {kills} kills");

    app.app.clock.advance(TimeDelta::days(1));
    while app.run_jobs().await + app.deliver_mail().await > 0 {}
    claims.extend(planned_later);
    let mails = Mails::of(&app);
    check_claims(&app, &mails, &claims);
    further::check(&app, &mails, &claims).await;
    children::check(&app, &mails, &claims);
    by_account::check(&app, &mails, &claims);
    telling::check(&app, &recipient, JOURNEYS);
    check_erasures(&app, &claims, &known.erased);
    resting::check(&app, &claims);
    link_and_verify(&app);
}

/// People of the source: what is theirs can be erased, corrected and planned.
struct Known {
    /// The ids of the accounts that will be erased, for a list in SQL.
    erased: String,
    /// First those who erase, then those who correct, then those whose deletion waits, then those who turn out to be
    /// children, then those for whom others ask.
    emails: Vec<String>,
}

impl Known {
    fn of(app: &TestApp) -> Self {
        let sql = format!("SELECT id, email, {HAS_BOTH} FROM accounts WHERE {ALONE} ORDER BY id");
        let source = app.source.connect();
        let mut statement = source.prepare(&sql).unwrap();
        let of_row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows = statement.query_map([], of_row).unwrap();
        let mut all: Vec<(i64, String, bool)> = rows.map(Result::unwrap).collect();
        let others = all.split_off(ERASURES as usize);
        let erased: Vec<_> = all.iter().map(|(id, ..)| id.to_string()).collect();
        let others = others.into_iter().filter(|(.., has_both)| *has_both);
        all.extend(others.take((KNOWN - ERASURES) as usize));
        assert_eq!(all.len(), KNOWN as usize);
        Known {
            erased: erased.join(","),
            emails: all.into_iter().map(|(_, email, _)| email).collect(),
        }
    }

    /// Those who ask for a deletion while the source is away.
    fn later(&self) -> &[String] {
        let first = (ERASURES + CORRECTIONS) as usize;
        &self.emails[first..first + LATER as usize]
    }

    /// Those for whom an agent or the form asks.
    fn asked(&self) -> &[String] {
        &self.emails[(KNOWN - ASKED) as usize..]
    }
}

/// A person for each journey; the first are people of the source.
async fn actors(app: &TestApp, known: &Known, base: &str) -> Vec<(String, Actor)> {
    let mut emails = known.emails.clone();
    emails.extend((emails.len()..JOURNEYS).map(|number| format!("traveller{number}@example.org")));
    let mut actors = Vec::new();
    for email in emails {
        let name = email.strip_suffix("@example.org").unwrap();
        actors.push((email.clone(), app.person(name).await.at(base)));
    }
    actors
}

async fn travel(
    (people, asked): (Vec<(String, Actor)>, Vec<String>),
    staff: Arc<[Actor; 2]>,
    done: Arc<AtomicUsize>,
) -> Vec<Claim> {
    let (people, asked) = (Arc::new(people), Arc::new(asked));
    let next = Arc::new(AtomicUsize::new(0));
    let travellers: Vec<_> = (0..AT_A_TIME)
        .map(|_| {
            let (people, staff, next, done) =
                (people.clone(), staff.clone(), next.clone(), done.clone());
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut claims = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((email, person)) = people.get(number) else {
                        return claims;
                    };
                    claims.push(opt_out(person, email).await);
                    claims.push(file_access(person).await);
                    let kind = u32::try_from(number).unwrap();
                    if kind < ERASURES {
                        claims.push(erase(person, &staff[0], &staff[1]).await);
                    } else if kind < ERASURES + CORRECTIONS {
                        claims.push(correct(person, &staff[0], &staff[1]).await);
                        claims.push(pack(person, email).await);
                        claims.push(turn_off(person, email).await);
                    } else if kind < ERASURES + CORRECTIONS + LATER {
                        // Their deletion was asked for before.
                    } else if kind < KNOWN - ASKED {
                        claims.push(be_born(person, email, &staff).await);
                    } else if kind < KNOWN {
                        let at = number - (KNOWN - ASKED) as usize;
                        // Of what agents asked as of what the form did.
                        let is_theirs = at % 4 < 2;
                        claims.push(by_account::answer(person, &asked[at], is_theirs).await);
                    } else if kind < KNOWN + MOVES {
                        claims.push(move_away(person, email).await);
                        claims.extend(object(person).await);
                    } else if kind < KNOWN + MOVES + CHILDREN {
                        claims.push(be_allowed(person, email, &staff).await);
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut claims = Vec::new();
    for traveller in travellers {
        claims.extend(traveller.await.unwrap());
    }
    claims
}

/// Kills one of the two processes, again and again, until all journeys are done; gives how often. A server that was
/// started is left alone until it answers, or it would never serve on a slow machine.
async fn kill(setup: &Setup, visitor: &Actor, done: &AtomicUsize) -> usize {
    let mut server = setup.start("serve");
    let mut worker = setup.start("worker");
    let mut kills = 0;
    while done.load(Ordering::Relaxed) < JOURNEYS {
        journeys::persist(|| visitor.try_get("/healthz")).await;
        let (wait, is_server) = {
            let mut chance = rand::rng();
            (chance.random_range(20..600), chance.random_bool(0.5))
        };
        tokio::time::sleep(Duration::from_millis(wait)).await;
        while !journeys::all_get_on() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if is_server {
            drop(server);
            server = setup.start("serve");
        } else {
            drop(worker);
            worker = setup.start("worker");
        }
        kills += 1;
    }
    kills
}

fn count<T>(
    app: &TestApp,
    query: impl FnOnce(&mut candor::db::AnyConnection) -> QueryResult<T>,
) -> T {
    app.app.db.read_now(|conn| Ok(query(conn)?)).unwrap()
}

/// Every answer of success is on disk, and its mail has gone out, once.
fn check_claims(app: &TestApp, mails: &Mails, claims: &[Claim]) {
    let filed: Vec<String> = count(app, |conn| {
        let all = requests::table.select(requests::reference);
        all.load(conn)
    });
    for claim in claims {
        match claim {
            Claim::OptedOut(email) => {
                // What a deletion has to leave is used for nothing else, which has a mail of its own.
                let told = mails.to(email, "choice", &[", by you:", "sale and sharing"]);
                assert_eq!(told, 1, "mails of the opt-out of {email}");
            }
            Claim::Filed(reference)
            | Claim::Approved(reference)
            | Claim::Corrected(reference)
            | Claim::Younger { reference, .. }
            | Claim::PlannedLater(reference) => {
                let on_record = filed.iter().filter(|it| *it == reference).count();
                let told = mails.about("request_received", reference);
                assert_eq!((on_record, told), (1, 1), "{reference}");
            }
            Claim::Answered { .. }
            | Claim::Moved(_)
            | Claim::Rested(_)
            | Claim::Packed(_)
            | Claim::TurnedOff(_)
            | Claim::Allowed(_) => {}
        }
    }
    let opted_out: i64 = count(app, |conn| choices::table.count().get_result(conn));
    assert!(usize::try_from(opted_out).unwrap() >= JOURNEYS);
    let unsent: i64 = count(app, |conn| {
        outbox::table
            .filter(outbox::sent_at.is_null())
            .count()
            .get_result(conn)
    });
    let undone: i64 = count(app, |conn| {
        jobs::table
            .filter(jobs::done_at.is_null())
            .count()
            .get_result(conn)
    });
    assert_eq!((unsent, undone), (0, 0), "mails not sent, jobs not done");
}

/// What was approved is erased whole, and has one receipt.
fn check_erasures(app: &TestApp, claims: &[Claim], erased: &str) {
    let approved = claims.iter().filter_map(|claim| match claim {
        Claim::Approved(reference) => Some(reference),
        _ => None,
    });
    for reference in approved {
        let (state, failure): (String, Option<String>) = count(app, |conn| {
            requests::table
                .filter(requests::reference.eq(reference))
                .select((requests::state, requests::failure))
                .first(conn)
        });
        let proofs: i64 = count(app, |conn| {
            let mine = receipts::table
                .filter(receipts::object.eq(reference))
                .filter(receipts::kind.eq("deletion"));
            mine.count().get_result(conn)
        });
        assert_eq!(
            (state.as_str(), proofs),
            ("completed", 1),
            "{reference}: {failure:?}"
        );
    }
    let source = app.source.connect();
    for table in ["page_views", "profiles", "messages"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE account_id IN ({erased})");
        let left: i64 = source.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table} of erased people");
    }
    let broken: i64 = source
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(broken, 0, "foreign keys that lead nowhere");
}

fn link_and_verify(app: &TestApp) {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let own = keys.clone();
    let linked =
        move |conn: &mut candor::db::AnyConnection| candor::audit::chain::link(conn, &own, now);
    while app.app.db.read_now(&linked).unwrap() > 0 {}
    let verdict = count(app, |conn| verify(conn, &keys, None));
    assert_eq!(verdict.first_break, None);
    assert_eq!(verdict.waiting, 0);
    assert!(verdict.whole > 1000, "{verdict:?}");
}
