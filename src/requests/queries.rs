//! Finding requests. A person's are found together with their owner.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::agents;
use super::filing::UNLIMITED;
use super::model::{Approval, Attachment, Item, Kind, Line, Message, Request, State, Step};
use crate::accounts::model::IdentityKind;
use crate::db::schema::{
    identities, people, receipts, request_approvals, request_attachments, request_items,
    request_messages, request_steps, requests, staff,
};
use crate::db::{AnyConnection, both};
use crate::sources::Scope;

/// A person's own request; someone else's is not found.
pub fn find_for_person(
    conn: &mut AnyConnection,
    person_id: i64,
    reference: &str,
) -> QueryResult<Request> {
    Request::query()
        .filter(requests::reference.eq(reference))
        .filter(requests::person_id.eq(person_id))
        .first(conn)
}

/// Anybody's request, for staff.
pub fn find_by_reference(conn: &mut AnyConnection, reference: &str) -> QueryResult<Request> {
    Request::query()
        .filter(requests::reference.eq(reference))
        .first(conn)
}

/// Anybody's request, for jobs.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Request> {
    Request::query().filter(requests::id.eq(id)).first(conn)
}

/// The id of a person's own request, for going on with a list.
pub fn find_id_for_person(
    conn: &mut AnyConnection,
    person_id: i64,
    reference: &str,
) -> QueryResult<i64> {
    requests::table
        .filter(requests::reference.eq(reference))
        .filter(requests::person_id.eq(person_id))
        .select(requests::id)
        .first(conn)
}

