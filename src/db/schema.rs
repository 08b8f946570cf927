//! One schema for both databases. A test compares it with what the migrations make of each.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

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
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> BigInt,
        staff_id -> BigInt,
        code_hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_in_codes (id) {
        id -> BigInt,
        purpose -> Text,
        email -> Text,
        email_hash -> Text,
        browser_hash -> Text,
        code_hash -> Text,
        link_hash -> Text,
        attempts -> Integer,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
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
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    rate_limits (key) {
        key -> Text,
        window_started_at -> Timestamp,
        hits -> Integer,
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
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        failed_at -> Nullable<Timestamp>,
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

diesel::joinable!(identities -> people (person_id));

diesel::allow_tables_to_appear_in_same_query!(identities, people, sessions, staff);
