//! Texts that nobody can guess.

use candor::keys::{random_token, time_of_token, token_in_order};
use chrono::{DateTime, TimeDelta};

#[test]
fn tokens_sort_as_the_times_do_at_which_they_were_made() {
    let mut now = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(20_000);
    let mut tokens = Vec::new();
    for step in [5, 60, 3_600_000, 86_400_000, 900 * 86_400_000] {
        tokens.push(token_in_order(now));
        now += TimeDelta::milliseconds(step);
    }
    assert!(tokens.is_sorted(), "{tokens:?}");
    assert!(tokens.iter().all(|it| time_of_token(it).len() == 8));
    assert_eq!(time_of_token(&random_token()), "");
}
