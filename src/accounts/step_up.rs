//! A fresh confirmation before something weighty, and what was typed while the last one grew old.
//!
//! A handler asks for a fresh confirmation by taking a [`FreshPerson`](super::guard::FreshPerson), before the form.
//! When the last confirmation is too old, the form that was sent is kept in the session, sealed, under the
//! address of the page that it was typed on; the person confirms by a code, comes back to that page, and
//! the page takes the values with [`Kept`]:
//!
//! ```ignore
//! async fn new(person: FreshPerson, page: Page, kept: Kept<NewThing>) -> AppResult<HttpResponse> {
//!     html(StatusCode::OK, &NewPage { page, form: kept.form() })
//! }
//! async fn file(person: FreshPerson, app: App, form: web::Form<NewThing>) -> AppResult<HttpResponse> {}
//! ```
//!
//! It works when the form is sent to the address of its own page, also after a refusal. Files are not kept:
//! a form with files keeps its fields by [`keep`], says that the files are missing, and asks for them again.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use data_encoding::BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::{Form, way_back};

const KEPT: &str = "kept";
const LARGEST: usize = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct KeptForm {
    /// Path and query of the page.
    page: String,
    /// `application/x-www-form-urlencoded`
    values: String,
}

/// Keeps what was typed on the page at `path` (with its query) until that page takes it with [`Kept`]. The latest
/// form is kept alone; one of more than 64 KiB is not.
pub fn keep(app: &App, session: &Session, path: &str, pairs: &[(String, String)]) -> AppResult<()> {
    let values = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    if values.len() > LARGEST {
        return Ok(());
    }
    let page = path.to_owned();
    let form = serde_json::to_vec(&KeptForm { page, values })?;
    Ok(session.insert(KEPT, BASE64.encode(&app.keys.seal(KEPT, &form)))?)
}

/// Keeps the form of a request whose confirmation was too old.
pub(super) async fn keep_form(request: &HttpRequest, mut body: Payload) -> AppResult<()> {
    let app = App::extract(request).await?;
    let form = web::Form::<Vec<(String, String)>>::from_request(request, &mut body).await;
    // Anything but a plain form is sent again by hand.
    let Ok(form) = form else { return Ok(()) };
    keep(&app, &request.get_session(), &way_back(request), &form)
}

/// What the person had typed on this page when they were asked to confirm; it is handed out once.
#[derive(Debug)]
pub struct Kept<T>(pub Option<T>);

impl<T: Default> Kept<T> {
    /// The form as it was typed, or an empty one.
    pub fn form(self) -> Form<T> {
        Form::new(self.0.unwrap_or_default())
    }
}

impl<T: DeserializeOwned> FromRequest for Kept<T> {
    type Error = AppError;
    type Future = Ready<AppResult<Kept<T>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(take(request).map(Kept))
    }
}

fn take<T: DeserializeOwned>(request: &HttpRequest) -> AppResult<Option<T>> {
    let session = request.get_session();
    let Some(sealed) = session.get::<String>(KEPT)? else {
        return Ok(None);
    };
    let app = App::extract(request).into_inner()?;
    let Some(form) = open(&app, &sealed).filter(|form| request.uri() == form.page.as_str()) else {
        return Ok(None);
    };
    session.remove(KEPT);
    Ok(web::Query::from_query(&form.values)
        .map(web::Query::into_inner)
        .ok())
}

fn open(app: &App, sealed: &str) -> Option<KeptForm> {
    let bytes = BASE64.decode(sealed.as_bytes()).ok()?;
    serde_json::from_slice(&app.keys.open(KEPT, &bytes).ok()?).ok()
}
