//! The list of corrections that a person has written, which they ask for in one request.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::correction::{Target, find_subject};
use super::filed_address;
use super::proposal::propose;
use crate::accounts::guard::{FreshPerson, Person};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data::{correction_url, said};
use crate::requests::collected::{self, Collected};
use crate::requests::evidence;
use crate::requests::filing::{self, NewCorrection, NewItem, NewRequest};
use crate::requests::life::{By, changed};
use crate::requests::model::{Action, Kind};
use crate::requests::over_limit;
use crate::web::{Page, html, see_other, see_other_saying};

/// Where the list is shown, and sent to.
pub(super) const LIST: &str = "/requests/new/corrections";

/// One of them, as it is shown.
struct Line {
    id: i64,
    title: String,
    collection: String,
    /// Where it can be written anew.
    form: String,
    held: String,
    proposed: String,
    reason: String,
    has_file: bool,
    /// Why it cannot be asked for as it is.
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/collected.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    /// Why nothing was sent.
    conflict: Option<String>,
    /// The request of the person's that asks for one of them already.
    asked: Option<String>,
}

impl ListPage {
    fn can_be_sent(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|it| it.fault.is_none())
    }

    fn button(&self) -> String {
        match self.lines.len() {
            1 => "Ask for this correction".to_owned(),
            several => format!("Ask for these {several} corrections"),
        }
    }
}

const GONE: &str =
    "We do not hold this any more, or it cannot be corrected here. Take it out of your list.";
const CHANGED: &str = "What we hold has changed since you wrote this. Look at it again.";

/// One of them, with what it comes to now in its source.
struct Prepared {
    collected: Collected,
    line: Line,
    correction: Option<NewCorrection>,
}

async fn prepare(app: &App, person_id: i64, collected: Collected) -> AppResult<Prepared> {
    let (draft, cell) = (&collected.draft, collected.draft.cell());
    let target = Target::of(&cell);
    let title = app
        .register
        .describe(&cell.key.dataset, &cell.key.collection, &cell.field);
    let in_words = |text: &str| title.map_or_else(|| text.to_owned(), |view| said(&view, text));
    let mut line = Line {
        id: collected.id,
        title: title.map_or_else(|| cell.field.clone(), |it| it.field.title.clone()),
        collection: app.register.collection_title(&cell.key),
        form: correction_url(&cell.key, &cell.record, &cell.field),
        held: in_words(&draft.old),
        proposed: in_words(&draft.value),
        reason: draft.reason.clone(),
        has_file: collected.file.is_some(),
        fault: None,
    };
    let subject = match find_subject(app, person_id, &target).await {
        Ok(subject) => subject,
        Err(AppError::NotFound | AppError::Conflict(_)) => {
            line.fault = Some(GONE.to_owned());
            return Ok(Prepared {
                collected,
                line,
                correction: None,
            });
        }
        Err(other) => return Err(other),
    };
    let proposed = (draft.value.as_str(), draft.reason.as_str());
    let correction = match propose(app, person_id, (&target, &subject), proposed).await? {
        Ok(correction) if subject.current == draft.old => Some(correction),
        Ok(_) => {
            line.held = in_words(&subject.current);
            line.fault = Some(CHANGED.to_owned());
            None
        }
        Err(sentence) => {
            line.fault = Some(sentence);
            None
        }
    };
    Ok(Prepared {
        collected,
        line,
        correction,
    })
}

async fn prepare_all(app: &App, person_id: i64) -> AppResult<Vec<Prepared>> {
    let (own, now) = (app.clone(), app.clock.now());
    let read = app
        .db
        .read(move |conn| collected::list(conn, &own, person_id, now));
    let mut all = Vec::new();
    for collected in read.await? {
        all.push(prepare(app, person_id, collected).await?);
    }
    Ok(all)
}

/// The list, with each value as it is held now.
pub async fn show(person: FreshPerson, app: App, page: Page) -> AppResult<HttpResponse> {
    let lines = prepare_all(&app, person.id).await?;
    let lines = lines.into_iter().map(|it| it.line).collect();
    let (conflict, asked) = (None, None);
    html(
        StatusCode::OK,
        &ListPage {
            page,
            lines,
            conflict,
            asked,
        },
    )
}

