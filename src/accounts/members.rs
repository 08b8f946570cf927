//! Staff: who works here, and what they may do. Whatever changes a member's rights ends their sessions.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::{Value, json};

use super::messages::StaffAdded;
use super::model::{IdentityKind, Role, StaffRow};
use super::{queries, recovery_codes, second_factor, sessions};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::staff;
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::manual::answering;
use crate::requests::handling;
use crate::web::paging::one_more;

/// So many members stand on a page.
pub const PAGE: usize = 50;

/// A staff member to add.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// In its normal form; codes go there.
    pub email: String,
    /// As people see it on messages.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The secret of their second factor, if they share it already.
    pub totp_secret: Option<Vec<u8>>,
}

/// Adds a member; `None` if there is one with that address.
pub fn add(
    conn: &mut AnyConnection,
    keys: &Keys,
    by: Actor<'_>,
    new: &NewMember,
    now: NaiveDateTime,
) -> AppResult<Option<i64>> {
    let hash = queries::identity_hash(keys, IdentityKind::Email, &new.email);
    let secret = new.totp_secret.as_deref();
    let sealed = secret.map(|secret| second_factor::seal(keys, &new.email, secret));
    // In a savepoint: the unique address refuses a second one.
    let added = conn.transaction(|conn| {
        diesel::insert_into(staff::table)
            .values((
                staff::email.eq(&new.email),
                staff::email_hash.eq(hash),
                staff::name.eq(&new.name),
                staff::role.eq(new.role.as_str()),
                staff::totp_secret.eq(sealed),
                staff::totp_last_step.eq(0),
                staff::created_at.eq(now),
            ))
            .returning(staff::id)
            .get_result(conn)
    });
    let id = match added {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => return Ok(None),
        other => other?,
    };
    record(
        conn,
        by,
        "staff.added",
        id,
        json!({ "role": new.role }),
        now,
    )?;
    Ok(Some(id))
}

/// Adds a member and welcomes them by mail; `false` if there is one with that address.
pub fn add_and_welcome(
    app: &App,
    conn: &mut AnyConnection,
    by: Actor<'_>,
    new: &NewMember,
    now: NaiveDateTime,
) -> AppResult<bool> {
    if add(conn, &app.keys, by, new, now)?.is_none() {
        return Ok(false);
    }
    let welcome = StaffAdded {
        name: new.name.clone(),
        role: new.role,
    };
    app.mailer.enqueue(conn, &new.email, &welcome, now)?;
    Ok(true)
}

/// The members after that one, in the order in which they were added: at most [`PAGE`] and one more.
pub fn list_after(conn: &mut AnyConnection, after: i64) -> QueryResult<Vec<StaffRow>> {
    StaffRow::query()
        .filter(staff::id.gt(after))
        .order(staff::id)
        .limit(one_more(PAGE))
        .load(conn)
}

/// The member by id, whether they may sign in or not.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<StaffRow> {
    StaffRow::query().filter(staff::id.eq(id)).first(conn)
}

/// Gives a member another role.
pub fn change_role(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    role: Role,
    now: NaiveDateTime,
) -> AppResult<()> {
    lock_admins(conn)?;
    let before = find(conn, id)?.role;
    let changed = diesel::update(staff::table.filter(staff::id.eq(id)))
        .set(staff::role.eq(role.as_str()))
        .execute(conn)?;
    if changed == 0 || before == role {
        return Ok(());
    }
    refuse_without_admin(conn)?;
    sessions::end_all_of_staff(conn, id)?;
    if !matches!(role, Role::Agent | Role::Supervisor) {
        let why = "Who worked on it has another role now.";
        handling::unassign_all(conn, id, (by, why), now)?;
        answering::unassign_all(conn, id, by, now)?;
    }
    let detail = json!({ "from": before, "to": role });
    record(conn, by, "staff.role_changed", id, detail, now)
}

/// From now on the member cannot sign in.
pub fn disable(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    lock_admins(conn)?;
    let active = staff::table
        .filter(staff::id.eq(id))
        .filter(staff::disabled_at.is_null());
    let set = diesel::update(active).set(staff::disabled_at.eq(now));
    if set.execute(conn)? == 0 {
        return find(conn, id).map(drop).map_err(AppError::from);
    }
    refuse_without_admin(conn)?;
    sessions::end_all_of_staff(conn, id)?;
    let why = "Who worked on it can no longer sign in.";
    handling::unassign_all(conn, id, (by, why), now)?;
    answering::unassign_all(conn, id, by, now)?;
    record(conn, by, "staff.disabled", id, json!({}), now)
}

/// The member can sign in again.
pub fn enable(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let disabled = staff::table
        .filter(staff::id.eq(id))
        .filter(staff::disabled_at.is_not_null());
    let set = diesel::update(disabled).set(staff::disabled_at.eq(None::<NaiveDateTime>));
    if set.execute(conn)? == 0 {
        return find(conn, id).map(drop).map_err(AppError::from);
    }
    record(conn, by, "staff.enabled", id, json!({}), now)
}

/// Takes the second factor away, so that the member sets it up anew at the next sign-in.
pub fn reset_second_factor(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let member = staff::table.filter(staff::id.eq(id));
    let reset = diesel::update(member).set(staff::totp_secret.eq(None::<Vec<u8>>));
    if reset.execute(conn)? == 0 {
        return Err(AppError::NotFound);
    }
    recovery_codes::remove(conn, id)?;
    sessions::end_all_of_staff(conn, id)?;
    record(conn, by, "staff.second_factor_reset", id, json!({}), now)
}

/// Two admins who take each other's role away at the same moment must not both find the other one still
/// there: the second waits here for the first.
fn lock_admins(conn: &mut AnyConnection) -> QueryResult<usize> {
    diesel::update(staff::table.filter(staff::role.eq(Role::Admin.as_str())))
        .set(staff::role.eq(Role::Admin.as_str()))
        .execute(conn)
}

fn refuse_without_admin(conn: &mut AnyConnection) -> AppResult<()> {
    let admins: i64 = staff::table
        .filter(staff::role.eq(Role::Admin.as_str()))
        .filter(staff::disabled_at.is_null())
        .count()
        .get_result(conn)?;
    if admins == 0 {
        return Err(AppError::conflict(
            "This is the last admin. Make somebody else an admin first.",
        ));
    }
    Ok(())
}

fn record(
    conn: &mut AnyConnection,
    actor: Actor<'_>,
    action: &str,
    id: i64,
    detail: Value,
    now: NaiveDateTime,
) -> AppResult<()> {
    let object = Actor::Staff(id).to_string();
    let event = Event {
        actor,
        action,
        person: None,
        object: &object,
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
