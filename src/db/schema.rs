//! One schema for both databases. A test compares it with what the migrations make of each.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

mod answers;
mod by_hand;
mod choosing;
mod desk;
mod publications;
mod showing;
mod upkeep;

pub use answers::*;
pub use by_hand::*;
pub use choosing::*;
pub use desk::*;
pub use publications::*;
pub use showing::*;
pub use upkeep::*;

// accounts

diesel::table! {
    people (id) {
        id -> BigInt,
        pseudonym -> Text,
        residence -> Text,
        language -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    identities (id) {
        id -> BigInt,
        person_id -> BigInt,
        kind -> Text,
        value -> Text,
        hash -> Text,
        verified_at -> Timestamp,
        closes_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff (id) {
        id -> BigInt,
        email -> Text,
        email_hash -> Text,
        name -> Text,
        role -> Text,
        totp_secret -> Nullable<Binary>,
        totp_last_step -> BigInt,
        totp_last_mark -> Nullable<Text>,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        token_hash -> Text,
        state -> Text,
        person_id -> Nullable<BigInt>,
        staff_id -> Nullable<BigInt>,
        device -> Text,
        mark -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

// audit

diesel::table! {
    events (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        person -> Nullable<Text>,
        object -> Text,
        detail -> Text,
        position -> Nullable<BigInt>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    checkpoints (position) {
        position -> BigInt,
        hash -> Text,
        signature -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    chain_head (id) {
        id -> BigInt,
        position -> BigInt,
        hash -> Text,
        signature -> Text,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        person_id -> Nullable<BigInt>,
        kind -> Text,
        object -> Text,
        body -> Text,
        signature -> Text,
        created_at -> Timestamp,
    }
}

// mail and jobs

diesel::table! {
    outbox (id) {
        id -> BigInt,
        message_id -> Text,
        kind -> Text,
        recipient -> Text,
        subject -> Text,
        body_text -> Text,
        body_html -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        failed_at -> Nullable<Timestamp>,
        purged_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        created_at -> Timestamp,
        attempts -> Integer,
        run_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
        failed_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    periodic_work (name) {
        name -> Text,
        next_at -> Timestamp,
    }
}

diesel::joinable!(identities -> people (person_id));

// requests

diesel::table! {
    requests (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        kind -> Text,
        state -> Text,
        law -> Text,
        received_on -> Date,
        acknowledge_by -> Date,
        due_on -> Date,
        extended_to -> Nullable<Date>,
        extension_reason -> Nullable<Binary>,
        scope -> Nullable<Text>,
        note -> Nullable<Binary>,
        plan -> Nullable<Binary>,
        plan_hash -> Nullable<Text>,
        outcome -> Nullable<Text>,
        decision_reason -> Nullable<Binary>,
        failure -> Nullable<Text>,
        assignee_id -> Nullable<BigInt>,
        appeal_of -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> Timestamp,
        acknowledged_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        completed_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        next_notice_on -> Nullable<Date>,
        channel -> Text,
        residence -> Text,
        ground -> Nullable<Text>,
        late_at -> Nullable<Timestamp>,
        news -> Nullable<Binary>,
    }
}

diesel::table! {
    request_items (id) {
        id -> BigInt,
        request_id -> BigInt,
        action -> Text,
        dataset -> Text,
        collection -> Text,
        record -> Nullable<Text>,
        field -> Nullable<Text>,
        old_value -> Nullable<Binary>,
        new_value -> Nullable<Binary>,
        change -> Nullable<Binary>,
        reason -> Nullable<Binary>,
        count -> BigInt,
        why -> Nullable<Text>,
        basis -> Nullable<Text>,
        keep_until -> Nullable<Date>,
        decision -> Nullable<Text>,
        decision_reason -> Nullable<Binary>,
        decided_at -> Nullable<Timestamp>,
        applied_at -> Nullable<Timestamp>,
        ground -> Nullable<Text>,
        source_name -> Nullable<Binary>,
    }
}

diesel::table! {
    request_steps (id) {
        id -> BigInt,
        request_id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        staff_id -> Nullable<BigInt>,
        kind -> Text,
        params -> Text,
    }
}

diesel::table! {
    request_messages (id) {
        id -> BigInt,
        request_id -> BigInt,
        author -> Text,
        staff_id -> Nullable<BigInt>,
        body -> Binary,
        at -> Timestamp,
    }
}

diesel::table! {
    request_attachments (id) {
        id -> BigInt,
        request_id -> BigInt,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        content -> Nullable<Binary>,
        at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    request_approvals (id) {
        id -> BigInt,
        request_id -> BigInt,
        staff_id -> BigInt,
        role -> Text,
        plan_hash -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    request_notices (id) {
        id -> BigInt,
        request_id -> BigInt,
        kind -> Text,
        due_on -> Date,
        at -> Timestamp,
    }
}

diesel::table! {
    request_senders (id) {
        id -> BigInt,
        request_id -> BigInt,
        wants -> Text,
        field -> Nullable<Text>,
        email -> Nullable<Binary>,
        email_hash -> Nullable<Text>,
        link_hash -> Nullable<Text>,
        mailbox_at -> Nullable<Timestamp>,
        attempts -> Integer,
        points -> Integer,
        degree -> Nullable<Text>,
        declaration -> Nullable<Binary>,
        declared_at -> Nullable<Timestamp>,
        vouched -> Nullable<Binary>,
        vouched_by -> Nullable<BigInt>,
        contact -> Nullable<Binary>,
        account_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    request_agents (id) {
        id -> BigInt,
        request_id -> BigInt,
        basis -> Text,
        name -> Nullable<Binary>,
        email -> Nullable<Binary>,
        confirmed_at -> Nullable<Timestamp>,
        objected_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    request_flags (id) {
        id -> BigInt,
        request_id -> BigInt,
        kind -> Text,
        reason -> Binary,
        raised_by -> Nullable<BigInt>,
        raised_at -> Timestamp,
        judgement -> Nullable<Text>,
        why -> Nullable<Binary>,
        judged_by -> Nullable<BigInt>,
        judged_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    received_mails (hash) {
        hash -> Text,
        at -> Timestamp,
    }
}

diesel::joinable!(requests -> people (person_id));
diesel::joinable!(requests -> staff (assignee_id));
diesel::joinable!(request_items -> requests (request_id));
diesel::joinable!(request_steps -> requests (request_id));
diesel::joinable!(request_messages -> requests (request_id));
diesel::joinable!(request_messages -> staff (staff_id));
diesel::joinable!(request_attachments -> requests (request_id));
diesel::joinable!(request_approvals -> requests (request_id));
diesel::joinable!(request_notices -> requests (request_id));
diesel::joinable!(request_senders -> requests (request_id));
diesel::joinable!(request_approvals -> staff (staff_id));

diesel::allow_tables_to_appear_in_same_query!(
    identities,
    people,
    sessions,
    staff,
    requests,
    request_items,
    request_steps,
    request_messages,
    request_attachments,
    request_approvals,
    request_notices,
    request_senders,
);
