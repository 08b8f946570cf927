//! Portals that a few tests start otherwise than most.

use std::sync::Arc;

use candor::register::Register;
use chrono::NaiveDateTime;

use super::sample::sample_register;
use super::{Launch, TestApp};

impl TestApp {
    /// Looks every hour at the public pages at that address; at its own when the text is empty.
    pub fn start_watching(address: &'static str) -> Self {
        Self::launch(Launch {
            monitor: Some(address),
            ..Launch::default()
        })
    }

    /// Has another master secret than the others.
    pub fn start_with_secret(secret: [u8; 32]) -> Self {
        Self::launch(Launch {
            secret,
            ..Launch::default()
        })
    }

    /// With a clock that stands at that time, and so many people in ProJobSector's own database; of an organisation that
    /// declares something else.
    pub fn start_at_declaring(
        time: NaiveDateTime,
        people: usize,
        change: impl FnOnce(&mut Register),
    ) -> Self {
        let mut register = Arc::unwrap_or_clone(sample_register());
        change(&mut register);
        Self::launch(Launch {
            register: Arc::new(register),
            time,
            people,
            ..Launch::default()
        })
    }
}
