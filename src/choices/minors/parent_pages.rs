//! The word of a parent or guardian of a child, as staff enter it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Serialize;

use super::consent::{self, Allowed, InTheWay};
use super::entries::{VerifiedBy, Word};
use super::typed::{self, Known, TypedWord};
use super::{ages, is_protected};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::choices::refusable::refusables;
use crate::choices::staff_pages::{title, titles};
use crate::error::AppResult;
use crate::law::{ConsentAges, Decides};
use crate::web::{Form, Page, html, see_other_saying};

/// The form, as typed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Typed {
    whom: String,
    what: Vec<String>,
    verified_by: String,
    /// Whether the parent knows of what was turned off before.
    knows: String,
    #[serde(flatten)]
    word: TypedWord,
}

impl Typed {
    fn of(fields: Vec<(String, String)>) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in fields {
            match &*name {
                "whom" => typed.whom = value,
                "what" => typed.what.push(value),
                "verified_by" => typed.verified_by = value,
                "knows" => typed.knows = value,
                "channel" => typed.word.channel = value,
                "received_on" => typed.word.received_on = value,
                "reason" => typed.word.reason = value,
                "evidence" => typed.word.evidence = value,
                _ => {}
            }
        }
        typed
    }
}

#[derive(Template)]
#[template(path = "choices/minors/parent.html")]
struct ParentPage {
    page: Page,
    form: Form<Typed>,
    /// What a parent decides: the key, and what people call it.
    choices: Vec<(String, String)>,
    /// The entry that waits for the same child.
    waiting: Option<i64>,
}

impl ParentPage {
    fn of(app: &App, page: Page, form: Form<Typed>) -> ParentPage {
        ParentPage {
            page,
            form,
            choices: choices(app),
            waiting: None,
        }
    }

    /// The form once more, with what is in the way of it.
    fn refused(app: &App, page: Page, typed: Typed, why: InTheWay) -> ParentPage {
        let form = Form::new(typed);
        let (form, waiting) = match why {
            InTheWay::AllOn => (form.refuse("what", ALL_ON), None),
            InTheWay::Waits(entry) => (form.refuse("whom", WAITS), Some(entry)),
        };
        ParentPage {
            waiting,
            ..ParentPage::of(app, page, form)
        }
    }

    fn ways() -> Vec<(&'static str, &'static str)> {
        let all = VerifiedBy::ALL.iter();
        all.map(|it| (it.as_str(), it.title())).collect()
    }

    /// Whether something of it was turned off before, so that it takes one more tick.
    fn was_refused(&self) -> bool {
        self.form.error("knows").is_some() || !self.form.values.knows.is_empty()
    }

    fn is_chosen(&self, key: &str) -> bool {
        self.form.values.what.iter().any(|it| it == key)
    }
}

const ALL_ON: &str = "All of it is on already. Choose what is off.";
const WAITS: &str = "A word of a parent for this child waits for a supervisor already. It is approved or refused first.";

fn choices(app: &App) -> Vec<(String, String)> {
    let all = refusables(&app.register).into_iter();
    let for_parents = all.filter(is_protected);
    for_parents
        .map(|it| (it.key.to_owned(), title(&it)))
        .collect()
}

/// The form.
pub async fn new(_: CaseWorker, app: App, page: Page) -> AppResult<HttpResponse> {
    html(StatusCode::OK, &ParentPage::of(&app, page, Form::default()))
}

/// Puts what they allow on record, where it waits for a supervisor.
pub async fn allow(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    fields: web::Form<Vec<(String, String)>>,
) -> AppResult<HttpResponse> {
    let typed = Typed::of(fields.into_inner());
    let known = typed::find(&app, &typed.whom).await?;
    let refused = match &known {
        Some(known) => refused(&app, known.person.id, &typed.what).await?,
        None => String::new(),
    };
    let again = typed.clone();
    let (known, allowed, word) = match check(&app, typed, known, &refused) {
        Ok(checked) => checked,
        Err(form) => {
            let shown = ParentPage::of(&app, page, *form);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    let (own, now, staff_id) = (app.clone(), app.clock.now(), worker.id);
    let written = app.db.write(move |conn| {
        let whose = (known.whose(staff_id), staff_id);
        consent::enter_consent(conn, &own, whose, &allowed, &word, now)
    });
    if let Some(why) = written.await? {
        let shown = ParentPage::refused(&app, page, again, why);
        return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    see_other_saying(
        &session,
        "It is on record, and nothing is on yet: a supervisor, another one than you, has to approve it.",
        "/staff/ages",
    )
}

/// The titles of what was turned off before, in one line.
async fn refused(app: &App, person_id: i64, keys: &[String]) -> AppResult<String> {
    let keys = keys.to_vec();
    let found = app
        .db
        .read(move |conn| Ok(consent::refused(conn, person_id, &keys)?));
    let keys = found.await?;
    Ok(titles(&app.register, keys.iter().map(String::as_str)))
}

/// Why a parent's word does not count for somebody, if it does not.
fn fault_of(decides: Decides, ages: ConsentAges) -> Option<String> {
    let years = ages.parent_below;
    match decides {
        Decides::Parent => None,
        Decides::Person => Some(format!(
            "We do not know of them that they are under {years}. Who is {years} or older where they live turns it on themselves; if the age is wrong, put it right first."
        )),
        Decides::Unsaid => Some(format!(
            "They are {years} or older and have not said where they live, and whether a parent decides depends on it. Have them say it on the page of their account first."
        )),
    }
}

type Checked = (Known, Allowed, Word);

fn check(
    app: &App,
    typed: Typed,
    known: Option<Known>,
    refused: &str,
) -> Result<Checked, Box<Form<Typed>>> {
    let today = app.clock.today();
    let verified_by = typed.verified_by.parse::<VerifiedBy>().ok();
    let offered = choices(app);
    let is_offered = |key: &String| offered.iter().any(|it| it.0 == *key);
    let (keys, word) = (typed.what.clone(), typed.word.clone());
    let knows_refusal = typed.knows == "true";
    let warning = format!(
        "This was turned off before, by the child or on somebody's word: {refused}. Tell the parent, and tick this if they allow it all the same."
    );
    let other = known.as_ref().and_then(|it| {
        let ages = ages(app, &it.person.residence);
        fault_of(ages.decides(it.sixteen_on, today), ages)
    });
    let (word, form) = word.check(app, known.as_ref(), Form::new(typed));
    let form = form
        .refuse_where([
            (
                other.is_some(),
                "whom",
                other.as_deref().unwrap_or_default(),
            ),
            (
                keys.is_empty() || !keys.iter().all(is_offered),
                "what",
                "Choose what they allow.",
            ),
            (
                verified_by.is_none(),
                "verified_by",
                "Choose how it was made sure of. Without it, it does not count.",
            ),
            (!refused.is_empty() && !knows_refusal, "knows", &*warning),
        ])
        .in_order();
    match (known, verified_by, word) {
        (Some(known), Some(verified_by), Some(word)) if !form.has_errors() => {
            let allowed = Allowed {
                keys,
                verified_by,
                knows_refusal,
            };
            Ok((known, allowed, word))
        }
        _ => Err(Box::new(form)),
    }
}
