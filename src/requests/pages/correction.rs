//! Asking for one value of one record to be put right.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::filed_address;
use crate::accounts::guard::{FreshPerson, Person};
use crate::accounts::signs;
use crate::accounts::step_up::{Kept, keep};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data::redactions::{Cell, Redactions};
use crate::my_data::{correction_url, read};
use crate::register::{CollectionKey, Input};
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::evidence::{File, LARGEST};
use crate::requests::filing::{self, NewCorrection, NewItem, NewRequest};
use crate::requests::life::By;
use crate::requests::model::{Action, Kind};
use crate::sources::{CorrectionError, Held, Identities, Value};
use crate::web::{Form, Page, html, see_other, words};

/// Which value it is about.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    dataset: String,
    collection: String,
    record: String,
    field: String,
}

impl Target {
    fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }

    /// Where its form is shown, and sent to.
    fn address(&self) -> String {
        correction_url(&self.key(), &self.record, &self.field)
    }
}

/// What the person proposes.
#[derive(Debug, Default, Clone, Deserialize, Serialize, Validate)]
pub struct Proposal {
    #[serde(default)]
    value: String,
    #[serde(default)]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    reason: String,
    #[serde(default)]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    news: String,
    /// Whether nothing should stand there.
    #[serde(default)]
    empties: String,
    /// Whether a file was sent that was not kept while they confirmed that it is them.
    #[serde(default, skip_serializing)]
    is_without_file: bool,
}

/// The form as a browser sends it, with the file.
#[derive(Debug, MultipartForm)]
pub struct Sent {
    value: Text<String>,
    empties: Option<Text<String>>,
    reason: Option<Text<String>>,
    news: Option<Text<String>>,
    evidence: Option<Bytes>,
}

impl Sent {
    /// What is kept while the person confirms that it is them: all but the file.
    fn fields(&self) -> [(String, String); 5] {
        let reason = self.reason.as_ref().map_or("", |it| it);
        let news = self.news.as_ref().map_or("", |it| it);
        let had_file = self.evidence.as_ref().is_some_and(|it| !it.data.is_empty());
        [
            ("value", self.value.as_str()),
            ("empties", self.empties.as_ref().map_or("", |it| it)),
            ("reason", reason),
            ("news", news),
            ("is_without_file", if had_file { "true" } else { "false" }),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }
}

/// The value as it is held, and what it may become.
struct Subject {
    collection: String,
    field: String,
    description: String,
    current: String,
    held: Held,
    input: Input,
    /// What was denied of the same before.
    before: Option<DeniedBefore>,
    /// Who gave us the value, where that is not the person and is known.
    source_name: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/new_correction.html")]
struct NewCorrectionPage {
    page: Page,
    action: String,
    subject: Subject,
    form: Form<Proposal>,
    /// The request of the person's that asks for this already.
    asked: Option<String>,
}

impl NewCorrectionPage {
    fn options(&self) -> Vec<(&str, &str)> {
        match &self.subject.input {
            Input::YesNo => vec![("yes", "Yes"), ("no", "No")],
            Input::OneOf(values) => values.iter().map(|it| (it.as_str(), it.as_str())).collect(),
            _ => Vec::new(),
        }
    }