/// Where a second click finds what the first has sent.
fn sent_before(session: &Session) -> AppResult<HttpResponse> {
    let text = "Your list of corrections is empty: what stood in it was sent, or taken out. Your requests stand here.";
    see_other_saying(session, text, "/requests")
}

/// Asks for all of them in one request.
pub async fn file(
    person: FreshPerson,
    app: App,
    page: Page,
    session: Session,
) -> AppResult<HttpResponse> {
    let prepared = prepare_all(&app, person.id).await?;
    if prepared.is_empty() {
        return sent_before(&session);
    }
    let (ids, lines, new, files) = taken_apart(prepared);
    let Some(new) = new else {
        let conflict = Some("Nothing was sent. Look at what stands beside each.".to_owned());
        let status = StatusCode::CONFLICT;
        return html(
            status,
            &ListPage {
                page,
                lines,
                conflict,
                asked: None,
            },
        );
    };
    let (parts, own) = (app.clone(), Person::clone(&person));
    let filed = app.db.write(move |conn| {
        match collected::remove(conn, own.id, &ids)? {
            removed if removed == ids.len() => {}
            // It was sent meanwhile.
            0 => return Ok(None),
            _ => return Err(changed()),
        }
        let by = By::person(&parts, &own);
        let request = filing::file(conn, own.id, &new, &by)?;
        for file in &files {
            evidence::attach(conn, &request, file, &by)?;
        }
        Ok(Some(request))
    });
    let filed = match filed.await {
        Ok(None) => return sent_before(&session),
        Ok(Some(filed)) => Ok(filed),
        Err(error) => Err(error),
    };
    let filed = over_limit::look(&app, &person, Kind::Correction, filed).await;
    let (status, conflict, asked) = match filed {
        Ok(Ok(filed)) => {
            app.wake.notify_one();
            return Ok(see_other(&filed_address(&filed.reference)));
        }
        Ok(Err(limit)) => {
            let shown = ListPage {
                page,
                lines,
                conflict: Some(limit.sentence.clone()),
                asked: None,
            };
            return limit.answer(html(limit.status, &shown));
        }
        Err(AppError::AskedAlready(reference)) => (StatusCode::CONFLICT, None, Some(reference)),
        Err(other) => return Err(other),
    };
    html(
        status,
        &ListPage {
            page,
            lines,
            conflict,
            asked,
        },
    )
}

type Apart = (Vec<i64>, Vec<Line>, Option<NewRequest>, Vec<evidence::File>);

/// What goes into the request; none of it where one of them cannot be asked for.
fn taken_apart(prepared: Vec<Prepared>) -> Apart {
    let (mut ids, mut lines, mut files) = (Vec::new(), Vec::new(), Vec::new());
    let (mut items, mut news) = (Vec::new(), Vec::new());
    for one in prepared {
        ids.push(one.collected.id);
        let draft = one.collected.draft;
        if !draft.news.is_empty() {
            news.push(format!("{}: {}", one.line.title, draft.news));
        }
        let key = draft.cell().key;
        items.extend(one.correction.map(|correction| NewItem {
            correction: Some(correction),
            ..NewItem::of(Action::Correct, &key, 1)
        }));
        files.extend(one.collected.file);
        lines.push(one.line);
    }
    let new = (items.len() == lines.len()).then(|| NewRequest {
        items,
        news: news.join("\n\n"),
        ..NewRequest::of(Kind::Correction)
    });
    (ids, lines, new, files)
}

/// Takes one out of the list.
pub async fn remove(
    person: Person,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let id = id.into_inner();
    let removed = app
        .db
        .write(move |conn| Ok(collected::remove(conn, person.id, &[id])?));
    if removed.await? == 0 {
        return Err(AppError::NotFound);
    }
    see_other_saying(
        &session,
        "It was taken out of your list. Nothing was sent.",
        LIST,
    )
}
