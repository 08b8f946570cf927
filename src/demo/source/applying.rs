//! What happens between people and employers: applications, interviews, messages and match scores.

use chrono::{Days, NaiveDate, TimeDelta};
use rusqlite::{Connection, Result};

use super::chance::Chance;
use super::employers::{Market, Posting};
use super::insert::insert;
use super::person::Person;

const NOTES: &[&str] = &[
    "Calm and clear. Gave good examples from the last job. Would start next month.",
    "Knows the trade well; less sure about planning. A second talk is worth it.",
    "Asked thoughtful questions about the team. Pay expectation fits the range.",
    "Strong on the practical task. References to be called before an offer.",
    "Friendly, but the way to work would be over an hour. To be discussed.",
];

/// Writes `match_scores`, `applications`, `interview_notes` and `messages`.
pub fn add(
    db: &Connection,
    person: &Person,
    resumes: &[i64],
    market: &Market,
    chance: &mut Chance,
) -> Result<()> {
    let postings = market.of(person.trade);
    let amount = person.by_use(
        chance.count(0, 1),
        chance.count(5, 13),
        chance.count(14, 24),
    );
    for posting in chance.some_of(postings, amount) {
        add_score(db, person, posting, chance)?;
    }
    let amount = person.by_use(0, chance.count(1, 6), chance.count(8, 16));
    let mut wanted: Vec<_> = postings
        .iter()
        .filter(|posting| posting.posted_on >= person.joined)
        .collect();
    wanted.sort_by_key(|posting| posting.posted_on);
    let spare = wanted.len().saturating_sub(amount);
    for posting in wanted.into_iter().skip(spare) {
        apply(db, person, resumes, posting, chance)?;
    }
    Ok(())
}

fn add_score(
    db: &Connection,
    person: &Person,
    posting: &Posting,
    chance: &mut Chance,
) -> Result<()> {
    let reason = if posting.title == person.title() {
        "Same job title as in the profile".to_owned()
    } else {
        format!("Skill in common: {}", chance.one_of(&person.trade.skills))
    };
    insert!(
        db,
        match_scores {
            account_id: person.id,
            posting_id: posting.id,
            score: chance.between(35, 98),
            reason: reason,
            calculated_at: chance
                .moment(person.joined.max(posting.posted_on), person.until)
                .to_string(),
        }
    )?;
    Ok(())
}

fn apply(
    db: &Connection,
    person: &Person,
    resumes: &[i64],
    posting: &Posting,
    chance: &mut Chance,
) -> Result<()> {
    let applied = chance.day(
        posting.posted_on,
        person.until.min(posting.posted_on + Days::new(50)),
    );
    let status = *chance.one_of(&[
        "sent",
        "viewed",
        "viewed",
        "interview",
        "offer",
        "rejected",
        "rejected",
        "withdrawn",
    ]);
    let letter = format!(
        "Dear {} team,\n\nI would like to work for you as {}. In my last job I {}. I can start within four weeks.\n\nKind regards\n{}",
        posting.employer,
        posting.title,
        chance.one_of(&person.trade.duties),
        person.name,
    );
    let application = insert!(
        db,
        applications {
            account_id: person.id,
            posting_id: posting.id,
            resume_id: resumes.first(),
            cover_letter: chance.maybe(80, letter),
            status: status,
            applied_on: applied.to_string(),
        }
    )?;
    if matches!(status, "interview" | "offer") {
        add_interview(db, person, application, applied, chance)?;
    }
    if !matches!(status, "sent") {
        write_messages(db, person, posting, status, applied, chance)?;
    }
    Ok(())
}

fn add_interview(
    db: &Connection,
    person: &Person,
    application: i64,
    applied: NaiveDate,
    chance: &mut Chance,
) -> Result<()> {
    let held = chance.day(applied, person.until.min(applied + Days::new(21)));
    insert!(
        db,
        interview_notes {
            application_id: application,
            held_on: held.to_string(),
            rating: chance.between(2, 5),
            note: chance.one_of(NOTES),
            written_at: (held.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(16)).to_string(),
        }
    )?;
    Ok(())
}

/// The employer's answer, and what the person wrote back.
fn write_messages(
    db: &Connection,
    person: &Person,
    posting: &Posting,
    status: &str,
    applied: NaiveDate,
    chance: &mut Chance,
) -> Result<()> {
    let (answer, reply) = match status {
        "interview" => (
            "thank you for your application. We would like to meet you next week. Which day suits you?",
            "Thank you. Tuesday or Wednesday after ten suits me well.",
        ),
        "offer" => (
            "we enjoyed talking with you and would like to offer you the job. The papers follow by post.",
            "That is good news, thank you. I will read the papers and answer by Friday.",
        ),
        "rejected" => (
            "thank you for your interest. We have chosen someone else this time and wish you well.",
            "Thank you for letting me know. I would be glad to hear of other openings.",
        ),
        "withdrawn" => (
            "we are sorry that you withdrew your application. You are welcome to apply again.",
            "Thank you for understanding. I have found something closer to home.",
        ),
        _ => (
            "we have received your application and will answer within two weeks.",
            "Thank you. I am happy to send references.",
        ),
    };
    let subject = format!("Your application as {}", posting.title);
    let first_name = person.name.split(' ').next().unwrap_or(&person.name);
    let sent = chance.moments(2, applied, person.until.min(applied + Days::new(14)));
    let answer = format!("Dear {first_name},\n\n{answer}\n\n{}", posting.employer);
    let both = [
        ("from_employer", Some(answer)),
        ("to_employer", chance.maybe(55, reply.to_owned())),
    ];
    for ((direction, body), at) in both.into_iter().zip(sent) {
        let Some(body) = body else { continue };
        insert!(
            db,
            messages {
                account_id: person.id,
                employer_id: posting.employer_id,
                direction: direction,
                subject: subject,
                body: body,
                sent_at: at.to_string(),
                read_at: chance.maybe(85, (at + TimeDelta::minutes(40)).to_string()),
            }
        )?;
    }
    Ok(())
}