    /// Type, `inputmode` and hint of a one-line input.
    fn line(&self) -> (&'static str, &'static str, &'static str) {
        match self.subject.input {
            Input::Email => ("email", "email", ""),
            Input::Phone => ("tel", "tel", ""),
            Input::Integer => ("text", "numeric", "A whole number."),
            Input::Decimal => ("text", "decimal", "A number, such as 12.50."),
            Input::Date => ("date", "", ""),
            Input::DateTime => ("datetime-local", "", ""),
            _ => ("text", "", ""),
        }
    }
}

/// Stands beside a value that was not typed.
const VALUE_IS_MISSING: &str =
    "Type the value that is right. If nothing should stand there, tick the box below.";

/// Stands beside the file after a confirmation.
const FILE_IS_GONE: &str =
    "Choose your file again: we did not keep it while you confirmed that it is you.";

/// The form, with the value as it is held now.
pub async fn new(
    person: FreshPerson,
    app: App,
    page: Page,
    target: web::Query<Target>,
    kept: Kept<Proposal>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    let subject = find_subject(&app, person.id, &target).await?;
    let form = kept.form();
    let is_without_file = form.values.is_without_file;
    let form = form.refuse_where([(is_without_file, "evidence", FILE_IS_GONE)]);
    show(StatusCode::OK, page, &target, subject, (form, None))
}

fn show(
    status: StatusCode,
    page: Page,
    target: &Target,
    subject: Subject,
    (form, asked): (Form<Proposal>, Option<String>),
) -> AppResult<HttpResponse> {
    html(
        status,
        &NewCorrectionPage {
            page,
            action: target.address(),
            subject,
            form,
            asked,
        },
    )
}

async fn find_subject(app: &App, person_id: i64, target: &Target) -> AppResult<Subject> {
    let target = target.clone();
    read(app, person_id, move |app, identities| {
        let cell = Cell {
            key: target.key(),
            record: target.record.clone(),
            field: target.field.clone(),
        };
        let asked = Asked::Value(cell.clone());
        let (left_out, before) = app.db.read_now(|conn| {
            let left_out = Redactions::load(conn, &app.keys, person_id)?;
            let of = (Kind::Correction, &asked);
            let before = denied_before::find(conn, app, person_id, of)?;
            Ok((left_out, before))
        })?;
        // What is left out for somebody else's sake must not come back in the form.
        if left_out.is_about(&cell) {
            return Err(AppError::NotFound);
        }
        let subject = subject_of(app, identities, &target)?;
        Ok(Subject { before, ..subject })
    })
    .await
}

/// Someone else's record is not found, like one that does not exist.
fn subject_of(app: &App, identities: &Identities, target: &Target) -> AppResult<Subject> {
    let view = app
        .register
        .describe(&target.dataset, &target.collection, &target.field);
    let view = view.ok_or(AppError::NotFound)?;
    let record = app
        .sources
        .record(identities, &target.key(), &target.record)?;
    let record = record.ok_or(AppError::NotFound)?;
    let source_name = view.source_name(&record);
    let mut data = record.fields.into_iter();
    let datum = data
        .find(|datum| datum.path == target.field)
        .ok_or(AppError::NotFound)?;
    let input = view.input().filter(|_| !datum.value.is_masked());
    let input = input.ok_or_else(|| {
        AppError::conflict(
            "This value cannot be corrected here. Write to us, and we will look at it together.",
        )
    })?;
    Ok(Subject {
        collection: view.collection.title.clone(),
        field: view.field.title.clone(),
        description: view.field.description.clone(),
        current: in_words(&datum.value, &input),
        held: datum.value,
        input,
        before: None,
        source_name,
    })
}

fn in_words(held: &Held, input: &Input) -> String {
    match (held, input) {
        (Held::Plain(Value::Bool(true) | Value::Integer(1)), Input::YesNo) => "yes".to_owned(),
        (Held::Plain(Value::Bool(false) | Value::Integer(0)), Input::YesNo) => "no".to_owned(),
        _ => held.to_string(),
    }
}

/// Checks the proposal and files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    target: web::Query<Target>,
    MultipartForm(sent): MultipartForm<Sent>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    if !signs::is_confirmed(&app, &person).await? {
        keep(&app, &session, &target.address(), &sent.fields())?;
        return Err(AppError::StepUpRequired);
    }
    let subject = find_subject(&app, person.id, &target).await?;
    let checked = check(&app, person.id, &target, &subject, sent).await?;
    let (correction, evidence, news) = match checked {
        Ok(checked) => checked,
        Err(form) => {
            return show(
                StatusCode::UNPROCESSABLE_ENTITY,
                page,
                &target,
                subject,
                (form, None),
            );
        }
    };
    let typed = Proposal {
        value: correction.new_value.clone(),
        reason: correction.reason.clone(),
        news: news.clone(),
        ..Proposal::default()
    };
    let (parts, key) = (app.clone(), target.key());
    let filed = app.db.write(move |conn| {
        let new = NewRequest {
            items: vec![NewItem {
                correction: Some(correction),
                ..NewItem::of(Action::Correct, &key, 1)
            }],
            evidence,
            news,
            ..NewRequest::of(Kind::Correction)
        };
        filing::file(conn, person.id, &new, &By::person(&parts, &person))
    });
    let filed = match filed.await {
        Ok(filed) => filed,
        Err(AppError::AskedAlready(reference)) => {
            let shown = (Form::new(typed), Some(reference));
            return show(StatusCode::CONFLICT, page, &target, subject, shown);
        }
        Err(other) => return Err(other),
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}

type Checked = Result<(NewCorrection, Option<File>, String), Form<Proposal>>;

async fn check(
    app: &App,
    person_id: i64,
    target: &Target,
    subject: &Subject,
    sent: Sent,
) -> AppResult<Checked> {
    let proposal = Proposal {
        value: sent.value.into_inner(),
        empties: sent.empties.map(Text::into_inner).unwrap_or_default(),
        reason: sent.reason.map(Text::into_inner).unwrap_or_default(),
        news: sent.news.map(Text::into_inner).unwrap_or_default(),
        ..Proposal::default()
    };
    let proposal = match Form::check(proposal) {
        Ok(proposal) => proposal,
        Err(form) => return Ok(Err(form)),
    };
    // A field that was forgotten is no wish to have its value erased.
    if proposal.value.trim().is_empty() && proposal.empties.is_empty() {
        return Ok(Err(Form::new(proposal).refuse("value", VALUE_IS_MISSING)));
    }
    let evidence = match recognise(sent.evidence) {
        Ok(evidence) => evidence,
        Err(sentence) => return Ok(Err(Form::new(proposal).refuse("evidence", sentence))),
    };
    let (asked, typed) = (target.clone(), proposal.value.clone());
    let planned = read(app, person_id, move |app, identities| {
        let key = asked.key();
        let record = (&key, asked.record.as_str());
        Ok(app
            .sources
            .plan_correction(identities, record, &asked.field, &typed))
    });
    let change = match planned.await? {
        Ok(change) => change,
        Err(CorrectionError::Invalid(sentence)) => {
            return Ok(Err(Form::new(proposal).refuse("value", sentence)));
        }
        Err(CorrectionError::Source(error)) => return Err(error.into()),
        Err(CorrectionError::NotFound | CorrectionError::NotCorrectable) => {
            return Err(AppError::NotFound);
        }
    };
    let is_same = match &subject.held {
        Held::Plain(value) => *value == change.value,
        Held::Empty => change.value.is_null(),
        Held::Masked(_) => false,
    };
    if is_same || proposal.value.trim() == subject.current {
        let sentence = "This is what we hold already. Enter the right value.";
        return Ok(Err(Form::new(proposal).refuse("value", sentence)));
    }
    let correction = NewCorrection {
        record: target.record.clone(),
        field: target.field.clone(),
        old_value: subject.current.clone(),
        new_value: proposal.value.trim().to_owned(),
        change,
        reason: proposal.reason,
        source_name: subject.source_name.clone(),
    };
    Ok(Ok((correction, evidence, proposal.news)))
}

/// The file that was sent, if one was; or what is wrong with it.
fn recognise(sent: Option<Bytes>) -> Result<Option<File>, &'static str> {
    let Some(sent) = sent.filter(|sent| !sent.data.is_empty()) else {
        return Ok(None);
    };
    if sent.data.len() > LARGEST {
        return Err("The file is larger than 10 MB. Send a smaller one.");
    }
    let file = File::recognise(sent.data.to_vec());
    file.map(Some)
        .ok_or("Send a PDF, a PNG or JPEG picture, or a plain text file.")
}
