//! The form for who asks for somebody else.

use std::collections::BTreeMap;

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;

use super::filing::{NewAgent, receive};
use super::model::Basis;
use crate::accounts::limits::Limit;
use crate::accounts::queries::{is_email, normal_email};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::period::Period;
use crate::requests::evidence::{File, LARGEST};
use crate::requests::life::By;
use crate::requests::model::{Channel, Kind};
use crate::requests::senders::Letter;
use crate::requests::senders::model::{Wants, correctable, is_correctable};
use crate::web::client_address::client_network;
use crate::web::{Form, Page, client_address, html, see_other};

/// So many requests of agents may come from one network in a day.
const REQUESTS_PER_CLIENT: Limit = Limit {
    purpose: "requests of agents",
    max: 200,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// The fields by name, as typed.
type Fields = BTreeMap<String, String>;

/// The form as a browser sends it, with the document.
#[derive(Debug, MultipartForm)]
pub struct Sent {
    basis: Option<Text<String>>,
    wants: Option<Text<String>>,
    agent_name: Option<Text<String>>,
    agent_email: Option<Text<String>>,
    email: Option<Text<String>>,
    residence: Option<Text<String>>,
    field: Option<Text<String>>,
    from: Option<Text<String>>,
    to: Option<Text<String>>,
    note: Option<Text<String>>,
    document: Option<Bytes>,
}

impl Sent {
    fn take(self) -> (Fields, Option<Bytes>) {
        let fields = [
            ("basis", self.basis),
            ("wants", self.wants),
            ("agent_name", self.agent_name),
            ("agent_email", self.agent_email),
            ("email", self.email),
            ("residence", self.residence),
            ("field", self.field),
            ("from", self.from),
            ("to", self.to),
            ("note", self.note),
        ];
        let text = |text: Option<Text<String>>| text.map_or_else(String::new, Text::into_inner);
        let typed = fields.map(|(name, it)| (name.to_owned(), text(it).trim().to_owned()));
        (typed.into_iter().collect(), self.document)
    }
}

#[derive(Template)]
#[template(path = "requests/agents/new.html")]
struct NewPage {
    page: Page,
    form: Form<Fields>,
    places: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl NewPage {
    fn typed(&self, name: &str) -> &str {
        self.form.values.get(name).map_or("", String::as_str)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.typed(name) == value
    }
}

fn show(status: StatusCode, app: &App, page: Page, form: Form<Fields>) -> AppResult<HttpResponse> {
    let shown = NewPage {
        page,
        form,
        places: app.laws.places(),
        fields: correctable(&app.register),
    };
    html(status, &shown)
}

/// The form.
pub async fn new(app: App, page: Page) -> AppResult<HttpResponse> {
    show(StatusCode::OK, &app, page, Form::new(Fields::new()))
}

/// Puts it on record. The answer is the same for every person's address.
pub async fn send(
    app: App,
    page: Page,
    request: HttpRequest,
    MultipartForm(sent): MultipartForm<Sent>,
) -> AppResult<HttpResponse> {
    let (letter, agent) = match check(&app, sent) {
        Ok(checked) => *checked,
        Err(form) => return show(StatusCode::UNPROCESSABLE_ENTITY, &app, page, form),
    };
    let client = client_network(client_address(&request, &app.site));
    let own = app.clone();
    let written = app.db.write(move |conn| {
        let by = By::visitor(&own);
        REQUESTS_PER_CLIENT.take(&own, conn, &client, by.now)?;
        receive(conn, &letter, &agent, &by).map(drop)
    });
    written.await?;
    app.wake.notify_one();
    Ok(see_other("/request/agent/sent"))
}

#[derive(Template)]
#[template(path = "requests/agents/sent.html")]
struct SentPage {
    page: Page,
}

/// The page after the form: the mails have the rest.
pub async fn sent(page: Page) -> AppResult<HttpResponse> {
    html(StatusCode::OK, &SentPage { page })
}

type Checked = Result<Box<(Letter, NewAgent)>, Form<Fields>>;

fn check(app: &App, sent: Sent) -> Checked {
    let (mut fields, document) = sent.take();
    for name in ["agent_email", "email"] {
        let address = fields.entry(name.to_owned()).or_default();
        *address = normal_email(address);
    }
    let typed = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let basis = typed("basis").parse::<Basis>().ok();
    let wants = typed("wants").parse::<Wants>().ok();
    let wants = wants.filter(|it| it.is_for_agents());
    let is_correction = wants == Some(Wants::Correction);
    let (agent_name, agent_email, email) =
        (typed("agent_name"), typed("agent_email"), typed("email"));
    let (field, residence, note) = (typed("field"), typed("residence"), typed("note"));
    let document = recognise(document);
    let period = Period {
        from: typed("from"),
        to: typed("to"),
    };
    let asks_for_data = wants.is_some_and(|it| it.kind() == Kind::Access);
    let dates = period.dates_of(asks_for_data, app.clock.today());
    let (unclear, sentence) = dates.err().unwrap_or_default();
    let faults = [
        (basis.is_none(), "basis", "Choose why you may ask for them."),
        (
            wants.is_none(),
            "wants",
            "Choose what they would like us to do.",
        ),
        (
            is_correction && !is_correctable(&app.register, &field),
            "field",
            "Choose which value is wrong.",
        ),
        (dates.is_err(), unclear, sentence),
        (
            !is_email(&email),
            "email",
            "Enter an e-mail address, like name@example.org.",
        ),
        (
            // A child may have none of their own.
            email == agent_email && basis != Some(Basis::Parent),
            "email",
            "Enter the person's own address, not yours.",
        ),
        (
            app.laws.residence(&residence).is_none(),
            "residence",
            "Choose a place, or that they rather do not say.",
        ),
        (
            agent_name.is_empty() || agent_name.chars().count() > 200,
            "agent_name",
            "Write your name, in at most 200 characters.",
        ),
        (
            !is_email(&agent_email),
            "agent_email",
            "Enter an e-mail address, like name@example.org.",
        ),
        (
            document.is_err(),
            "document",
            document.as_ref().err().copied().unwrap_or_default(),
        ),
        (
            note.chars().count() > 4000,
            "note",
            "Write at most 4,000 characters.",
        ),
    ];
    let form = Form::new(fields).refuse_where(faults).refuse_unseen();
    let (Some(basis), Some(wants), Ok(document), Ok(dates), false) =
        (basis, wants, document, dates, form.has_errors())
    else {
        return Err(form);
    };
    let letter = Letter {
        received_on: app.laws.day_in(&residence, app.clock.now()),
        email: Some(email),
        contact: String::new(),
        residence,
        wants,
        field: Some(field).filter(|_| is_correction),
        note,
        // A parent is no agent; both come by the same form.
        channel: if basis == Basis::Parent {
            Channel::Form
        } else {
            Channel::Agent
        },
        dates,
    };
    let agent = NewAgent {
        basis,
        name: agent_name,
        email: agent_email,
        document,
    };
    Ok(Box::new((letter, agent)))
}

/// The document, or what is wrong with it. A plain text cannot be signed.
fn recognise(sent: Option<Bytes>) -> Result<File, &'static str> {
    let Some(sent) = sent.filter(|sent| !sent.data.is_empty()) else {
        return Err("Add the document that shows that you may ask for them.");
    };
    if sent.data.len() > LARGEST {
        return Err("The file is larger than 10 MB. Send a smaller one.");
    }
    let file = File::recognise(sent.data.to_vec());
    file.filter(|it| it.media_type != "text/plain")
        .ok_or("Send a PDF, or a PNG or JPEG picture.")
}
