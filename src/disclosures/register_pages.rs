//! Who receives data, as the register declares it, for staff: on which terms, and how they are told.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::model::Channel;
use super::receiving::data;
use super::untold;
use crate::accounts::guard::CaseReader;
use crate::app::App;
use crate::error::AppResult;
use crate::register::{Recipient, Register};
use crate::web::{Page, html, words};

#[derive(Template)]
#[template(path = "disclosures/recipients.html")]
struct RecipientsPage<'a> {
    page: Page,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    register: &'a Register,
    recipient: &'a Recipient,
    data: Vec<&'a str>,
    activities: Vec<&'a str>,
    channel: Channel,
}

impl<'a> Line<'a> {
    fn of(register: &'a Register, recipient: &'a Recipient) -> Self {
        let activities = recipient.activities.iter();
        let activities = activities.filter_map(|key| register.activity(key));
        Line {
            register,
            recipient,
            data: data(register, recipient),
            activities: activities.map(|it| it.title.as_str()).collect(),
            channel: Channel::of(recipient),
        }
    }

    /// "Signed on 1 February 2023; data processing agreement 7; last confirmed on …".
    fn contract(&self) -> String {
        let it = self.recipient;
        let parts = [
            it.contract_on
                .map(|day| format!("Signed on {}", words::day(day))),
            it.terms.clone(),
            it.attested_on
                .map(|day| format!("last confirmed on {}", words::day(day))),
            it.warns_within
                .map(|days| format!("warns us within {days} business days")),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "None named".to_owned()
        } else {
            parts.join("; ")
        }
    }

    /// Whether it is told of what becomes of data that it got.
    fn is_told(&self) -> String {
        let it = self.recipient;
        match &it.not_told {
            Some(reason) => format!("Not told of corrections and deletions: {reason}"),
            None if untold::is_due(self.register, it, false) => {
                "Told of every correction and deletion".to_owned()
            }
            None => {
                "Told of corrections and deletions where the law has everybody told (GDPR Art. 19)"
                    .to_owned()
            }
        }
    }

    fn lacks_contract(&self) -> bool {
        self.recipient.needs_contract() && self.recipient.contract_on.is_none()
    }

    /// Where it is told; a path of its URL may be a secret, so that its host alone is shown.
    fn contact(&self) -> String {
        let contact = self.recipient.contact.as_deref().unwrap_or_default();
        match self.channel {
            Channel::Mail => contact.to_owned(),
            Channel::Webhook => {
                let url = contact.parse::<url::Url>().ok();
                let host = url.and_then(|url| url.host_str().map(str::to_owned));
                host.unwrap_or_default()
            }
            Channel::Feed | Channel::Desk => String::new(),
        }
    }
}

/// Every recipient, in the order of the register.
pub async fn index(_: CaseReader, app: App, page: Page) -> AppResult<HttpResponse> {
    let register = &app.register;
    let lines = register.recipients.iter().map(|it| Line::of(register, it));
    let shown = RecipientsPage {
        page,
        lines: lines.collect(),
    };
    html(StatusCode::OK, &shown)
}
