//! What somebody wrote about their work: résumés, jobs, schools and skills.

use chrono::{Datelike, Days, NaiveDate};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::employers::{Market, Posting};
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

/// One job of somebody's life.
struct Job<'m> {
    posting: &'m Posting,
    title: &'static str,
    duty: &'static str,
    started: NaiveDate,
    ended: Option<NaiveDate>,
}

/// Writes `resumes`, `work_history`, `education` and `skills`; gives the ids of the résumés.
pub fn add(
    db: &Connection,
    person: &Person,
    market: &Market,
    chance: &mut Chance,
) -> Result<Vec<i64>> {
    let jobs = jobs_of(person, market, chance);
    let mut resumes = Vec::new();
    for version in 0..person.by_use(0, 1, 2) {
        resumes.push(add_resume(db, person, version, &jobs, chance)?);
    }
    add_skills(db, person, chance)?;
    Ok(resumes)
}

/// The jobs so far, the latest first, each ended before the next began.
fn jobs_of<'m>(person: &Person, market: &'m Market, chance: &mut Chance) -> Vec<Job<'m>> {
    let mut jobs = Vec::new();
    let mut ended = chance.maybe(45, person.until - Days::new(45));
    for level in (0..=person.level).rev() {
        let started = ended.unwrap_or(person.until) - chance.days(800, 1_700);
        jobs.push(Job {
            posting: chance.one_of(market.of(person.trade)),
            title: person.trade.titles[level],
            duty: chance.one_of::<&str>(&person.trade.duties),
            started,
            ended,
        });
        ended = Some(started - chance.days(5, 90));
    }
    jobs
}

fn add_resume(
    db: &Connection,
    person: &Person,
    version: usize,
    jobs: &[Job],
    chance: &mut Chance,
) -> Result<i64> {
    let (title, jobs) = match version {
        0 => (person.title().to_owned(), jobs),
        _ => (format!("{} (short)", person.title()), &jobs[..1]),
    };
    let industry = person.trade.industry.to_lowercase();
    let created_at = chance.moment(person.joined, person.until);
    let resume = insert!(
        db,
        resumes {
            account_id: person.id,
            title: title,
            summary: format!(
                "{} with experience in {industry}. I {}.",
                person.title(),
                jobs[0].duty
            ),
            is_public: chance.is(40),
            created_at: created_at.to_string(),
            updated_at: chance.moment(created_at.date(), person.until).to_string(),
        }
    )?;
    for job in jobs {
        insert!(
            db,
            work_history {
                resume_id: resume,
                company: job.posting.employer,
                job_title: job.title,
                city: job.posting.city,
                description: format!("I {}.", job.duty),
                started_on: job.started.to_string(),
                ended_on: job.ended.map(|day| day.to_string()),
            }
        )?;
    }
    add_school(db, person, resume)?;
    Ok(resume)
}

fn add_skills(db: &Connection, person: &Person, chance: &mut Chance) -> Result<()> {
    let amount = person.by_use(chance.count(0, 1), chance.count(3, 6), chance.count(5, 8));
    let most_years = [4, 7, 10, 13][person.level];
    for name in chance.some_of(&person.trade.skills, amount) {
        insert!(
            db,
            skills {
                account_id: person.id,
                name: name,
                years: chance.between(1, most_years),
                endorsements: chance.between(0, person.by_use(0, 6, 24)),
                added_on: chance.day(person.joined, person.until).to_string(),
            }
        )?;
    }
    Ok(())
}

fn add_school(db: &Connection, person: &Person, resume: i64) -> Result<()> {
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
            school: schools[person.name.len() % schools.len()],
            degree: degree,
            field_of_study: field,
            started_year: started,
            ended_year: started + 3,
        }
    )?;
    Ok(())
}
