//! Tables of choices and of those who read them.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{identities, people, staff};

// choices

diesel::table! {
    kept_handles (subject) {
        subject -> Text,
        handle -> Binary,
    }
}

diesel::table! {
    choices (id) {
        id -> BigInt,
        subject -> Text,
        person_id -> Nullable<BigInt>,
        activity -> Text,
        number -> Integer,
        state -> Text,
        at -> Timestamp,
        made_by -> Text,
        policy_version -> Nullable<Text>,
        no_solicit_until -> Nullable<Date>,
        receipt_id -> Nullable<Text>,
        channel -> Nullable<Text>,
        received_on -> Nullable<Date>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(choices, people);
diesel::allow_tables_to_appear_in_same_query!(choices, identities);

diesel::table! {
    minors (person_id) {
        person_id -> BigInt,
        sixteen_on -> Date,
    }
}

diesel::allow_tables_to_appear_in_same_query!(minors, choices);
diesel::allow_tables_to_appear_in_same_query!(minors, people);
diesel::allow_tables_to_appear_in_same_query!(minors, identities);

diesel::table! {
    age_entries (id) {
        id -> BigInt,
        person_id -> BigInt,
        kind -> Text,
        sixteen_on -> Nullable<Date>,
        verified_by -> Nullable<Text>,
        allowed -> Nullable<Text>,
        channel -> Text,
        received_on -> Date,
        reason -> Binary,
        evidence -> Binary,
        staff_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    parent_approvals (entry_id) {
        entry_id -> BigInt,
        knows_refusal -> Bool,
        outcome -> Nullable<Text>,
        staff_id -> Nullable<BigInt>,
        at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(parent_approvals -> age_entries (entry_id));
diesel::allow_tables_to_appear_in_same_query!(parent_approvals, age_entries);
diesel::joinable!(age_entries -> people (person_id));
diesel::joinable!(age_entries -> staff (staff_id));
diesel::allow_tables_to_appear_in_same_query!(age_entries, people);
diesel::allow_tables_to_appear_in_same_query!(age_entries, staff);

// api

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
        expires_at -> Timestamp,
        last_used_on -> Nullable<Date>,
        revoked_at -> Nullable<Timestamp>,
        recipient -> Nullable<Text>,
    }
}

// drp

diesel::table! {
    drp_agents (id) {
        id -> BigInt,
        agent_id -> Text,
        name -> Text,
        verify_key -> Text,
        web_url -> Text,
        token_hash -> Nullable<Text>,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    drp_requests (id) {
        id -> Text,
        agent_id -> BigInt,
        agent_request_id -> Nullable<Text>,
        exercise -> Text,
        received_at -> Timestamp,
        request_id -> Nullable<BigInt>,
        status -> Nullable<Text>,
        reason -> Nullable<Text>,
        details -> Nullable<Text>,
        receipt_id -> Nullable<Text>,
        status_callback -> Nullable<Text>,
        claims -> Nullable<Binary>,
    }
}

diesel::table! {
    drp_messages (hash) {
        hash -> Text,
        expires_at -> Timestamp,
    }
}

// disclosures

diesel::table! {
    causes (id) {
        id -> BigInt,
        kind -> Text,
        person_id -> Nullable<BigInt>,
        object -> Text,
        handle -> Nullable<Binary>,
        due_on -> Date,
        at -> Timestamp,
        subject -> Nullable<Text>,
        known_for -> Nullable<Text>,
    }
}

diesel::table! {
    notices (id) {
        id -> BigInt,
        cause_id -> BigInt,
        person_id -> Nullable<BigInt>,
        recipient -> Text,
        channel -> Text,
        key -> Text,
        state -> Text,
        due_on -> Date,
        has_last_day -> Bool,
        attempts -> Integer,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        answered_at -> Nullable<Timestamp>,
        words -> Nullable<Text>,
        escalated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    disclosures (id) {
        id -> BigInt,
        key -> Text,
        digest -> Text,
        subject -> Text,
        kind -> Text,
        recipient -> Text,
        categories -> Text,
        activity -> Nullable<Text>,
        purpose -> Nullable<Text>,
        legal_basis -> Text,
        at -> Timestamp,
        alarm_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    disclosure_alarms (id) {
        id -> BigInt,
        recipient -> Text,
        recorded_on -> Date,
        lines -> BigInt,
        told_at -> Nullable<Timestamp>,
    }
}
