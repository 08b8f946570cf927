//! What a column may hold, from its name and the shape of its values.

use crate::sources::{Column, ColumnKind, Table, Value};

/// A category, and how sure one can be.
pub(super) struct Guess {
    pub category: &'static str,
    /// The kind of identity that it may be.
    pub identity: Option<&'static str>,
    /// From 0 to 100.
    pub confidence: u8,
}

/// Words of names, the category that they speak for, and how surely. The first that fits speaks.
const NAMES: &[(&[&str], &str, u8)] = &[
    (
        &["password", "passwd", "pwd"],
        "user.authorization.password",
        95,
    ),
    (
        &["token", "secret", "credential", "salt"],
        "user.authorization.credentials",
        70,
    ),
    (
        &[
            "ssn",
            "passport",
            "licence",
            "license",
            "tax_id",
            "national_id",
        ],
        "user.government_id",
        80,
    ),
    (
        &["iban", "bic", "account_number", "routing"],
        "user.financial.bank_account",
        85,
    ),
    (
        &["ccn", "card_number", "cvc", "cvv", "pan"],
        "user.financial.credit_card",
        85,
    ),
    (
        &["salary", "income", "wage", "price_paid"],
        "user.financial",
        60,
    ),
    (&["email", "mail", "e_mail"], "user.contact.email", 85),
    (
        &["phone", "mobile", "telephone", "fax", "msisdn"],
        "user.contact.phone_number",
        85,
    ),
    (
        &["street", "address", "house"],
        "user.contact.address.street",
        70,
    ),
    (
        &["zip", "postcode", "postal_code", "postal"],
        "user.contact.address.postal_code",
        85,
    ),
    (&["city", "town"], "user.contact.address.city", 80),
    (&["country"], "user.contact.address.country", 60),
    (
        &["state", "province", "region"],
        "user.contact.address.state",
        40,
    ),
    (
        &["birth", "birthday", "born", "dob"],
        "user.demographic.date_of_birth",
        85,
    ),
    (&["gender", "sex"], "user.demographic.gender", 85),
    (
        &["ethnicity", "race"],
        "user.demographic.race_ethnicity",
        80,
    ),
    (&["religion"], "user.demographic.religious_belief", 80),
    (&["ip", "ip_address"], "user.device.ip_address", 80),
    (&["user_agent", "browser"], "user.device", 70),
    (&["cookie", "session"], "user.device.cookie_id", 60),
    (
        &["latitude", "longitude", "lat", "lon", "lng", "location"],
        "user.location",
        70,
    ),
    (
        &[
            "first_name",
            "last_name",
            "full_name",
            "surname",
            "forename",
            "nickname",
            "firstname",
            "lastname",
        ],
        "user.name",
        90,
    ),
    (
        &["job", "employer", "occupation", "job_title"],
        "user.job_title",
        60,
    ),
    (
        &["search", "query", "visit", "click", "page_view"],
        "user.behavior",
        50,
    ),
    (
        &["comment", "message", "note", "bio", "body", "text"],
        "user.content",
        50,
    ),
];

/// Tables whose `name` is a person's.
const PEOPLE: &[&str] = &[
    "user",
    "customer",
    "person",
    "people",
    "employee",
    "member",
    "account",
    "patient",
    "candidate",
    "contact",
    "client",
    "lead",
];

/// Tables of what people keep to use it again and again, as where something is sent to or how it is paid.
const USED: &[&str] = &[
    "address",
    "addresse",
    "card",
    "payment_method",
    "bank_account",
];

/// Whether rows of other tables make use of these, and are no part of them.
pub(super) fn is_used(table: &Table) -> bool {
    let name = plain(&table.name.name);
    USED.iter().any(|word| has(&name, word))
}

/// `None` where nothing speaks for personal data.
pub(super) fn guess(table: &Table, column: &Column, values: &[&Value]) -> Option<Guess> {
    let name = plain(&column.name);
    let by_name = NAMES.iter().find(|(words, ..)| {
        let mut words = words.iter().filter(|word| has(&name, word));
        words.any(|word| !names_a_row(table, column, word))
    });
    let by_name = by_name.map(|(_, category, confidence)| (*category, *confidence));
    let by_name = by_name.or_else(|| {
        let is_about_people = PEOPLE
            .iter()
            .any(|word| has(&plain(&table.name.name), word));
        (name == "name" && is_about_people).then_some(("user.name", 75))
    });
    let by_shape = shape(values);
    let (category, confidence) = match (by_name, by_shape) {
        (Some((name, _)), Some((shape, _))) if name == shape => (name, 98),
        // Of what is there, the values know more than the name.
        (_, Some(shape)) => shape,
        (named, None) => named?,
    };
    let identity = match category {
        "user.contact.email" => Some("email"),
        "user.contact.phone_number" => Some("phone_number"),
        _ => None,
    };
    Some(Guess {
        category,
        identity,
        confidence,
    })
}

/// Whether a column holds numbers of rows: `address_id` says which address it is, and nothing of it.
fn names_a_row(table: &Table, column: &Column, word: &str) -> bool {
    let is_number = matches!(
        column.kind,
        ColumnKind::Integer | ColumnKind::Number | ColumnKind::Uuid
    );
    let is_key = table.row_key.contains(&column.name) || table.is_foreign(&column.name);
    let is_called_so = plain(&column.name).ends_with("_id") && !word.ends_with("_id");
    is_number && (is_key || is_called_so)
}

/// `billingEmail` and `Billing-Email` become `billing_email`.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            plain.push('_');
        }
        let kept = if letter.is_alphanumeric() {
            letter
        } else {
            '_'
        };
        plain.extend(kept.to_lowercase());
        before = letter;
    }
    plain
}

/// Whether a name has a word, by whole words; also in the plural.
fn has(name: &str, word: &str) -> bool {
    let found = format!("_{name}_");
    found.contains(&format!("_{word}_")) || found.contains(&format!("_{word}s_"))
}

/// A test of one value, the category that it speaks for, and how surely.
type Shape = (fn(&str) -> bool, &'static str, u8);

/// What most values look like.
fn shape(values: &[&Value]) -> Option<(&'static str, u8)> {
    let texts: Vec<_> = values.iter().filter_map(|value| value.as_text()).collect();
    let most = |is: fn(&str) -> bool| {
        let alike = texts.iter().filter(|text| is(text)).count();
        texts.len() >= 3 && alike * 10 >= texts.len() * 9
    };
    let shapes: [Shape; 4] = [
        (is_email, "user.contact.email", 90),
        (is_iban, "user.financial.bank_account", 80),
        (is_phone, "user.contact.phone_number", 60),
        (is_address, "user.device.ip_address", 75),
    ];
    shapes
        .into_iter()
        .find(|(is, ..)| most(*is))
        .map(|(_, category, confidence)| (category, confidence))
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(' '))
}

fn is_iban(text: &str) -> bool {
    let letters = text.bytes().take(2).all(|it| it.is_ascii_uppercase());
    let digits = text.bytes().skip(2).take(2).all(|it| it.is_ascii_digit());
    let rest = text
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || it == b' ');
    letters && digits && rest && (15..=42).contains(&text.len())
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let starts = text.starts_with(['+', '(']) || text.starts_with("00");
    starts
        && (7..=15).contains(&digits)
        && text
            .chars()
            .all(|it| it.is_ascii_digit() || " +-()./".contains(it))
}

fn is_address(text: &str) -> bool {
    text.contains(['.', ':']) && text.parse::<std::net::IpAddr>().is_ok()
}