/// A person's requests, newest first, at most `limit` of those before the one with that id.
pub fn list_for_person(
    conn: &mut AnyConnection,
    person_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Line>> {
    both!(conn, |conn| Line::query()
        .filter(requests::person_id.eq(person_id))
        .filter(requests::id.lt(before.unwrap_or(i64::MAX)))
        .order(requests::id.desc())
        .limit(limit)
        .load(conn))
}

/// How many of a person's requests are not closed, of the kinds that may be too many.
pub(super) fn count_limited(conn: &mut AnyConnection, person_id: i64) -> QueryResult<i64> {
    requests::table
        .filter(requests::person_id.eq(person_id))
        .filter(requests::closed_at.is_null())
        .filter(requests::kind.ne_all(UNLIMITED.map(Kind::as_str)))
        .count()
        .get_result(conn)
}

/// The reference of the person's own deletion that is not closed and stands in the way of another: one that asks for all
/// that the other asks for. What an agent asks for does not, and neither does the deletion of one record, unless it is of
/// the same one.
pub fn find_open_deletion(
    conn: &mut AnyConnection,
    person_id: i64,
    scope: Option<&Scope>,
) -> QueryResult<Option<String>> {
    let open = list_open_of_kind(conn, person_id, Kind::Deletion)?;
    let is_of_one = scope.is_some_and(Scope::is_of_one);
    let stands_in_the_way = |it: &Request| {
        let other = it.scope.as_deref();
        let other: Option<Scope> = other.and_then(|json| serde_json::from_str(json).ok());
        match other {
            Some(Scope::Record { .. }) => is_of_one && other.as_ref() == scope,
            Some(Scope::Categories(open)) => {
                matches!(scope, Some(Scope::Categories(asked)) if asked.is_subset(&open))
            }
            Some(Scope::Collections(open)) => {
                matches!(scope, Some(Scope::Collections(asked)) if asked.is_subset(&open))
            }
            Some(Scope::All | Scope::Left(_)) | None => true,
        }
    };
    let found = open.into_iter().find(stands_in_the_way);
    Ok(found.map(|it| it.reference))
}

/// The person's own requests of a kind that are not closed, oldest first, without those of agents.
pub fn list_open_of_kind(
    conn: &mut AnyConnection,
    person_id: i64,
    kind: Kind,
) -> QueryResult<Vec<Request>> {
    // Sorted here, since the index of the open ones is not in the order of their ids.
    let mut open: Vec<Request> = Request::query()
        .filter(requests::person_id.eq(person_id))
        .filter(requests::closed_at.is_null())
        .filter(requests::kind.eq(kind.as_str()))
        .load(conn)?;
    open.sort_by_key(|it| it.id);
    agents::queries::without_agent(conn, open)
}

/// The reference of the person's correction of that field of that record that is not closed.
pub fn find_open_correction(
    conn: &mut AnyConnection,
    person_id: i64,
    record: &str,
    field: &str,
) -> QueryResult<Option<String>> {
    requests::table
        .inner_join(request_items::table)
        .filter(requests::person_id.eq(person_id))
        .filter(requests::closed_at.is_null())
        .filter(request_items::record.eq(record))
        .filter(request_items::field.eq(field))
        .select(requests::reference)
        .first(conn)
        .optional()
}

/// The reference of the appeal against a request; one that was taken back leaves the way open for another.
pub fn find_appeal(conn: &mut AnyConnection, denied_id: i64) -> QueryResult<Option<String>> {
    requests::table
        .filter(requests::appeal_of.eq(denied_id))
        .filter(requests::state.ne(State::Withdrawn.as_str()))
        .select(requests::reference)
        .first(conn)
        .optional()
}

/// What a request is tied to by an appeal, in words, with the references: what it is against, and what is against it.
pub fn list_ties(
    conn: &mut AnyConnection,
    request: &Request,
) -> QueryResult<Vec<(&'static str, String)>> {
    let against = match request.appeal_of {
        Some(id) => requests::table
            .find(id)
            .select(requests::reference)
            .first(conn)
            .optional()?,
        None => None,
    };
    let appeal = find_appeal(conn, request.id)?;
    let ties = [("Against the decision on", against), ("Appeal", appeal)];
    let known = ties.into_iter();
    Ok(known
        .filter_map(|(words, reference)| Some((words, reference?)))
        .collect())
}

/// The ids and times of the receipts about a person's request, oldest first.
pub fn list_receipts(
    conn: &mut AnyConnection,
    person_id: i64,
    reference: &str,
) -> QueryResult<Vec<(String, NaiveDateTime)>> {
    receipts::table
        .filter(receipts::object.eq(reference))
        .filter(receipts::person_id.eq(person_id))
        .order(receipts::created_at)
        .select((receipts::id, receipts::created_at))
        .load(conn)
}

/// What a request asks for, in the order in which it was filed.
pub fn list_items(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Item>> {
    Item::query()
        .filter(request_items::request_id.eq(request_id))
        .order(request_items::id)
        .load(conn)
}

/// The timeline, oldest first.
pub fn list_steps(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Step>> {
    Step::query()
        .filter(request_steps::request_id.eq(request_id))
        .order(request_steps::id)
        .load(conn)
}

/// The messages with their staff authors' names, oldest first.
pub fn list_messages(
    conn: &mut AnyConnection,
    request_id: i64,
) -> QueryResult<Vec<(Message, Option<String>)>> {
    request_messages::table
        .left_join(staff::table)
        .filter(request_messages::request_id.eq(request_id))
        .order(request_messages::id)
        .select((request_messages::all_columns, staff::name.nullable()))
        .load(conn)
}

/// The pieces of evidence, without their content.
pub fn list_attachments(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Attachment>> {
    Attachment::query()
        .filter(request_attachments::request_id.eq(request_id))
        .order(request_attachments::id)
        .load(conn)
}

/// A piece of evidence of that request with its sealed content; one that was erased is not found.
pub fn find_content(
    conn: &mut AnyConnection,
    request_id: i64,
    attachment_id: i64,
) -> QueryResult<(Attachment, Vec<u8>)> {
    let mine = request_attachments::table
        .filter(request_attachments::request_id.eq(request_id))
        .filter(request_attachments::id.eq(attachment_id));
    let attachment = mine.select(Attachment::as_select()).first(conn)?;
    let content: Option<Vec<u8>> = mine.select(request_attachments::content).first(conn)?;
    content
        .map(|content| (attachment, content))
        .ok_or(diesel::result::Error::NotFound)
}

/// Who has approved a request.
pub fn list_approvals(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Approval>> {
    Approval::query()
        .filter(request_approvals::request_id.eq(request_id))
        .order(request_approvals::id)
        .load(conn)
}

/// The name under which the audit log knows a person.
pub fn find_pseudonym(conn: &mut AnyConnection, person_id: i64) -> QueryResult<String> {
    people::table
        .filter(people::id.eq(person_id))
        .select(people::pseudonym)
        .first(conn)
}

/// The address to which a person's mails go: the last that was verified, of those that are not closed.
pub fn find_address(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Option<String>> {
    identities::table
        .filter(identities::person_id.eq(person_id))
        .filter(identities::kind.eq(IdentityKind::Email.as_str()))
        .filter(identities::closed_at.is_null())
        .order(identities::id.desc())
        .select(identities::value)
        .first(conn)
        .optional()
}

/// Takes back what was said of one value, while nothing of it is carried out.
pub(super) fn delete_item(
    conn: &mut AnyConnection,
    request_id: i64,
    (record, field): (&str, &str),
) -> QueryResult<()> {
    let named = request_items::table
        .filter(request_items::request_id.eq(request_id))
        .filter(request_items::record.eq(record))
        .filter(request_items::field.eq(field))
        .filter(request_items::applied_at.is_null());
    diesel::delete(named).execute(conn)?;
    Ok(())
}
