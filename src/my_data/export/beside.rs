//! What a copy of the data says beside them: what the person can ask for, where they can complain, in which decisions a machine
//! takes part, and what is kept and not used (GDPR Art. 4(3), 15(1)(e), (f), (h)).

use askama::Template;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::law::Regulator;
use crate::register::{Activity, Machine};
use crate::requests::dates::LegalDates;
use crate::requests::model::Kind;
use crate::requests::restricted::{self, NotUsed};
use crate::web::words;

/// All that is said.
#[derive(Template)]
#[template(path = "data/report/beside.html")]
pub(super) struct Beside<'a> {
    /// Where the person asks, and where they choose.
    requests: String,
    choices: String,
    authorities: Vec<Regulator>,
    machines: Vec<(&'a Activity, &'a Machine)>,
    not_used: Vec<NotUsed>,
}

/// What people can ask for, whatever the law gives where they live.
const RIGHTS: [&str; 6] = [
    "to have a value that is wrong put right",
    "to have data erased",
    "to have data kept and not used while something about them is in dispute",
    "to have a use stopped that rests on a legitimate interest",
    "to get this copy, in a form that another service can read",
    "to ask how a decision was made in which a machine took part, and to have a person look at it again, where the law gives it",
];

impl<'a> Beside<'a> {
    pub fn load(
        conn: &mut AnyConnection,
        app: &'a App,
        (person_id, residence): (i64, &str),
    ) -> AppResult<Self> {
        let law = LegalDates::of(&app.laws, residence, Kind::Access, app.clock.now()).law;
        let activities = app.register.activities.iter();
        Ok(Beside {
            requests: app.site.url("/requests"),
            choices: app.site.url("/choices"),
            authorities: app.laws.regulators(&law),
            machines: activities
                .filter_map(|it| Some((it, it.machine.as_ref()?)))
                .collect(),
            not_used: restricted::in_force(conn, app, person_id)?,
        })
    }

    fn rights() -> [&'static str; 6] {
        RIGHTS
    }

    /// The same for a program, with a comma behind.
    pub fn json(&self) -> String {
        let not_used = self
            .not_used
            .iter()
            .map(|it| json!({ "what": it.words, "request": it.reference, "until": it.ends_on }));
        let machines = self.machines.iter().map(|(activity, machine)| {
            json!({
                "use": activity.title,
                "decides": machine.decides,
                "how_it_works": machine.works,
                "what_comes_out": machine.output,
                "what_people_do": machine.people,
                "in_use_from": machine.since,
            })
        });
        let authorities = self
            .authorities
            .iter()
            .map(|it| json!({ "name": it.name, "link": it.link }));
        format!(
            "\"kept_and_not_used\":{},\"decisions_by_machines\":{},\"you_can_ask\":{},\"you_can_complain_to\":{},",
            not_used.collect::<Json>(),
            machines.collect::<Json>(),
            json!(RIGHTS),
            authorities.collect::<Json>()
        )
    }
}
