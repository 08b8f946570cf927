//! Tables of how people show who they are.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{people, staff};

diesel::table! {
    offered_addresses (id) {
        id -> BigInt,
        person_id -> BigInt,
        email -> Text,
        token_hash -> Text,
        expires_at -> Timestamp,
        taken_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    proposed_addresses (id) {
        id -> BigInt,
        person_id -> BigInt,
        email -> Text,
        why -> Text,
        proposed_by -> BigInt,
        proposed_at -> Timestamp,
    }
}

diesel::joinable!(proposed_addresses -> people (person_id));
diesel::joinable!(proposed_addresses -> staff (proposed_by));
diesel::allow_tables_to_appear_in_same_query!(proposed_addresses, people);
diesel::allow_tables_to_appear_in_same_query!(proposed_addresses, staff);

diesel::table! {
    unopened_accounts (person_id) {
        person_id -> BigInt,
        since -> Timestamp,
    }
}

diesel::joinable!(unopened_accounts -> people (person_id));
diesel::allow_tables_to_appear_in_same_query!(unopened_accounts, people);

diesel::table! {
    sign_in_codes (id) {
        id -> BigInt,
        email -> Text,
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
    recovery_codes (id) {
        id -> BigInt,
        staff_id -> BigInt,
        code_hash -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    rate_limits (key) {
        key -> Text,
        window_started_at -> Timestamp,
        hits -> Integer,
    }
}
