//! Finding and creating people and staff.

use chrono::NaiveDateTime;
use diesel::Connection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use validator::ValidationError;

use super::model::{Identity, IdentityKind, PersonRow, Role, StaffRow};
use crate::db::schema::{identities, people, staff};
use crate::db::{AnyConnection, both};
use crate::keys::{Keys, hmac_hex, random_token};

/// The one form in which an address is stored, hashed and compared: without the characters of no width that come along
/// when it is copied from a page.
pub fn normal_email(typed: &str) -> String {
    let typed = typed.replace(has_no_width, "").trim().to_lowercase();
    let in_ascii = |(name, domain): (&str, &str)| {
        let domain = idna::domain_to_ascii(domain).ok()?;
        Some(format!("{name}@{domain}"))
    };
    // What cannot be the name of a domain is refused where it was typed.
    let international = typed
        .rsplit_once('@')
        .filter(|(_, domain)| !domain.is_ascii());
    international.and_then(in_ascii).unwrap_or(typed)
}

fn has_no_width(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The same of a phone number, in E.164 also where it was typed as it is dialled abroad, with `00` in front.
pub fn normal_phone(typed: &str) -> String {
    let digits: String = typed.chars().filter(|it| !" -()/.".contains(*it)).collect();
    match digits.strip_prefix("00") {
        Some(number) => format!("+{number}"),
        None => digits,
    }
}

/// Whether that can be an e-mail address to write to: one that mail can be composed for, at the name of a domain. At a
/// number, or at a name without a dot, nobody on the internet has a mailbox.
pub fn is_email(address: &str) -> bool {
    use validator::ValidateEmail;
    let has_domain = address
        .rsplit_once('@')
        .is_some_and(|(_, domain)| domain.contains('.') && !domain.starts_with('['));
    has_domain
        && address.len() <= 254
        && address.validate_email()
        && address.parse::<lettre::Address>().is_ok()
}

/// The same for fields: use it with `#[validate(custom(function = "must_be_email"))]`.
pub fn must_be_email(typed: &str) -> Result<(), ValidationError> {
    if is_email(typed) {
        return Ok(());
    }
    let sentence = if typed.len() > 254 {
        "An e-mail address has at most 254 characters."
    } else {
        "Enter an e-mail address, like name@example.org."
    };
    Err(ValidationError::new("email").with_message(sentence.into()))
}

/// Whether that can be a telephone number in E.164.
pub fn is_phone(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(are_digits_of_a_phone)
}

/// Whether that can be a telephone number as a system may hold it, which need not have kept the sign before it.
pub fn is_held_phone(number: &str) -> bool {
    are_digits_of_a_phone(number.strip_prefix('+').unwrap_or(number))
}

fn are_digits_of_a_phone(digits: &str) -> bool {
    (6..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
}

/// The key of the hashes of identities of that kind. Systems of the organisation that ask for choices have it too.
pub fn identity_key(keys: &Keys, kind: IdentityKind) -> [u8; 32] {
    keys.derive(&format!("identities {kind}"))
}

/// Whether a text can be an identity's keyed hash: 64 digits in hex, in lower case.
pub fn is_identity_hash(text: &str) -> bool {
    let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    text.len() == 64 && text.bytes().all(is_digit)
}

/// The keyed hash by which an identity is looked up: HMAC-SHA256 under [`identity_key`], in hex.
pub fn identity_hash(keys: &Keys, kind: IdentityKind, value: &str) -> String {
    hmac_hex(&identity_key(keys, kind), value.as_bytes())
}

/// Whose identity it is, if anybody's.
pub fn find_person_by_identity(
    conn: &mut AnyConnection,
    keys: &Keys,
    kind: IdentityKind,
    value: &str,
) -> QueryResult<Option<PersonRow>> {
    both!(conn, |conn| PersonRow::query()
        .inner_join(identities::table)
        .filter(identities::hash.eq(identity_hash(keys, kind, value)))
        .filter(identities::kind.eq(kind.as_str()))
        .first(conn)
        .optional())
}

/// Whether it is an address that was taken away from its account.
pub fn is_closed(conn: &mut AnyConnection, keys: &Keys, email: &str) -> QueryResult<bool> {
    let closed = identities::table
        .filter(identities::hash.eq(identity_hash(keys, IdentityKind::Email, email)))
        .filter(identities::kind.eq(IdentityKind::Email.as_str()))
        .filter(identities::closed_at.is_not_null());
    let is_closed = diesel::select(diesel::dsl::exists(closed));
    both!(conn, |conn| is_closed.get_result(conn))
}

/// Where whoever has an address reads our mail: there, or, where it was taken away from its account, at the account's
/// newest, if it has one.
pub fn find_reader(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
) -> QueryResult<Option<String>> {
    if !is_closed(conn, keys, email)? {
        return Ok(Some(email.to_owned()));
    }
    let person = find_person_by_identity(conn, keys, IdentityKind::Email, email)?;
    let mut open = Vec::new();
    if let Some(person) = person {
        open = list_open_addresses(conn, person.id)?;
    }
    Ok(open.pop().map(|it| it.value))
}

/// Whose identity it is, of whatever kind: an e-mail address, a phone or a customer number, as a whole.
pub fn find_person_by_any_identity(
    conn: &mut AnyConnection,
    keys: &Keys,
    typed: &str,
) -> QueryResult<Option<PersonRow>> {
    for (kind, value) in [
        (IdentityKind::Email, normal_email(typed)),
        (IdentityKind::Phone, normal_phone(typed)),
        (IdentityKind::External, typed.trim().to_owned()),
    ] {
        if let Some(person) = find_person_by_identity(conn, keys, kind, &value)? {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

/// Where a person says that they live: it tells the law, and what holds by default.
pub fn find_residence(conn: &mut AnyConnection, person_id: i64) -> QueryResult<String> {
    both!(conn, |conn| people::table
        .filter(people::id.eq(person_id))
        .select(people::residence)
        .first(conn))
}

/// A new person with one verified e-mail address.
pub fn create_person(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
    residence: &str,
    now: NaiveDateTime,
) -> QueryResult<PersonRow> {
    let person: PersonRow = diesel::insert_into(people::table)
        .values((
            people::pseudonym.eq(random_token()),
            people::residence.eq(residence),
            people::language.eq("en"),
            people::created_at.eq(now),
        ))
        .returning(people::all_columns)
        .get_result(conn)?;
    add_identity(conn, keys, person.id, (IdentityKind::Email, email), now)?;
    Ok(person)
}

/// Notes that an identity was shown to be a person's.
pub fn add_identity(
    conn: &mut AnyConnection,
    keys: &Keys,
    person_id: i64,
    (kind, value): (IdentityKind, &str),
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(identities::table)
        .values((
            identities::person_id.eq(person_id),
            identities::kind.eq(kind.as_str()),
            identities::value.eq(value),
            identities::hash.eq(identity_hash(keys, kind, value)),
            identities::verified_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The person with that address, who has just shown that it is theirs; a new one when nobody has it.
pub fn find_or_create_person(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
    residence: &str,
    now: NaiveDateTime,
) -> QueryResult<PersonRow> {
    let find =
        |conn: &mut AnyConnection| find_person_by_identity(conn, keys, IdentityKind::Email, email);
    if let Some(person) = find(conn)? {
        return Ok(person);
    }
    // In a savepoint: another browser may create the same person at this moment.
    match conn.transaction(|conn| create_person(conn, keys, email, residence, now)) {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            find(conn)?.ok_or(Error::NotFound)
        }
        other => other,
    }
}

/// The person by id.
pub fn find_person(conn: &mut AnyConnection, id: i64) -> QueryResult<PersonRow> {
    PersonRow::query().filter(people::id.eq(id)).first(conn)
}

/// All verified handles of a person: what sources are searched for.
pub fn list_identities(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Identity>> {
    Identity::query()
        .filter(identities::person_id.eq(person_id))
        .order(identities::id)
        .load(conn)
}

/// The addresses that open a person's account, in the order in which they joined it.
pub fn list_open_addresses(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Identity>> {
    let mut known = list_identities(conn, person_id)?;
    known.retain(Identity::is_open_address);
    Ok(known)
}

/// The same of some people at once.
pub fn list_identities_of(
    conn: &mut AnyConnection,
    person_ids: Vec<i64>,
) -> QueryResult<Vec<Identity>> {
    Identity::query()
        .filter(identities::person_id.eq_any(person_ids))
        .load(conn)
}

/// The staff member with that address who may sign in.
pub fn find_active_staff(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
) -> QueryResult<Option<StaffRow>> {
    StaffRow::query()
        .filter(staff::email_hash.eq(identity_hash(keys, IdentityKind::Email, email)))
        .filter(staff::disabled_at.is_null())
        .first(conn)
        .optional()
}

/// Addresses of the admins who may sign in.
pub fn list_admin_addresses(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    staff::table
        .filter(staff::disabled_at.is_null())
        .filter(staff::role.eq(Role::Admin.as_str()))
        .order(staff::id)
        .select(staff::email)
        .load(conn)
}

/// The staff member by id, if they may sign in.
pub fn find_active_staff_by_id(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<StaffRow>> {
    StaffRow::query()
        .filter(staff::id.eq(id))
        .filter(staff::disabled_at.is_null())
        .first(conn)
        .optional()
}
