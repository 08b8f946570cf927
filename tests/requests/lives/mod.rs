//! Lives of all kinds: to know, to correct, to delete, to stop and limit, appeals, agents and children, with whatever the
//! pages offer pressed by chance, sources that go away and days that pass. Whatever happens, what must hold holds.

mod forms;
mod truths;

use candor::accounts::model::Role;
use candor::requests::reminders;
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::agents::{PDF, send};
use super::correction_of;
use crate::support::{Actor, TestApp};
use forms::offers;

/// People of the sample, the last of whom says that she is a child.
const PEOPLE: [(&str, &str); 4] = [
    ("maya.okafor", "us-ca"),
    ("daniel.reyes", "gb"),
    ("elena.marchetti", "de"),
    ("noor", "fr"),
];

const STAFF: [(&str, Role); 3] = [
    ("sam", Role::Agent),
    ("vera", Role::Supervisor),
    ("ruth", Role::Supervisor),
];

/// So many lives are led, of so many steps each; on PostgreSQL, which takes longer, one of them.
const LIVES: u64 = 3;
const STEPS: usize = 120;

/// Where a person begins something.
const BEGINNINGS: [&str; 10] = [
    "/requests/new/access",
    "/requests/new/deletion/plan?everything=yes",
    "/requests/new/deletion/plan?category=user.behavior",
    "/requests/new/restriction",
    "/requests/new/objection?activity=security",
    "/choices",
    "/choices/sale-or-sharing/opt-in",
    "/choices/age",
    "/data/export",
    "/account",
];

/// What ends a session or an account is no part of these lives.
const LEFT_OUT: [&str; 3] = ["/sign-out", "/step-up", "/account/sessions"];

struct World {
    app: TestApp,
    people: Vec<Actor>,
    staff: Vec<Actor>,
    random: StdRng,
    seed: u64,
    /// How often something was done, of what was offered.
    done: usize,
    is_away: bool,
}

