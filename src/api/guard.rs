//! What programs may do: a handler takes one of these as a parameter.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::gate::Gate;
use super::model::{Scope, Token};
use crate::app::App;
use crate::error::{AppError, AppResult};

/// Lets in who has a token for that.
macro_rules! extractor {
    ($name:ident, $scope:expr, $of:expr) => {
        impl FromRequest for $name {
            type Error = AppError;
            type Future = Pin<Box<dyn Future<Output = AppResult<$name>>>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { $of(admit(&request, $scope, 1).await?) })
            }
        }
    };
}

/// A program that may ask for choices.
pub struct ChoicesReader(());

extractor!(ChoicesReader, Scope::ReadChoices, |_| Ok(ChoicesReader(())));

/// A program that may tell of disclosures.
pub struct DisclosuresWriter(Arc<Token>);

impl DisclosuresWriter {
    /// The token, as the audit log names it.
    pub fn name(&self) -> String {
        format!("token:{}", self.0.id)
    }
}

extractor!(DisclosuresWriter, Scope::WriteDisclosures, |token| Ok(
    DisclosuresWriter(token)
));

/// A recipient that fetches its notices.
pub struct RecipientToken {
    /// Its key in the register.
    pub key: String,
}

extractor!(RecipientToken, Scope::Notices, |token: Arc<Token>| {
    let key = token.recipient.clone().ok_or(AppError::Forbidden)?;
    Ok(RecipientToken { key })
});

/// Counts a request for as many as it holds, of which one was counted when it was let in.
pub(super) async fn count(request: &HttpRequest, scope: Scope, held: usize) -> AppResult<()> {
    let more = u32::try_from(held).unwrap_or(u32::MAX).saturating_sub(1);
    admit(request, scope, more).await.map(drop)
}

/// Lets a request in, or counts it for more than one.
async fn admit(request: &HttpRequest, scope: Scope, hits: u32) -> AppResult<Arc<Token>> {
    let app = App::extract(request).into_inner()?;
    let gate = request
        .app_data::<web::Data<Gate>>()
        .expect("the server registers Gate");
    gate.admit(&app, request, scope, hits).await
}
