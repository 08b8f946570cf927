use actix_web::test::TestRequest;
use candor::accounts::limits;
use candor::config::Site;
use candor::error::AppError;
use candor::web::client_address;
use candor::web::client_address::client_network;
use chrono::TimeDelta;

use crate::support::TestApp;

/// Counts one more of three in ten minutes; the seconds to wait when it is one too many.
async fn take(app: &TestApp, purpose: &'static str, subject: &'static str) -> Option<u64> {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let window = TimeDelta::minutes(10);
    let taken = app
        .app
        .db
        .write(move |conn| limits::take(conn, &keys, purpose, subject, 3, window, now));
    match taken.await {
        Ok(()) => None,
        Err(AppError::TooMany(seconds)) => Some(seconds),
        Err(error) => panic!("{error}"),
    }
}

#[actix_web::test]
async fn a_limit_holds_for_its_window_and_counts_each_subject_and_purpose_apart() {
    let app = TestApp::start();
    for _ in 0..3 {
        assert_eq!(take(&app, "mails", "ada").await, None);
        app.app.clock.advance(TimeDelta::minutes(1));
    }
    assert_eq!(take(&app, "mails", "ada").await, Some(7 * 60));
    assert_eq!(take(&app, "mails", "eve").await, None);
    assert_eq!(take(&app, "codes", "ada").await, None);

    app.app.clock.advance(TimeDelta::minutes(7));
    assert_eq!(take(&app, "mails", "ada").await, None);
}

#[actix_web::test]
async fn a_limit_lets_no_more_through_when_many_come_at_once() {
    let app = TestApp::start();
    let tries = (0..20).map(|_| take(&app, "mails", "ada"));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|wait| wait.is_none()).count(), 3);
}

/// The settings of a portal behind proxies in 10.0.0.0/8.
fn behind_proxies() -> Site {
    Site {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..Site::clone(&TestApp::start().app.site)
    }
}

fn address(peer: &str, headers: &[(&'static str, &'static str)], site: &Site) -> String {
    let mut request = TestRequest::default().peer_addr(format!("{peer}:5000").parse().unwrap());
    for header in headers {
        request = request.append_header(*header);
    }
    client_address(&request.to_http_request(), site).to_string()
}

#[actix_web::test]
async fn the_client_is_the_peer_unless_that_is_a_trusted_proxy() {
    let site = behind_proxies();
    let by = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(address("198.51.100.7", &by, &site), "198.51.100.7");
    assert_eq!(address("10.0.0.1", &by, &site), "192.0.2.1");
    assert_eq!(address("10.0.0.1", &[], &site), "10.0.0.1");
}

#[actix_web::test]
async fn an_ipv4_peer_of_a_socket_for_both_families_is_the_same_peer() {
    let site = behind_proxies();
    let by = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(address("[::ffff:10.0.0.1]", &by, &site), "192.0.2.1");
    assert_eq!(address("[::ffff:192.0.2.7]", &[], &site), "192.0.2.7");
}

#[actix_web::test]
async fn hops_that_a_client_made_up_are_not_believed() {
    let site = behind_proxies();
    let made_up = [("x-forwarded-for", "203.0.113.9, 192.0.2.1, 10.0.0.2")];
    assert_eq!(address("10.0.0.1", &made_up, &site), "192.0.2.1");
    let in_two_lines = [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "192.0.2.1:4711"),
    ];
    assert_eq!(address("10.0.0.1", &in_two_lines, &site), "192.0.2.1");
    let of_the_other_kind = [
        ("x-forwarded-for", "192.0.2.1"),
        ("forwarded", "for=203.0.113.9"),
    ];
    assert_eq!(address("10.0.0.1", &of_the_other_kind, &site), "10.0.0.1");
    let unreadable = [("x-forwarded-for", "192.0.2.1, unknown")];
    assert_eq!(address("10.0.0.1", &unreadable, &site), "10.0.0.1");
}

#[actix_web::test]
async fn the_standard_header_is_read_as_well() {
    let site = behind_proxies();
    let header = [(
        "forwarded",
        "for=203.0.113.9, For=\"[2001:db8::17]:4711\";proto=https",
    )];
    assert_eq!(address("10.0.0.1", &header, &site), "2001:db8::17");
}

#[test]
fn an_ipv6_network_counts_as_one_client() {
    let network = |text: &str| client_network(text.parse().unwrap());
    assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(network("192.0.2.1"), "192.0.2.1");
}
