//! What lies apart from the account: sensitive answers, documents, bought data, newsletters and copies.

use chrono::{Days, TimeDelta};
use rusqlite::{Connection, Result};
use serde_json::json;

use super::chance::Chance;
use super::insert::insert;
use super::person::Person;

const PARTNERS: &[&str] = &[
    "Brightfield Audiences",
    "Lumen Reach",
    "Talentgraph Exchange",
];
const INTERESTS: &[&str] = &[
    "cycling",
    "cooking",
    "home improvement",
    "outdoor travel",
    "personal finance",
    "reading",
];
const INCOMES: &[&str] = &[
    "under 40,000",
    "40,000 to 69,999",
    "70,000 to 99,999",
    "100,000 and over",
];
const TOPICS: &[&str] = &[
    "Jobs of the week",
    "Career advice",
    "News from ProJobSector",
];

/// Writes `equal_opportunity_answers`; each answer may be left out.
pub fn answer_equal_opportunity(
    db: &Connection,
    person: &Person,
    chance: &mut Chance,
) -> Result<()> {
    let gender = *chance.one_of(&["woman", "man", "non-binary"]);
    let race = *chance.one_of(&[
        "Asian",
        "Black or African American",
        "Hispanic or Latino",
        "White",
        "Two or more",
    ]);
    let disability = *chance.one_of(&["no disability", "no disability", "has a disability"]);
    let veteran = *chance.one_of(&["not a veteran", "not a veteran", "veteran"]);
    insert!(
        db,
        equal_opportunity_answers {
            account_id: person.id,
            gender: chance.maybe(90, gender),
            race_ethnicity: chance.maybe(85, race),
            disability: chance.maybe(75, disability),
            veteran_status: chance.maybe(75, veteran),
            answered_on: chance.day(person.joined, person.until).to_string(),
        }
    )?;
    Ok(())
}

/// Writes `identity_documents`, with numbers that no office ever gives out.
pub fn show_identity(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let number = chance.between(1, 9999);
    let (kind, document_no, issued_by) = match (person.place.is_german(), chance.is(50)) {
        (true, _) => ("national_id", format!("TEST00{number:04}"), "Germany"),
        (false, true) => (
            "social_security",
            format!("000-00-{number:04}"),
            "United States",
        ),
        (false, false) => (
            "driving_licence",
            format!("TEST-{number:07}"),
            person.place.region,
        ),
    };
    insert!(
        db,
        identity_documents {
            account_id: person.id,
            kind: kind,
            document_no: document_no,
            issued_by: issued_by,
            valid_until: (kind != "social_security")
                .then(|| (person.until + Days::new(900)).to_string()),
            checked_at: chance.moment(person.joined, person.until).to_string(),
        }
    )?;
    Ok(())
}

/// Writes `partner_data`: what partners said about an e-mail address, right or wrong.
pub fn buy_partner_data(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let income = *chance.one_of(INCOMES);
    let interest = *chance.one_of(INTERESTS);
    let years = (3 * person.level + 1).to_string();
    let bought = [
        ("Current job title", person.title()),
        ("Years of experience", &years),
        ("Household income", income),
        ("Interest", interest),
    ];
    for (attribute, value) in bought {
        if chance.is(80) {
            insert!(
                db,
                partner_data {
                    email: person.email,
                    partner_name: chance.one_of(PARTNERS),
                    attribute: attribute,
                    value: value,
                    obtained_on: chance.day(person.joined, person.until).to_string(),
                }
            )?;
        }
    }
    Ok(())
}

/// Writes `newsletter_subscriptions`.
pub fn subscribe(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let amount = chance.count(1, 3);
    for topic in chance.some_of(TOPICS, amount) {
        let subscribed = chance.moment(person.joined, person.until);
        let left = chance
            .moment(subscribed.date(), person.until)
            .max(subscribed + TimeDelta::hours(1));
        insert!(
            db,
            newsletter_subscriptions {
                email: person.email,
                topic: topic,
                subscribed_at: subscribed.to_string(),
                unsubscribed_at: chance.maybe(25, left.to_string()),
            }
        )?;
    }
    Ok(())
}

/// Writes `cached_profiles`: the copy that employers' searches read, not always fresh.
pub fn cache_profile(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let body = json!({
        "name": person.name,
        "title": person.title(),
        "city": person.place.city,
        "skills": chance.some_of(&person.trade.skills, 4),
    });
    insert!(
        db,
        cached_profiles {
            account_id: person.id,
            body: body.to_string(),
            cached_at: chance.moment(person.joined, person.until).to_string(),
        }
    )?;
    Ok(())
}

/// Writes `archived_accounts`: an earlier account of the same e-mail address.
pub fn archive_earlier_account(
    db: &Connection,
    person: &Person,
    chance: &mut Chance,
) -> Result<()> {
    let closed = person.joined - chance.days(60, 1_200);
    insert!(
        db,
        archived_accounts {
            email: person.email,
            full_name: person.name,
            headline: person.trade.titles[0],
            phone: person.place.is_known().then(|| person.place.phone(chance)),
            city: person.place.is_known().then_some(person.place.city),
            closed_on: closed.to_string(),
            reason: chance.one_of(&[Some("Found a job"), Some("Too many mails"), None]),
            archived_at: (closed.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(27))
                .to_string(),
        }
    )?;
    Ok(())
}
