//! How long to wait between tries, for mails and jobs alike.

use chrono::TimeDelta;

/// After so many tries it is given up: a little more than a day after the first.
pub const MOST_TRIES: i32 = 12;

const FIRST_PAUSE_SECONDS: i64 = 10;
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// The pause after that many tries: 10 seconds, then three times as long each time, at most 6 hours.
pub fn pause_after(tries: i32) -> TimeDelta {
    let growth = u32::try_from(tries - 1).unwrap_or(0);
    3_i64
        .checked_pow(growth)
        .and_then(|factor| TimeDelta::try_seconds(FIRST_PAUSE_SECONDS.checked_mul(factor)?))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}
