//! An agent that is not ours, written from the protocol in another language. It runs where `CANDOR_TEST_PYNACL`
//! names a Python that has `PyNaCl`.

use std::path::Path;
use std::process::Command;

use super::Agent;
use crate::support::TestApp;

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
async fn a_client_written_from_the_protocol_in_another_language_finds_nothing_wrong() {
    let Ok(python) = std::env::var("CANDOR_TEST_PYNACL") else {
        return;
    };
    let app = TestApp::start();
    let agent = Agent::pinned(&app, "CR_AA_example-01").await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drp/client.py");
    let seed = data_encoding::HEXLOWER.encode(agent.key.as_bytes());
    let mut client = Command::new(python);
    client.arg(script).args([
        &format!("{}/drp", app.address()),
        agent.id,
        "projobsector",
        &seed,
        &app.app.clock.now().and_utc().to_rfc3339(),
    ]);
    let output = actix_web::web::block(move || client.output().unwrap());
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "conforms");
}
