//! The sample people whom the demo lists, and what is special about each.

use chrono::{Days, NaiveDate};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::employers::Market;
use super::insert::insert;
use super::person::{Person, Use};
use super::places::{CALIFORNIA, GERMANY, OTHER_STATES, Place};
use super::trades::TRADES;
use super::usage;

/// One of the people to sign in as.
pub struct SamplePerson {
    /// The e-mail address of their account, at example.org.
    pub email: &'static str,
    /// First and last name.
    pub name: &'static str,
    /// One short sentence: why to look at this person.
    pub what: &'static str,
    place: &'static Place,
    trade: usize,
    usage: Use,
    twist: Twist,
}

/// What a listed person's data has that nobody else's has.
enum Twist {
    Nothing,
    LastJobIsWrong,
    ManyPages(usize),
    SharesAddressOf(&'static str),
    PartnerIsWrong,
}

/// The listed people, who have the first accounts of every sample database.
pub const SAMPLES: &[SamplePerson] = &[
    SamplePerson {
        email: "maya.okafor@example.org",
        name: "Maya Okafor",
        what: "Has some of everything; the company of her last job is misspelt and the job ends a year too early.",
        place: &CALIFORNIA[0],
        trade: 0,
        usage: Use::Often,
        twist: Twist::LastJobIsWrong,
    },
    SamplePerson {
        email: "daniel.reyes@example.org",
        name: "Daniel Reyes",
        what: "Has viewed several thousand pages: a list that goes on and on.",
        place: &CALIFORNIA[2],
        trade: 1,
        usage: Use::Often,
        twist: Twist::ManyPages(4_000),
    },
    SamplePerson {
        email: "elena.marchetti@example.org",
        name: "Elena Marchetti",
        what: "Shares a billing address with Marco Marchetti, so hers cannot simply be erased.",
        place: &CALIFORNIA[4],
        trade: 4,
        usage: Use::Sometimes,
        twist: Twist::Nothing,
    },
    SamplePerson {
        email: "marco.marchetti@example.org",
        name: "Marco Marchetti",
        what: "Shares a billing address with Elena Marchetti.",
        place: &CALIFORNIA[4],
        trade: 6,
        usage: Use::Sometimes,
        twist: Twist::SharesAddressOf("elena.marchetti@example.org"),
    },
    SamplePerson {
        email: "grace.whitfield@example.org",
        name: "Grace Whitfield",
        what: "A partner sold a wrong job title about her.",
        place: &OTHER_STATES[0],
        trade: 3,
        usage: Use::Often,
        twist: Twist::PartnerIsWrong,
    },
    SamplePerson {
        email: "lukas.brandt@example.org",
        name: "Lukas Brandt",
        what: "An earlier account of his is kept in the archive.",
        place: &GERMANY[0],
        trade: 10,
        usage: Use::Often,
        twist: Twist::Nothing,
    },
    SamplePerson {
        email: "noor.haddad@example.org",
        name: "Noor Haddad",
        what: "Signed up and left: almost nothing is held.",
        place: &OTHER_STATES[3],
        trade: 11,
        usage: Use::Hardly,
        twist: Twist::Nothing,
    },
];

impl SamplePerson {
    /// `us-ca`, `us-tx`, …, `de`.
    pub fn residence(&self) -> &'static str {
        self.place.residence
    }

    /// The name of that state or country.
    pub fn lives_in(&self) -> &'static str {
        if self.place.is_german() {
            "Germany"
        } else {
            self.place.region
        }
    }

    fn of(person: &Person) -> Option<&'static SamplePerson> {
        SAMPLES
            .iter()
            .zip(1..)
            .find(|(_, id)| *id == person.id)
            .map(|(sample, _)| sample)
    }
}

/// Turns somebody into the listed person of that account, if there is one.
pub fn cast(person: &mut Person, today: NaiveDate) {
    let Some(sample) = SamplePerson::of(person) else {
        return;
    };
    let days = if sample.usage == Use::Hardly { 40 } else { 930 };
    sample.name.clone_into(&mut person.name);
    person.place = sample.place;
    person.trade = &TRADES[sample.trade];
    person.usage = sample.usage;
    person.level = 2;
    person.born = today - Days::new(365 * 38 + 17 * person.id.unsigned_abs());
    person.joined = today - Days::new(days);
}

/// True for a listed person about whom the platform knows something of every sort.
pub fn is_well_known(person: &Person) -> bool {
    SamplePerson::of(person).is_some_and(|sample| sample.usage != Use::Hardly)
}

/// Adds what is special about a listed person; changes nothing for others.
pub fn finish(
    db: &Connection,
    person: &Person,
    market: &Market,
    chance: &mut Chance,
) -> Result<()> {
    match SamplePerson::of(person).map_or(&Twist::Nothing, |sample| &sample.twist) {
        Twist::Nothing => Ok(()),
        Twist::LastJobIsWrong => spoil_last_job(db, person),
        Twist::ManyPages(amount) => usage::view_pages(db, person, market, chance, *amount),
        Twist::SharesAddressOf(email) => share_address(db, person, email),
        Twist::PartnerIsWrong => add_wrong_title(db, person),
    }
}

/// The first résumé has the faults; the short one has the truth.
fn spoil_last_job(db: &Connection, person: &Person) -> Result<()> {
    let work = "WHERE resume_id IN (SELECT id FROM resumes WHERE account_id = ?1)";
    db.execute(
        &format!(
            "UPDATE work_history
             SET company = 'Harborlight Medical Center', ended_on = date(started_on, '+730 days')
             WHERE id IN (SELECT min(id) FROM work_history {work} GROUP BY resume_id)"
        ),
        [person.id],
    )?;
    db.execute(
        &format!(
            "UPDATE work_history
             SET company = 'Harborlihgt Medical Center', ended_on = date(started_on, '+365 days')
             WHERE id = (SELECT min(id) FROM work_history {work})"
        ),
        [person.id],
    )?;
    Ok(())
}

fn share_address(db: &Connection, person: &Person, email: &str) -> Result<()> {
    let own: Option<i64> = db.query_row(
        "SELECT billing_address_id FROM payment_cards WHERE account_id = ?1",
        [person.id],
        |row| row.get(0),
    )?;
    db.execute(
        "UPDATE payment_cards SET billing_address_id =
            (SELECT billing_address_id FROM payment_cards JOIN accounts ON accounts.id = account_id WHERE email = ?2)
         WHERE account_id = ?1",
        (person.id, email),
    )?;
    db.execute("DELETE FROM addresses WHERE id = ?1", [own])?;
    Ok(())
}

fn add_wrong_title(db: &Connection, person: &Person) -> Result<()> {
    insert!(
        db,
        partner_data {
            email: person.email,
            partner_name: "Talentgraph Exchange",
            attribute: "Current job title",
            value: "Truck driver",
            obtained_on: (person.until - Days::new(70)).to_string(),
        }
    )?;
    Ok(())
}
