//! Employers and their job postings: what people search, read and apply for.

use chrono::{Days, NaiveDate};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::insert::insert;
use super::places::{CALIFORNIA, GERMANY, OTHER_STATES};
use super::trades::{TRADES, Trade};

const NAMES: &[&str] = &[
    "Alder Creek",
    "Bluestone",
    "Cedar Point",
    "Eastgate",
    "Fernhill",
    "Granite Bay",
    "Harborlight",
    "Ironwood",
    "Kestrel",
    "Larkfield",
    "Maplecrest",
    "Northfield",
    "Oakhaven",
    "Pinegrove",
    "Redbrook",
    "Silverlake",
    "Tidewater",
    "Westmoor",
];
const EMPLOYERS_PER_TRADE: usize = 7;
const POSTINGS_PER_EMPLOYER: usize = 6;

/// A job that people may apply for.
pub struct Posting {
    pub id: i64,
    pub employer_id: i64,
    pub employer: String,
    pub title: &'static str,
    pub city: &'static str,
    pub posted_on: NaiveDate,
}

/// All postings, by trade in the order of [`TRADES`].
pub struct Market(Vec<Vec<Posting>>);

impl Market {
    /// The postings of one trade; never empty.
    pub fn of(&self, trade: &Trade) -> &[Posting] {
        let place = TRADES
            .iter()
            .position(|other| other.industry == trade.industry);
        &self.0[place.expect("people's trades come from the list")]
    }

    /// Writes the employers and the postings of the last three years.
    pub fn open(db: &Connection, seed: u64, today: NaiveDate) -> Result<Market> {
        let mut chance = Chance::new(seed, u64::MAX);
        let mut market = Vec::new();
        for trade in TRADES {
            let mut postings = Vec::new();
            for name in chance.some_of(NAMES, EMPLOYERS_PER_TRADE) {
                add_employer(db, name, trade, today, &mut chance, &mut postings)?;
            }
            market.push(postings);
        }
        Ok(Market(market))
    }
}

fn add_employer(
    db: &Connection,
    name: &str,
    trade: &'static Trade,
    today: NaiveDate,
    chance: &mut Chance,
    postings: &mut Vec<Posting>,
) -> Result<()> {
    let places = *chance.one_of(&[CALIFORNIA, CALIFORNIA, OTHER_STATES, GERMANY]);
    let place = chance.one_of(places);
    let employer = format!("{name} {}", chance.one_of(&trade.companies));
    let employer_id = insert!(
        db,
        employers {
            name: employer,
            industry: trade.industry,
            city: place.city,
            region: place.region,
            country: place.country,
        }
    )?;
    for _ in 0..POSTINGS_PER_EMPLOYER {
        let title = *chance.one_of(&trade.titles);
        let posted_on = chance.day(today - Days::new(3 * 365), today - Days::new(3));
        let closed_on = posted_on + Days::new(60);
        let from = trade.pay + 1000 * chance.between(0, 25);
        let id = insert!(
            db,
            job_postings {
                employer_id: employer_id,
                title: title,
                city: place.city,
                salary_from: from,
                salary_to: from + 1000 * chance.between(4, 15),
                posted_on: posted_on.to_string(),
                closed_on: (closed_on < today).then(|| closed_on.to_string()),
            }
        )?;
        postings.push(Posting {
            id,
            employer_id,
            employer: employer.clone(),
            title,
            city: place.city,
            posted_on,
        });
    }
    Ok(())
}
