//! A real server on a database of its own, and actors who use it as people do.

mod actor;
mod answer;
pub mod archive;
pub mod database;
mod launching;
mod on_record;
mod package;
mod ports;
mod queries;
pub mod recipient;
mod sample;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::{Cookie, CookieJar};
use candor::accounts::guard::{Account, Person, StaffMember};
use candor::accounts::model::{PersonRow, Role};
use candor::accounts::{queries as accounts, session_store};
use candor::app::{App, Parts};
use candor::clock::Clock;
use candor::config::Site;
use candor::db::schema::{jobs, sessions, staff};
use candor::jobs::worker::{self, Outcome};
use candor::keys::Keys;
use candor::law::Laws;
use candor::mail::Mailer;
use candor::mail::delivery;
use candor::mail::transport::Transport;
use candor::outbound::Outbound;
use candor::register::Register;
use candor::server::{self, Size};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

pub use actor::Actor;
pub use answer::Answer;
use database::TestDatabase;
pub use database::{postgres_server, with_name};
pub use ports::free_address;
use sample::SampleSource;
pub use sample::sample_register;

/// A running portal. Its clock stands at [`TestApp::START`] until a test moves it.
pub struct TestApp {
    pub app: App,
    base: String,
    client: reqwest::Client,
    database: TestDatabase,
    /// ProJobSector's own database, with the listed sample people alone.
    pub source: SampleSource,
}

/// What a portal starts with.
struct Launch {
    register: Arc<Register>,
    demo: bool,
    time: NaiveDateTime,
    people: usize,
    base_url: Option<&'static str>,
    laws: Laws,
    /// Where it looks at its own public pages, if it does; an empty text stands for its own address.
    monitor: Option<&'static str>,
    secret: [u8; 32],
    /// So long it waits for a form.
    patience: Duration,
}

impl Default for Launch {
    fn default() -> Self {
        Launch {
            register: sample_register(),
            demo: false,
            time: TestApp::start_time(),
            people: 0,
            base_url: None,
            laws: launching::built_in_laws(),
            monitor: None,
            secret: [7; 32],
            patience: Duration::from_secs(30),
        }
    }
}

/// A mail as it stands in the outbox.
#[derive(Debug, Clone, Queryable)]
pub struct Mail {
    pub kind: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl TestApp {
    /// Monday 2026-02-09, 10:00 UTC.
    pub fn start_time() -> NaiveDateTime {
        let day = NaiveDate::from_ymd_opt(2026, 2, 9).unwrap();
        day.and_hms_opt(10, 0, 0).unwrap()
    }

    pub fn start() -> Self {
        Self::launch(Launch::default())
    }

    /// As `candor demo` starts it.
    pub fn start_demo() -> Self {
        Self::launch(Launch {
            demo: true,
            ..Launch::default()
        })
    }

    /// Of an organisation that declares something else than ProJobSector.
    pub fn start_declaring(change: impl FnOnce(&mut Register)) -> Self {
        let mut register = Arc::unwrap_or_clone(sample_register());
        change(&mut register);
        Self::launch(Launch {
            register: Arc::new(register),
            ..Launch::default()
        })
    }

    /// Under the laws as the organisation's own file has them.
    pub fn start_under(laws: Laws) -> Self {
        Self::launch(Launch {
            laws,
            ..Launch::default()
        })
    }

    fn launch(with: Launch) -> Self {
        queries::prepare();
        let database = TestDatabase::create();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let site = Arc::new(Site {
            organisation: "ProJobSector".to_owned(),
            contact: "contact@projobsector.com".to_owned(),
            base_url: with.base_url.unwrap_or(&base).parse().unwrap(),
            demo: with.demo,
            trusted_proxies: Vec::new(),
            metrics_token: None,
            drp_business_id: Some("projobsector".to_owned()),
            time_zone: chrono_tz::UTC,
            monitor: with
                .monitor
                .map(|at| base.parse::<url::Url>().unwrap().join(at).unwrap()),
        });
        let keys = Arc::new(Keys::new(with.secret));
        let source = SampleSource::create(with.people);
        let register = with.register;
        let db = database.open();
        let sources = launching::open_sources(&db, &keys, (&register, &source));
        let app = App::new(Parts {
            db,
            clock: Clock::set_to(with.time),
            keys,
            mailer: Mailer::new(site.clone()),
            site,
            register,
            sources,
            outbound: Outbound::new(&["127.0.0.0/8".parse().unwrap()]).unwrap(),
            laws: Arc::new(with.laws),
            wake: Arc::default(),
            spent: Arc::default(),
        });
        let size = Size {
            workers: 1,
            blocking_threads: 4,
            patience: with.patience,
        };
        actix_web::rt::spawn(server::run(app.clone(), listener, size).unwrap());
        TestApp {
            app,
            base,
            client: actor::client(None),
            database,
            source,
        }
    }

    /// The address of the database, for a second process.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// The queries that the portal's database is asked while something is done. Jobs and pages of this portal
    /// count alike.
    pub async fn queries_during<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        queries::listen(self.database.url());
        let done = work.await;
        (done, queries::heard(self.database.url()))
    }

