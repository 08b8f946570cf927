//! How a source is used, as its address says behind a question mark, whatever its kind:
//! `postgres://candor@db.example.org/crm?pool=8&page_time=3s`.

use std::time::Duration;

/// How a source is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Connections at most.
    pub pool: Option<usize>,
    /// In place of [`Limits::read`](super::Limits::read).
    pub page_time: Option<Duration>,
    /// In place of [`Limits::step`](super::Limits::step).
    pub step_time: Option<Duration>,
    /// When the server itself ends a statement, whoever waits for it still.
    pub statement_timeout: Option<Duration>,
    /// Nothing in it is ever changed.
    pub read_only: bool,
}

/// Connections of a source that says nothing.
const POOL: usize = 4;
/// More would be a slip of the pen.
const MOST: usize = 1_000;
const LONGEST: Duration = Duration::from_hours(24);
/// Long enough for whoever reads everything there is.
const STATEMENT: Duration = Duration::from_hours(1);

impl Usage {
    /// Connections at most.
    pub(super) fn connections(&self) -> usize {
        self.pool.unwrap_or(POOL)
    }

    /// How many milliseconds a statement may take on its server.
    pub(super) fn statement_millis(&self) -> u128 {
        self.statement_timeout.unwrap_or(STATEMENT).as_millis()
    }

    /// Parts a URL into what it says of this, and the rest. A sentence where it says it wrongly; it repeats no value.
    pub(super) fn parted(url: &str) -> Result<(String, Self), String> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let scheme = place.split_once(':').map_or("", |(scheme, _)| scheme);
        let known = known_to(scheme);
        let (mut usage, mut rest, mut said) = (Self::default(), Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !ALL.contains(&name) {
                rest.push(pair);
                continue;
            }
            if !known.contains(&name) {
                return Err(format!("`{name}` means nothing to a source of this kind"));
            }
            if said.contains(&name) {
                return Err(format!("`{name}` is said twice"));
            }
            said.push(name);
            usage
                .take(name, value)
                .map_err(|is| format!("`{name}` is {is}"))?;
        }
        if rest.is_empty() {
            return Ok((place.to_owned(), usage));
        }
        if has_query(scheme) {
            return Ok((format!("{place}?{}", rest.join("&")), usage));
        }
        Err(match known {
            [] => "its address says nothing behind a question mark".to_owned(),
            known => format!(
                "behind the question mark stands one of {}",
                known.join(", ")
            ),
        })
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match name {
            "pool" => {
                let number = value.parse().ok().filter(|it| (1..=MOST).contains(it));
                self.pool = Some(number.ok_or("a number from 1 to 1000")?);
            }
            "page_time" => self.page_time = Some(time(value)?),
            "step_time" => self.step_time = Some(time(value)?),
            "statement_timeout" => self.statement_timeout = Some(time(value)?),
            _ => {
                self.read_only = match value {
                    "yes" | "true" => true,
                    "no" | "false" => false,
                    _ => return Err("yes or no"),
                }
            }
        }
        Ok(())
    }
}

const ALL: [&str; 5] = [
    "page_time",
    "step_time",
    "read_only",
    "pool",
    "statement_timeout",
];

/// What sources of a scheme can be told.
fn known_to(scheme: &str) -> &'static [&'static str] {
    match scheme {
        "postgres" | "postgresql" | "mariadb" | "mysql" => &ALL,
        "sqlite" => &ALL[..4],
        "files" | "http" | "https" => &ALL[..3],
        _ => &[],
    }
}

/// Whether an address may say more, which the driver or the service reads.
fn has_query(scheme: &str) -> bool {
    !matches!(scheme, "sqlite" | "files" | "manual")
}

/// `500ms`, `5s`, `2m` or `1h`.
fn time(text: &str) -> Result<Duration, &'static str> {
    const WRONG: &str = "a time from 1ms to 24h, such as 500ms, 5s or 2m";
    let digits = text.find(|it: char| !it.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(WRONG),
    };
    let number: u64 = number.parse().map_err(|_| WRONG)?;
    let time = Duration::from_millis(number.saturating_mul(millis));
    (!time.is_zero() && time <= LONGEST)
        .then_some(time)
        .ok_or(WRONG)
}
