//! Objecting, for reasons of one's own situation, to a use that rests on a legitimate interest and has no switch (GDPR Art.
//! 21(1)). What has a switch is turned off without any reason. Until it is answered, the use rests (Art. 18(1)(d)).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{filed_address, trimmed};
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::open_to_objection;
use crate::error::AppResult;
use crate::requests::dates;
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::filing::{self, NewRequest};
use crate::requests::life::By;
use crate::requests::model::Kind;
use crate::requests::{over_limit, restrictions};
use crate::web::{Form, Page, html, see_other, words};

/// To which use, and why, as typed.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct NewObjection {
    activity: String,
    #[serde(deserialize_with = "trimmed")]
    #[validate(length(
        min = 1,
        max = 4000,
        message = "Say what in your situation speaks against it, in at most 4,000 characters."
    ))]
    why: String,
    #[serde(deserialize_with = "trimmed")]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    news: String,
}

#[derive(Template)]
#[template(path = "requests/new_objection.html")]
struct NewObjectionPage {
    page: Page,
    form: Form<NewObjection>,
    /// The key, and what people call it.
    activities: Vec<(String, String)>,
    before: Option<DeniedBefore>,
    /// Where the right stands; none where no law gives it and the organisation does all the same.
    cite: Option<String>,
}

/// Where a choice leads here from: the use that it is about.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    #[serde(default)]
    activity: String,
}

/// The form.
pub async fn new(
    person: Person,
    app: App,
    page: Page,
    about: web::Query<About>,
) -> AppResult<HttpResponse> {
    let form = Form::new(NewObjection {
        activity: about.into_inner().activity,
        ..NewObjection::default()
    });
    show(StatusCode::OK, &app, &person, page, form).await
}

async fn show(
    status: StatusCode,
    app: &App,
    person: &Person,
    page: Page,
    form: Form<NewObjection>,
) -> AppResult<HttpResponse> {
    let before = denied_before::look(app, person.id, Kind::Objection, Asked::Words).await?;
    let person_id = person.id;
    let residence = app
        .db
        .read(move |conn| Ok(find_residence(conn, person_id)?))
        .await?;
    let cite = dates::cite(&app.laws, &residence, Kind::Objection, app.clock.now());
    let activities = open_to_objection(&app.register);
    let activities = activities.map(|it| (it.key.clone(), it.title.clone()));
    let shown = NewObjectionPage {
        page,
        form,
        activities: activities.collect(),
        before,
        cite,
    };
    html(status, &shown)
}

/// Files it; from then on the use rests.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    form: web::Form<NewObjection>,
) -> AppResult<HttpResponse> {
    let form = match Form::check(form.into_inner()) {
        Ok(new) => Form::new(new),
        Err(form) => form,
    };
    let mut activities = open_to_objection(&app.register);
    let activity = activities
        .find(|it| it.key == form.values.activity)
        .cloned();
    let form = form
        .refuse_where([(activity.is_none(), "activity", "Choose a use.")])
        .in_order();
    let Some(activity) = activity.filter(|_| !form.has_errors()) else {
        return show(StatusCode::UNPROCESSABLE_ENTITY, &app, &person, page, form).await;
    };
    let new = NewRequest {
        note: format!("{}.\n\n{}", activity.title, form.values.why),
        news: form.values.news.clone(),
        ..NewRequest::of(Kind::Objection)
    };
    let (parts, own) = (app.clone(), person.clone());
    let filed = app.db.write(move |conn| {
        let by = By::person(&parts, &own);
        let filed = filing::file(conn, own.id, &new, &by)?;
        restrictions::begin_meanwhile(conn, &filed, &activity, &by)?;
        Ok(filed)
    });
    let filed = match over_limit::look(&app, &person, Kind::Objection, filed.await).await? {
        Ok(filed) => filed,
        Err(limit) => {
            let form = form.refuse("why", &limit.sentence);
            return limit.answer(show(limit.status, &app, &person, page, form).await);
        }
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
