//! Random moves by random actors, right and wrong ones, through the real pages, with days that pass: the same as a
//! small model says, no date passes unnoticed, and each mail goes out once.

mod model;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use candor::accounts::model::Role;
use candor::db::schema::{people, request_notices};
use candor::law::Reading;
use candor::requests::filing::{self, NewRequest};
use candor::requests::life::By;
use candor::requests::model::{Kind, Outcome, Request, State};
use candor::requests::reminders;
use chrono::{Days, NaiveDate, TimeDelta};
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{find, walked};
use crate::support::{Actor, TestApp};
use model::{Model, Move, Who};

/// The second lives in the United Kingdom, where the clock may stand still.
const PEOPLE: [(&str, &str); 3] = [("ada", "us-ca"), ("max", "gb"), ("eve", "us-ca")];

const STAFF: [(&str, Role); 5] = [
    ("sam", Role::Agent),
    ("una", Role::Agent),
    ("ruth", Role::Supervisor),
    ("vera", Role::Supervisor),
    ("otto", Role::Auditor),
];

/// So many lives are led, of so many moves each; on PostgreSQL, which takes longer, one of them.
const LIVES: u64 = 4;
const MOVES_OF_A_LIFE: usize = 70;

const MAILS: [&str; 9] = [
    "request_received",
    "request_message",
    "request_decided",
    "request_completed",
    "request_withdrawn",
    "request_extended",
    "request_reopened",
    "request_late",
    "question_waits",
];

struct World {
    app: TestApp,
    people: Vec<Actor>,
    staff: Vec<Actor>,
    model: Model,
    /// Of the modelled requests, in their order.
    references: Vec<String>,
}

impl World {
    async fn begin() -> Self {
        let app = TestApp::start();
        let (mut people, mut staff) = (Vec::new(), Vec::new());
        for (name, residence) in PEOPLE {
            people.push(app.person_in(name, residence).await);
        }
        for (name, role) in STAFF {
            staff.push(app.staff(name, role).await);
        }
        let model = Model {
            today: TestApp::start_time().date(),
            staff: STAFF.map(|(_, role)| role).to_vec(),
            ..Model::default()
        };
        World {
            app,
            people,
            staff,
            model,
            references: Vec::new(),
        }
    }

    /// Somebody files a request that asks for no data of a source.
    async fn file(&mut self, owner: usize, kind: Kind) {
        let parts = self.app.app.clone();
        let filed = self.app.app.db.write(move |conn| {
            let all = people::table.order(people::id).select(people::id);
            let ids: Vec<i64> = all.load(conn)?;
            let new = NewRequest::of(kind);
            filing::file(conn, ids[owner], &new, &By::visitor(&parts))
        });
        self.references.push(filed.await.unwrap().reference);
        let due = self.model.first_due(owner);
        self.model.file(owner, kind, None, due);
    }

    async fn make(&mut self, at: usize, who: Who, what: Move, seed: u64) {
        let before = self.request(at);
        let reference = self.references[at].clone();
        let actor = match who {
            Who::Person(person) => &self.people[person],
            Who::Staff(member) => &self.staff[member],
        };
        let (path, fields) = form(&reference, what, &before);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        let answer = actor.post(&path, &fields).await;
        let is_made = answer.status == 303;
        let expected = self.model.make(at, who, what);
        let told = format!(
            "seed {seed}: {who:?} {what:?} on {at} as {:?}",
            before.state
        );
        assert_eq!(
            is_made,
            expected,
            "{told}: {} {}",
            answer.status,
            answer.text()
        );
        if !is_made {
            let after = self.request(at);
            let is_same = after.version == before.version && after.state == before.state;
            assert!(is_same, "{told}: changed by a move that was refused");
        } else if what == Move::Appeal {
            let filed = answer.location().split('/').nth(2).unwrap().to_owned();
            let appeal = find(&self.app, &filed);
            self.references.push(filed);
            let owner = self.model.requests[at].owner;
            self.model
                .file(owner, Kind::Appeal, Some(at), appeal.due_on);
        }
    }

