//! What the platform saw of somebody: searches, saved searches and pages.

use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::employers::{Market, Posting};
use super::insert::insert;
use super::person::Person;

const WISHES: &[&str] = &[
    "",
    "",
    "",
    " part time",
    " remote",
    " near me",
    " entry level",
    " weekend",
    " with training",
];

/// Writes `saved_searches`, `search_terms` and `page_views`.
pub fn add(db: &Connection, person: &Person, market: &Market, chance: &mut Chance) -> Result<()> {
    let amount = person.by_use(0, chance.count(0, 2), chance.count(1, 4));
    for created_at in chance.moments(amount, person.joined, person.until) {
        let terms = search(person, chance);
        insert!(
            db,
            saved_searches {
                account_id: person.id,
                name: format!(
                    "{terms}, {}",
                    if person.place.is_known() {
                        person.place.city
                    } else {
                        "anywhere"
                    }
                ),
                terms: terms,
                place: person.place.is_known().then_some(person.place.city),
                alert: chance.one_of(&["never", "daily", "weekly"]),
                created_at: created_at.to_string(),
            }
        )?;
    }
    let amount = person.by_use(
        chance.count(0, 1),
        chance.count(5, 25),
        chance.count(35, 75),
    );
    for searched_at in chance.moments(amount, person.joined, person.until) {
        insert!(
            db,
            search_terms {
                account_id: person.id,
                terms: search(person, chance),
                place: chance
                    .maybe(60, person.place.city)
                    .filter(|city| !city.is_empty()),
                results: chance.between(0, 240),
                searched_at: searched_at.to_string(),
            }
        )?;
    }
    let amount = person.by_use(
        chance.count(0, 3),
        chance.count(20, 80),
        chance.count(120, 290),
    );
    view_pages(db, person, market, chance, amount)
}

/// Adds `amount` page views over the whole time of the account, oldest first.
pub fn view_pages(
    db: &Connection,
    person: &Person,
    market: &Market,
    chance: &mut Chance,
    amount: usize,
) -> Result<()> {
    for viewed_at in chance.moments(amount, person.joined, person.until) {
        let posting = chance.one_of(market.of(person.trade));
        let path = page(person, posting, chance);
        insert!(
            db,
            page_views {
                account_id: person.id,
                path: path,
                referrer: chance.one_of(&[
                    None,
                    None,
                    Some("/jobs"),
                    Some("/"),
                    Some("https://search.example.com/")
                ]),
                device: chance.one_of(&["phone", "phone", "computer", "computer", "tablet"]),
                seconds: chance.between(2, 420),
                viewed_at: viewed_at.to_string(),
            }
        )?;
    }
    Ok(())
}

fn search(person: &Person, chance: &mut Chance) -> String {
    let what = if chance.is(70) {
        chance.one_of(&person.trade.titles)
    } else {
        chance.one_of(&person.trade.skills)
    };
    format!("{}{}", what.to_lowercase(), chance.one_of(WISHES))
}

fn page(person: &Person, posting: &Posting, chance: &mut Chance) -> String {
    let slug = |words: &str| words.to_lowercase().replace(' ', "-");
    match chance.between(1, 100) {
        1..=55 => format!("/jobs/{}-{}", posting.id, slug(posting.title)),
        56..=70 => format!(
            "/employers/{}-{}",
            posting.employer_id,
            slug(&posting.employer)
        ),
        71..=80 => format!("/salaries/{}", slug(posting.title)),
        81..=85 => format!("/advice/a-good-letter-for-{}", slug(person.trade.industry)),
        86..=90 => "/messages".to_owned(),
        91..=95 => "/account/profile".to_owned(),
        _ => "/jobs".to_owned(),
    }
}