    /// Where the portal is, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.base
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Actor {
        Actor::new(self.client.clone(), &self.base, None)
    }

    /// Somebody whose browser has that session cookie.
    pub fn visitor_with_session(&self, cookie: &str) -> Actor {
        Actor::new(self.client.clone(), &self.base, Some(cookie.to_owned()))
    }

    /// A person from California, signed in a moment ago as `<name>@example.org`.
    pub async fn person(&self, name: &str) -> Actor {
        self.person_in(name, "us-ca").await
    }

    /// A person who lives there, signed in a moment ago as `<name>@example.org`.
    pub async fn person_in(&self, name: &str, residence: &str) -> Actor {
        let (email, residence, keys) = (
            format!("{name}@example.org"),
            residence.to_owned(),
            self.app.keys.clone(),
        );
        let now = self.app.clock.now();
        let address = email.clone();
        let person = self.app.db.write(move |conn| {
            Ok(accounts::create_person(
                conn, &keys, &address, &residence, now,
            )?)
        });
        self.sign_in_as(person.await.unwrap(), email).await
    }

    /// Another session of a person, who signs in now as `<name>@example.org`.
    pub async fn person_again(&self, name: &str) -> Actor {
        let (email, keys) = (format!("{name}@example.org"), self.app.keys.clone());
        let address = email.clone();
        let found = self.app.db.read(move |conn| {
            Ok(accounts::find_person_by_any_identity(
                conn, &keys, &address,
            )?)
        });
        let person = found.await.unwrap().expect("somebody is known by that");
        self.sign_in_as(person, email).await
    }

    async fn sign_in_as(&self, person: PersonRow, email: String) -> Actor {
        let account = Account::Person(Person {
            id: person.id,
            pseudonym: person.pseudonym,
            email,
            confirmed_at: self.app.clock.now(),
        });
        self.sign_in(&account).await
    }

    /// A staff member with that role, signed in with both factors.
    pub async fn staff(&self, name: &str, role: Role) -> Actor {
        let email = format!("{name}@staff.example.org");
        let hash = accounts::identity_hash(
            &self.app.keys,
            candor::accounts::model::IdentityKind::Email,
            &email,
        );
        let (now, own_name) = (self.app.clock.now(), name.to_owned());
        let id = self.app.db.write(move |conn| {
            Ok(diesel::insert_into(staff::table)
                .values((
                    staff::email.eq(email),
                    staff::email_hash.eq(hash),
                    staff::name.eq(own_name),
                    staff::role.eq(role.as_str()),
                    staff::totp_last_step.eq(0),
                    staff::created_at.eq(now),
                ))
                .returning(staff::id)
                .get_result(conn)?)
        });
        let account = Account::Staff(StaffMember {
            id: id.await.unwrap(),
            name: name.to_owned(),
            role,
        });
        self.sign_in(&account).await
    }