    /// Days pass, jobs are done, and dates are looked at each day.
    async fn pass(&mut self, days: u64) {
        for _ in 0..days {
            self.app.app.clock.advance(TimeDelta::days(1));
            self.model.today = self.model.today + Days::new(1);
            let own = self.app.app.clone();
            let watched = actix_web::web::block(move || reminders::watch(&own));
            watched.await.unwrap().unwrap();
            self.notice_what_was_told();
        }
        self.app.run_jobs().await;
        self.model.carry_out();
    }

    fn notice_what_was_told(&mut self) {
        let calendar = self.app.app.laws.calendar();
        let last_day = |due: NaiveDate| {
            let mut day = due - Days::new(1);
            while !calendar.is_business_day(day, Reading::GovernmentCode6700) {
                day = day - Days::new(1);
            }
            day
        };
        for at in 0..self.references.len() {
            let told = self.told(at);
            for due in self.model.must_be_told(at, last_day) {
                let is_told = told.iter().any(|(kind, on)| (kind.as_str(), *on) == due);
                assert!(is_told, "{}: nobody was told {due:?}", self.references[at]);
            }
            let reminded = told.iter().filter(|(kind, _)| kind == "unanswered");
            for (_, asked_on) in reminded {
                self.model.remind(at, *asked_on);
            }
            assert!(
                !self.model.is_waited_for(at),
                "{}: nobody was reminded",
                self.references[at]
            );
            let late = told.iter().filter(|(kind, _)| kind == "late");
            for (_, due) in late {
                assert!(*due < self.model.today, "told too early");
                if self.model.requests[at].told.insert(("late", *due)) {
                    let owner = self.model.requests[at].owner;
                    *self.model.mails.entry((owner, "request_late")).or_default() += 1;
                }
            }
        }
    }

    fn told(&self, at: usize) -> Vec<(String, NaiveDate)> {
        let id = self.request(at).id;
        let told = self.app.app.db.read_now(|conn| {
            Ok(request_notices::table
                .filter(request_notices::request_id.eq(id))
                .select((request_notices::kind, request_notices::due_on))
                .load(conn)?)
        });
        told.unwrap()
    }

    fn request(&self, at: usize) -> Request {
        find(&self.app, &self.references[at])
    }

    /// All is as the model says.
    fn compare(&self, seed: u64) {
        for (at, it) in self.model.requests.iter().enumerate() {
            let request = self.request(at);
            let expected = (it.state, it.due, it.is_extended);
            let found = (request.state, request.due_on, request.extended_to.is_some());
            assert_eq!(found, expected, "seed {seed}, request {at}");
            let is_proposed = request.state == State::InReview && request.outcome.is_some();
            assert_eq!(
                is_proposed,
                it.proposed.is_some(),
                "seed {seed}, request {at}"
            );
        }
        for (person, (name, _)) in PEOPLE.iter().enumerate() {
            let mut sent = BTreeMap::<String, usize>::new();
            for mail in self.app.mails_to(name) {
                *sent.entry(mail.kind).or_default() += 1;
            }
            for kind in MAILS {
                let expected = self.model.mails.get(&(person, kind)).copied();
                let count = sent.remove(kind);
                assert_eq!(count, expected, "seed {seed}: {kind} to {name}");
            }
            assert!(sent.is_empty(), "seed {seed}: {sent:?} to {name}");
        }
    }

    /// The timeline of each request goes from state to state as the table of moves allows.
    fn read_timelines(&self) {
        for at in 0..self.references.len() {
            let request = self.request(at);
            let (state, steps) = walked(&self.app, request.id);
            assert_eq!(state, request.state, "{steps:?}");
        }
    }
}

