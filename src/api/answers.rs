//! What is answered: how choices stand for one identity.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::accounts::model::IdentityKind;
use crate::app::App;
use crate::choices::Defaults;
use crate::choices::gpp::{SECTION, Usca};
use crate::choices::settings::{Stand, stands};
use crate::choices::standing::Standing;
use crate::choices::{MadeBy, State};
use crate::disclosures::feed::Done;
use crate::disclosures::model::CauseKind;

/// An identity, by its keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct IdentityRef {
    /// `email`, `phone` or `external`.
    #[serde(rename = "type")]
    pub kind: IdentityKind,
    /// HMAC-SHA256 in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

/// Describes an enum by its words.
macro_rules! described {
    ($($name:ident),+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = $name::ALL.iter().map(|it| it.as_str());
                let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
                words.into()
            }
        }

        impl ToSchema for $name {}
    )+};
}
described!(IdentityKind, State, MadeBy, CauseKind, Done);

/// How every choice stands for one identity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    identity: IdentityRef,
    choices: Vec<ChoiceState>,
    gpp: Gpp,
}

/// How one choice stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceState {
    /// `sale-or-sharing`, `limit-sensitive`, `automated-decisions` or the key of an activity in the register.
    activity: String,
    /// `opted-out` or `opted-in`. While it is `opted-out`, the activity must not use or give away this person's data.
    state: State,
    /// What brought it about; absent while nothing was chosen and the law's default holds.
    made_by: Option<MadeBy>,
    /// Since when, as RFC 3339.
    since: Option<String>,
    /// The first day on which anybody may ask this person to opt in again.
    ask_again_from: Option<NaiveDate>,
}

/// The same for advertising, as an IAB GPP string.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gpp {
    /// With the section `usca` alone.
    string: String,
    /// Ids of its sections.
    sections: [u8; 1],
}

impl Answer {
    /// The answer for an identity.
    pub fn new(app: &App, identity: IdentityRef, standing: &Standing) -> Self {
        let defaults = Defaults::of(app, standing);
        let all = stands(&app.register, &standing.current, defaults);
        let is_minor = standing.is_minor(app.clock.today());
        Answer {
            identity,
            choices: all.iter().map(ChoiceState::of).collect(),
            gpp: Gpp {
                string: Usca::of(&all, is_minor).to_string(),
                sections: [SECTION],
            },
        }
    }
}

impl ChoiceState {
    fn of(stand: &Stand<'_>) -> Self {
        ChoiceState {
            activity: stand.key.to_owned(),
            state: stand.state,
            made_by: stand.choice.map(|it| it.made_by),
            since: stand.choice.map(|it| it.at.and_utc().to_rfc3339()),
            ask_again_from: stand.choice.and_then(|it| it.no_solicit_until),
        }
    }
}
