//! What somebody wrote about their work: résumés, jobs, schools and skills.

use chrono::{Datelike, Days};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::employers::Market;
use super::insert::insert;
use super::person::Person;

const SCHOOLS: &[&str] = &[
    "Alder Valley College",
    "Bayfront University",
    "Northern State College",
    "University of the Coast",
];
const GERMAN_SCHOOLS: &[&str] = &[
    "Berufskolleg am Hafen",
    "Hochschule Mitte",
    "Universität am See",
];

/// Writes `resumes`, `work_history`, `education` and `skills`; gives the ids of the résumés.
pub fn add(
    db: &Connection,
    person: &Person,
    market: &Market,
    chance: &mut Chance,
) -> Result<Vec<i64>> {
    let mut resumes = Vec::new();
    for version in 0..person.by_use(0, 1, chance.count(1, 2)) {
        resumes.push(add_resume(db, person, version, market, chance)?);
    }
    let amount = person.by_use(chance.count(0, 1), chance.count(3, 6), chance.count(5, 8));
    for name in chance.some_of(&person.trade.skills, amount) {
        insert!(
            db,
            skills {
                account_id: person.id,
                name: name,
                years: chance.between(1, 4 + 3 * i64::try_from(person.level).unwrap_or(0)),
                endorsements: chance.between(0, person.by_use(0, 6, 24)),
                added_on: chance.day(person.joined, person.until).to_string(),
            }
        )?;
    }
    Ok(resumes)
}

fn add_resume(
    db: &Connection,
    person: &Person,
    version: usize,
    market: &Market,
    chance: &mut Chance,
) -> Result<i64> {
    let title = if version == 0 {
        person.title().to_owned()
    } else {
        format!("{} (short)", person.title())
    };
    let [first, second] = [0, 1].map(|_| *chance.one_of(&person.trade.duties));
    let created_at = chance.moment(person.joined, person.until);
    let resume = insert!(
        db,
        resumes {
            account_id: person.id,
            title: title,
            summary: format!(
                "{} with experience in {}. I {first}.",
                person.title(),
                person.trade.industry.to_lowercase()
            ),
            is_public: chance.is(40),
            created_at: created_at.to_string(),
            updated_at: chance.moment(created_at.date(), person.until).to_string(),
        }
    )?;
    add_jobs(db, person, resume, second, market, chance)?;
    add_school(db, person, resume, chance)?;
    Ok(resume)
}

/// The jobs of a life so far, the latest first, each ended before the next began.
fn add_jobs(
    db: &Connection,
    person: &Person,
    resume: i64,
    duty: &str,
    market: &Market,
    chance: &mut Chance,
) -> Result<()> {
    let mut ended = chance.maybe(45, person.until - Days::new(45));
    let mut description = Some(format!("I {duty}."));
    for level in (0..=person.level).rev() {
        let until = ended.unwrap_or(person.until);
        let started = until - Days::new(u64::try_from(chance.between(300, 1_500)).unwrap_or(300));
        let job = chance.one_of(market.of(person.trade));
        insert!(
            db,
            work_history {
                resume_id: resume,
                company: job.employer,
                job_title: person.trade.titles[level],
                city: job.city,
                description: description
                    .take()
                    .or_else(|| Some(format!("I {}.", chance.one_of(&person.trade.duties)))),
                started_on: started.to_string(),
                ended_on: ended.map(|day| day.to_string()),
            }
        )?;
        ended = Some(started - Days::new(u64::try_from(chance.between(5, 90)).unwrap_or(5)));
    }
    Ok(())
}

fn add_school(db: &Connection, person: &Person, resume: i64, chance: &mut Chance) -> Result<()> {
    let schools = if person.place.is_german() {
        GERMAN_SCHOOLS
    } else {
        SCHOOLS
    };
    let [degree, field] = person.trade.study;
    let started = person.born.year() + 18;
    insert!(
        db,
        education {
            resume_id: resume,
            school: chance.one_of(schools),
            degree: degree,
            field_of_study: field,
            started_year: started,
            ended_year: started + 3,
        }
    )?;
    Ok(())
}
