//! The account itself: who somebody is, how to reach them, what they agreed to, and where they signed in.

use chrono::TimeDelta;
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::insert::insert;
use super::person::Person;

const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
];

const GOALS: &[&str] = &[
    "I am looking for a team that shares what it knows.",
    "I would like regular hours and a short way to work.",
    "I am ready to lead a small team.",
    "I am happy to move for the right place.",
    "I want to keep learning and to teach what I learn.",
];

/// The policy's versions, the newest first; people agreed to the one that held when they joined.
const POLICIES: [&str; 4] = ["2026-06", "2025-07", "2024-09", "2024-03"];

/// Writes `accounts`, `profiles`, `contact_details`, `consents` and `login_events`.
pub fn add(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let logins = add_account(db, person, chance)?;
    add_profile(db, person, chance)?;
    if person.place.is_known() {
        add_contact_details(db, person, chance)?;
    }
    add_consents(db, person, chance)?;
    add_logins(db, person, chance, &logins)
}

fn add_account(
    db: &Connection,
    person: &Person,
    chance: &mut Chance,
) -> Result<Vec<chrono::NaiveDateTime>> {
    let amount = person.by_use(
        chance.count(0, 2),
        chance.count(3, 11),
        chance.count(15, 30),
    );
    let logins = chance.moments(amount, person.joined, person.until);
    let place = person.place;
    insert!(
        db,
        accounts {
            email: person.email,
            password_hash: format!(
                "$argon2id$v=19$m=19456,t=2,p=1${}${}",
                chance.letters(22),
                chance.letters(43)
            ),
            status: if chance.is(95) { "active" } else { "paused" },
            country: place.is_known().then_some(place.country),
            state: (!place.state.is_empty()).then_some(place.state),
            language: if place.is_german() { "de" } else { "en" },
            created_at: person.joined.and_hms_opt(9, 30, 0).map(|at| at.to_string()),
            last_login_at: logins.last().map(ToString::to_string),
        }
    )?;
    Ok(logins)
}

fn add_profile(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let wrote = person.by_use(15, 75, 100);
    let duty = chance.one_of(&person.trade.duties);
    let skill = chance.one_of(&person.trade.skills);
    let headline = format!(
        "{} with a hand for {}",
        person.title(),
        skill.to_lowercase()
    );
    let about = format!("In my last job I {duty}. {}", chance.one_of(GOALS));
    let step = 8_000 * i64::try_from(person.level).unwrap_or(0);
    let salary = person.trade.pay + step + 1_000 * chance.between(0, 12);
    insert!(
        db,
        profiles {
            account_id: person.id,
            full_name: person.name,
            headline: chance.maybe(wrote, headline),
            birth_date: chance.maybe(wrote, person.born.to_string()),
            about: chance.maybe(wrote, about),
            desired_salary: chance.maybe(wrote, salary),
            open_to_work: chance.is(60),
            updated_at: chance.moment(person.joined, person.until).to_string(),
        }
    )?;
    Ok(())
}

fn add_contact_details(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let place = person.place;
    let (phone, street, postal_code) = (
        place.phone(chance),
        place.street(chance),
        place.postal_code(chance),
    );
    let gave = person.by_use(20, 80, 100);
    insert!(
        db,
        contact_details {
            account_id: person.id,
            phone: chance.maybe(gave, phone),
            street: chance.maybe(gave, street),
            city: place.city,
            region: place.region,
            postal_code: chance.maybe(gave, postal_code),
            country: place.country,
            updated_at: chance.moment(person.joined, person.until).to_string(),
        }
    )?;
    Ok(())
}

fn add_consents(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let joined = person.joined.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(9 * 60 + 31);
    let month = person.joined.format("%Y-%m").to_string();
    let wording = POLICIES.iter().find(|policy| **policy <= month.as_str());
    let wording = wording.unwrap_or(&POLICIES[POLICIES.len() - 1]);
    for (topic, yes) in [
        ("terms", 100),
        ("marketing_email", 45),
        ("profile_sharing", 70),
        ("personalisation", 60),
    ] {
        insert!(
            db,
            consents {
                account_id: person.id,
                topic: topic,
                is_granted: chance.is(yes),
                wording: wording,
                given_at: joined.to_string(),
            }
        )?;
    }
    Ok(())
}

fn add_logins(
    db: &Connection,
    person: &Person,
    chance: &mut Chance,
    logins: &[chrono::NaiveDateTime],
) -> Result<()> {
    let own = [(); 2].map(|()| {
        let network = chance.one_of(&["192.0.2", "198.51.100", "203.0.113"]);
        (
            format!("{network}.{}", chance.between(1, 254)),
            *chance.one_of(BROWSERS),
        )
    });
    for (place, at) in logins.iter().enumerate() {
        let (ip_address, user_agent) = chance.one_of(&own);
        let is_last = place + 1 == logins.len();
        insert!(
            db,
            login_events {
                account_id: person.id,
                ip_address: ip_address,
                user_agent: user_agent,
                is_success: is_last || chance.is(96),
                logged_in_at: at.to_string(),
            }
        )?;
    }
    Ok(())
}
