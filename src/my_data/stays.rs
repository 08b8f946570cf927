//! Why a record stays, where the register alone says so.

use chrono::{Days, NaiveDate};

use super::ledger::{RecordCard, in_words};
use crate::register::{Collection, Retention};
use crate::sources::Record;

impl RecordCard {
    /// Says why the register keeps all of it, where it does so for people under a law and on a day.
    pub fn mark_kept(
        &mut self,
        collection: &Collection,
        record: &Record,
        (law, today): (&str, NaiveDate),
    ) {
        let fields = collection.all_fields();
        if fields.iter().any(|field| field.erase.is_some()) {
            return;
        }
        let Some(keep) = collection.erase.reason_under(law) else {
            return;
        };
        let until = match &keep.until {
            Retention::Criterion(_) => None,
            Retention::Period { days, from: None } => {
                let days = Days::new(u64::from(*days));
                record.date.and_then(|date| date.checked_add_days(days))
            }
            // The date of another field: the plan knows it.
            Retention::Period { .. } => return,
        };
        if until.is_some_and(|until| until < today) {
            return;
        }
        let until = until.map_or_else(String::new, |it| {
            format!(" It is kept until {}.", in_words(it))
        });
        self.stays = Some(format!("{} ({}){until}", keep.reason, keep.basis));
    }
}