impl World {
    async fn begin(seed: u64) -> Self {
        let app = TestApp::start();
        let (mut people, mut staff) = (Vec::new(), Vec::new());
        for (name, residence) in PEOPLE {
            people.push(app.person_in(name, residence).await);
        }
        let born_on = [("born_on", "2012-03-01")];
        people[3].post("/choices/age", &born_on).await.location();
        for (name, role) in STAFF {
            staff.push(app.staff(name, role).await);
        }
        World {
            app,
            people,
            staff,
            random: StdRng::seed_from_u64(seed),
            seed,
            done: 0,
            is_away: false,
        }
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.random.random_range(0..all.len())]
    }

    async fn step(&mut self) {
        match self.random.random_range(0..20) {
            0..=6 => self.let_a_person_act().await,
            7..=15 => self.let_staff_act().await,
            16 => self.let_a_visitor_opt_out().await,
            17 => self.let_an_agent_ask().await,
            18 => self.toggle_the_source(),
            _ => self.pass(1 + self.seed % 3).await,
        }
    }

    async fn let_a_person_act(&mut self) {
        let one = self.random.random_range(0..PEOPLE.len());
        let begins = self.random.random_bool(0.6);
        let path = if begins {
            match self.random.random_range(0..BEGINNINGS.len() + 2) {
                // What is found of her in the sample has a city.
                it if it >= BEGINNINGS.len() && !self.is_away => {
                    correction_of(&self.app, PEOPLE[0].0, "people.contact_details", "city")
                }
                it => BEGINNINGS[it % BEGINNINGS.len()].to_owned(),
            }
        } else {
            let list = self.people[one].get("/requests").await;
            let links = list.attributes("main a[href^='/requests/PR-']", "href");
            if links.is_empty() {
                return;
            }
            self.one_of(&links).clone()
        };
        self.press(false, one, &path).await;
    }

    async fn let_staff_act(&mut self) {
        let one = self.random.random_range(0..STAFF.len());
        let list = self.staff[one].get("/staff/requests").await.page();
        let links = list.attributes("main a[href^='/staff/requests/PR-']", "href");
        if links.is_empty() {
            return;
        }
        let path = self.one_of(&links).clone();
        self.press(true, one, &path).await;
    }

    /// Opens a page and sends one of its forms.
    async fn press(&mut self, is_staff: bool, one: usize, path: &str) {
        let actor = if is_staff {
            &self.staff[one]
        } else {
            &self.people[one]
        };
        let page = actor.get(path).await;
        assert!(
            page.status < 500 || self.is_away,
            "seed {}: {path}",
            self.seed
        );
        let today = self.app.app.clock.today().to_string();
        let mut offered = offers(&page, &today, &mut self.random);
        offered.retain(|it| !LEFT_OUT.iter().any(|left| it.action.starts_with(left)));
        if page.status != 200 || offered.is_empty() {
            return;
        }
        let offer = &offered[self.random.random_range(0..offered.len())];
        let answer = offer.send(actor).await;
        let is_answered = matches!(answer.status, 200 | 303 | 409 | 422 | 429)
            || answer.status == 503 && self.is_away;
        let told = format!("seed {}: {} {:?}", self.seed, offer.action, offer.fields);
        assert!(is_answered, "{told}: {} {}", answer.status, answer.text());
        self.done += usize::from(answer.status == 303);
    }

    async fn let_a_visitor_opt_out(&mut self) {
        let (name, _) = *self.one_of(&PEOPLE);
        let email = format!("{name}@example.org");
        let visitor = self.app.visitor();
        let answer = visitor.post("/do-not-sell", &[("email", &email)]).await;
        assert!(matches!(answer.status, 303 | 429), "{}", answer.text());
    }

    async fn let_an_agent_ask(&mut self) {
        let (name, _) = *self.one_of(&PEOPLE);
        let email = format!("{name}@example.org");
        let basis = *self.one_of(&["permission", "power-of-attorney", "parent"]);
        let wants = *self.one_of(&["deletion", "pieces", "categories"]);
        let changes = [("basis", basis), ("wants", wants), ("email", &email)];
        let answer = send(&self.app, &changes, PDF).await;
        assert!(
            matches!(answer.status, 303 | 422 | 429),
            "{}",
            answer.text()
        );
    }

    fn toggle_the_source(&mut self) {
        if self.is_away {
            self.app.source.come_back();
        } else {
            self.app.source.go_away();
        }
        self.is_away = !self.is_away;
    }

    /// Days pass, jobs are done, dates are looked at each day, and everybody signs in again.
    async fn pass(&mut self, days: u64) {
        if self.is_away {
            self.toggle_the_source();
        }
        for _ in 0..days {
            self.app.app.clock.advance(TimeDelta::days(1));
            let own = self.app.app.clone();
            let watched = actix_web::web::block(move || reminders::watch(&own));
            watched.await.unwrap().unwrap();
            self.app.run_jobs().await;
        }
        for (actor, (name, _)) in self.people.iter_mut().zip(PEOPLE) {
            *actor = self.app.person_again(name).await;
        }
        for (actor, (name, role)) in self.staff.iter_mut().zip(STAFF) {
            *actor = self.app.sign_in_again(name, role).await;
        }
    }
}

/// Rule: C2, 11 CCR 7021(b); N1, Civ. 1798.120(c); N5, GDPR Art. 8(1).
#[actix_web::test]
async fn whatever_is_pressed_in_whatever_life_what_must_hold_holds() {
    for seed in 0..LIVES {
        let mut world = World::begin(seed).await;
        if seed > 0 && !world.app.app.db.is_sqlite() {
            break;
        }
        for _ in 0..STEPS {
            world.step().await;
            truths::of_children(&world.app);
        }
        world.pass(8).await;
        while world.app.run_jobs().await + world.app.deliver_mail().await > 0 {}
        assert!(
            world.done > STEPS / 6,
            "only {} things were done",
            world.done
        );
        truths::of_requests(&world.app);
        truths::of_mails(&world.app);
        truths::of_the_log(&world.app);
    }
}
