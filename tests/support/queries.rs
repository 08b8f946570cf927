//! What is asked of one portal's database, as diesel tells it.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// Of the databases that a test listens to, by address: the queries so far.
static HEARD: LazyLock<Mutex<HashMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);

/// Belongs to one connection.
#[derive(Default)]
struct Listener {
    url: String,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                url.clone_into(&mut self.url);
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                if let Some(queries) = HEARD.lock().unwrap().get_mut(&self.url) {
                    queries.push(query.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Connections that are opened from now on can be listened to.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(|| Some(Box::<Listener>::default())).unwrap());
}

/// Begins to listen to a database.
pub fn listen(url: &str) {
    let url = url.strip_prefix("sqlite://").unwrap_or(url);
    HEARD.lock().unwrap().insert(url.to_owned(), Vec::new());
}

/// Stops listening; what was heard.
pub fn heard(url: &str) -> Vec<String> {
    let url = url.strip_prefix("sqlite://").unwrap_or(url);
    HEARD.lock().unwrap().remove(url).unwrap_or_default()
}