    /// Another session of a staff member, who signs in with that role.
    pub async fn sign_in_again(&self, name: &str, role: Role) -> Actor {
        let own = name.to_owned();
        let found = self.app.db.read(move |conn| {
            let member = staff::table.filter(staff::name.eq(own));
            Ok(member.select(staff::id).first(conn)?)
        });
        let id = found.await.unwrap();
        let name = name.to_owned();
        self.sign_in(&Account::Staff(StaffMember { id, name, role }))
            .await
    }

    /// A session of that account, as the sign-in pages would have made it.
    async fn sign_in(&self, account: &Account) -> Actor {
        let token = candor::keys::random_token();
        let hash = session_store::token_hash(&self.app, &token);
        let mark = candor::keys::random_token();
        let state = serde_json::json!({
            "account": serde_json::to_string(account).unwrap(),
            "mark": serde_json::to_string(&mark).unwrap(),
        })
        .to_string();
        let (person_id, staff_id) = match account {
            Account::Person(person) => (Some(person.id), None),
            Account::Staff(member) => (None, Some(member.id)),
        };
        let now = self.app.clock.now();
        let saved = self.app.db.write(move |conn| {
            Ok(diesel::insert_into(sessions::table)
                .values((
                    sessions::token_hash.eq(hash),
                    sessions::state.eq(state),
                    sessions::person_id.eq(person_id),
                    sessions::staff_id.eq(staff_id),
                    sessions::device.eq("a test"),
                    sessions::mark.eq(mark),
                    sessions::created_at.eq(now),
                    sessions::last_seen_at.eq(now),
                    sessions::expires_at.eq(now + TimeDelta::days(365)),
                ))
                .execute(conn)?)
        });
        saved.await.unwrap();
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.app.keys.cookie_key())
            .add(Cookie::new("candor", token));
        Actor::new(
            self.client.clone(),
            &self.base,
            jar.get("candor").map(|cookie| cookie.value().to_owned()),
        )
    }

    /// Carries out the jobs that are due now; returns how many. The test fails if one fails.
    pub async fn run_jobs(&self) -> usize {
        let outcomes = worker::run_due(&self.app).await.unwrap();
        assert!(
            outcomes.iter().all(|outcome| *outcome == Outcome::Done),
            "a job failed: {:?}",
            self.failed_jobs()
        );
        outcomes.len()
    }

    /// Kind and last error of the jobs whose last try failed.
    pub fn failed_jobs(&self) -> Vec<(String, Option<String>)> {
        let failed = self.app.db.read_now(|conn| {
            Ok(jobs::table
                .filter(jobs::last_error.is_not_null())
                .order(jobs::id)
                .select((jobs::kind, jobs::last_error))
                .load(conn)?)
        });
        failed.unwrap()
    }

    /// Sends the mails that are due now; returns how many. The test fails if one is refused.
    pub async fn deliver_mail(&self) -> usize {
        let sent = delivery::deliver_due(&self.app, &Transport::memory()).await;
        let sent = sent.unwrap();
        assert!(
            sent.iter()
                .all(|outcome| *outcome == delivery::Outcome::Sent),
            "a mail was refused: {sent:?}"
        );
        sent.len()
    }

    /// Signs in as people do: types the address, takes the code from the mail and types it. The last answer.
    pub async fn sign_in_by_mail(&self, actor: &Actor, email: &str) -> Answer {
        let page = actor.get("/sign-in").await.page();
        let sent = actor.submit(&page, "/sign-in", &[("email", email)]).await;
        assert_eq!(sent.location(), "/sign-in/code");
        let page = actor.get("/sign-in/code").await.page();
        let code = self.mailed_code(&accounts::normal_email(email));
        actor
            .submit(&page, "/sign-in/code", &[("code", &code)])
            .await
    }

    /// The six digits in the newest mail to an address.
    #[track_caller]
    pub fn mailed_code(&self, email: &str) -> String {
        let mails = self.mails_to(email);
        let text = &mails.last().expect("a mail was sent").text;
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
        text.lines()
            .find(is_code)
            .expect("a code stands in it")
            .to_owned()
    }
}
