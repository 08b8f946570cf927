use candor::clock::Clock;
use candor::keys::Keys;
use candor::requests::by_mail::Invitation;
use chrono::TimeDelta;

#[test]
fn a_link_opens_with_our_key_for_thirty_days_and_says_nothing_to_others() {
    let keys = Keys::new([7; 32]);
    let now = Clock::system().now();
    let invitation = Invitation {
        email: "ada@example.org".to_owned(),
        received_at: now,
        wants: None,
    };
    let token = invitation.token(&keys).unwrap();
    assert!(!token.contains("ada"));
    let open = |keys: &Keys, token: &str, at| Invitation::open(keys, token, at);
    let last = now + TimeDelta::days(30);
    assert_eq!(open(&keys, &token, last), Some(invitation));
    assert_eq!(open(&keys, &token, last + TimeDelta::seconds(1)), None);
    assert_eq!(open(&Keys::new([8; 32]), &token, now), None);
    assert_eq!(open(&keys, &format!("A{token}"), now), None);
    assert_eq!(open(&keys, "", now), None);
}