/// Where a move is sent, and what with.
fn form(reference: &str, what: Move, before: &Request) -> (String, Vec<(&'static str, String)>) {
    let words = || "Because it is so.".to_owned();
    let (path, mut fields) = match what {
        Move::Withdraw => ("/requests/{}/withdraw", vec![]),
        Move::Answer => ("/requests/{}/messages", vec![("message", words())]),
        Move::Appeal => {
            // Other words each time: the same would be the appeal that is there.
            static WRITTEN: AtomicUsize = AtomicUsize::new(1);
            let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
            let why = format!("{} {number}", words());
            ("/requests/{}/appeal", vec![("appeal", why)])
        }
        Move::Write => ("/staff/requests/{}/message", vec![("body", words())]),
        Move::Ask => {
            let ask = ("ask", "true".to_owned());
            ("/staff/requests/{}/message", vec![("body", words()), ask])
        }
        Move::Decide(outcome) => {
            let outcome = ("outcome", outcome.as_str().to_owned());
            let ground = ("ground", super::ground_under(&before.law).to_owned());
            let fields = vec![outcome, ground, ("reason", words()), ("restricts", words())];
            ("/staff/requests/{}/decide", fields)
        }
        Move::Approve => ("/staff/requests/{}/approve", vec![]),
        Move::SendBack => ("/staff/requests/{}/send-back", vec![("send_back", words())]),
        Move::Extend => ("/staff/requests/{}/extend", vec![("extension", words())]),
    };
    fields.push(("version", before.version.to_string()));
    (path.replace("{}", reference), fields)
}

fn random_move(random: &mut StdRng) -> Move {
    match random.random_range(0..16) {
        0 => Move::Withdraw,
        1 | 2 => Move::Answer,
        3 | 4 => Move::Appeal,
        5 => Move::Write,
        6 | 7 => Move::Ask,
        8 => Move::Decide(Outcome::Approved),
        9..=11 => Move::Decide(Outcome::Denied),
        12..=13 => Move::Approve,
        14 => Move::SendBack,
        _ => Move::Extend,
    }
}

/// Most moves are tried by somebody who may, some by anybody.
fn random_actor(random: &mut StdRng, what: Move, owner: usize) -> Who {
    let by_person = matches!(what, Move::Withdraw | Move::Answer | Move::Appeal);
    match random.random_range(0..4) {
        0 if random.random_bool(0.5) => Who::Person(random.random_range(0..PEOPLE.len())),
        0 => Who::Staff(random.random_range(0..STAFF.len())),
        _ if by_person => Who::Person(owner),
        _ if matches!(what, Move::Approve | Move::SendBack) => {
            Who::Staff(random.random_range(2..4))
        }
        _ => Who::Staff(random.random_range(0..4)),
    }
}

/// Rule: C2, 11 CCR 7021(b); C3, 11 CCR 7021(b); A4, appeals.
#[actix_web::test]
async fn whatever_anybody_does_in_whatever_order_requests_go_as_the_rules_say() {
    for seed in 0..LIVES {
        let mut random = StdRng::seed_from_u64(seed);
        let mut world = World::begin().await;
        if seed > 0 && !world.app.app.db.is_sqlite() {
            break;
        }
        for _ in 0..MOVES_OF_A_LIFE {
            let open = world.model.requests.iter().filter(|it| !it.is_closed());
            if open.count() < 3 && world.references.len() < 14 {
                let kind = [Kind::Access, Kind::Restriction][random.random_range(0..2)];
                world.file(random.random_range(0..PEOPLE.len()), kind).await;
            }
            if random.random_bool(0.2) {
                world.pass(random.random_range(1..20)).await;
            }
            let at = random.random_range(0..world.references.len());
            let what = random_move(&mut random);
            let who = random_actor(&mut random, what, world.model.requests[at].owner);
            // An appeal has a term of its own, and a clock that stood still moves the last day.
            let it = &world.model.requests[at];
            let is_plain = it.appeal_of.is_none() && !it.was_reopened && it.asked_on.is_none();
            if what != Move::Extend || is_plain {
                world.make(at, who, what, seed).await;
            }
        }
        world.pass(60).await;
        world.compare(seed);
        world.read_timelines();
    }
}
