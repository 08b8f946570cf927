//! What only a browser can show. Run with `CANDOR_TEST_BROWSER=1`, Chromium and chromedriver.

mod axe;
mod driver;
mod journey;
mod keyboard;
mod reader;
mod signal;

use candor::accounts::members::{self, NewMember};
use candor::accounts::model::Role;
use candor::audit;

use crate::support::TestApp;

/// What the apps of all these staff members share with the portal.
const SECRET: [u8; 20] = [7; 20];

/// Whether these tests are wanted; otherwise they say that they did nothing.
fn is_wanted() -> bool {
    let wanted = std::env::var_os("CANDOR_TEST_BROWSER").is_some();
    if !wanted {
        println!("skipped: CANDOR_TEST_BROWSER is not set");
    }
    wanted
}

/// Hires `<name>@staff.example.org`, who has a second factor.
async fn hire(app: &TestApp, name: &str, role: Role) {
    let new = NewMember {
        email: format!("{name}@staff.example.org"),
        name: name.to_owned(),
        role,
        totp_secret: Some(SECRET.to_vec()),
    };
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let work = move |conn: &mut _| members::add(conn, &keys, audit::Actor::System, &new, now);
    app.app.db.write(work).await.unwrap();
}
