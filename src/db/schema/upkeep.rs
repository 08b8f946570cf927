//! Tables of what is looked after: that what was done stays done, and that nothing stays too long.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{people, requests};

diesel::table! {
    corrected_values (id) {
        id -> BigInt,
        person_id -> BigInt,
        reference -> Text,
        change -> Binary,
        source -> Text,
        dataset -> Text,
        collection -> Text,
        record -> Text,
        field -> Text,
        corrected -> Text,
        replaced -> Text,
        written_at -> Timestamp,
        looked_at -> Timestamp,
        returned_at -> Nullable<Timestamp>,
        repair_asked_at -> Nullable<Timestamp>,
        repairs -> Integer,
        failure -> Nullable<Text>,
        beside -> Nullable<Text>,
        rest -> Nullable<Text>,
        moved_on_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(corrected_values -> people (person_id));
diesel::allow_tables_to_appear_in_same_query!(corrected_values, requests);
diesel::allow_tables_to_appear_in_same_query!(corrected_values, people);

diesel::table! {
    returned_erasures (id) {
        id -> BigInt,
        erasure -> Text,
        erased_at -> Timestamp,
        state -> Text,
        records -> BigInt,
        collections -> Text,
        signed_in_since -> Bool,
        found_at -> Timestamp,
        seen_at -> Timestamp,
        proposed_by -> Nullable<BigInt>,
        settled_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        request_id -> Nullable<BigInt>,
        is_customer -> Bool,
    }
}

diesel::table! {
    erased_traces (erasure) {
        erasure -> Text,
        traces -> Binary,
    }
}

diesel::table! {
    remainders (request_id) {
        request_id -> BigInt,
        person_id -> BigInt,
        records -> Binary,
        plan -> Nullable<Binary>,
        look_on -> Date,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(remainders -> requests (request_id));
diesel::allow_tables_to_appear_in_same_query!(remainders, requests);
diesel::allow_tables_to_appear_in_same_query!(remainders, people);

diesel::table! {
    drift_findings (id) {
        id -> BigInt,
        source -> Text,
        file -> Text,
        line -> Integer,
        path -> Text,
        wrong -> Text,
        expected -> Text,
        found_at -> Timestamp,
    }
}

diesel::table! {
    drift_checks (source) {
        source -> Text,
        asked_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    retention_runs (id) {
        id -> BigInt,
        day -> Date,
        state -> Text,
        planned_at -> Timestamp,
        unread -> Text,
        approved_by -> Nullable<BigInt>,
        approved_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        receipt -> Nullable<Text>,
    }
}

diesel::table! {
    retention_lines (id) {
        id -> BigInt,
        run_id -> BigInt,
        dataset -> Text,
        collection -> Text,
        to_delete -> BigInt,
        to_mask -> BigInt,
        shielded -> BigInt,
        kept -> BigInt,
        deleted -> BigInt,
        masked -> BigInt,
        skipped -> BigInt,
        position -> Nullable<Text>,
        batch -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    master_secrets (id) {
        id -> Integer,
        fingerprint -> Text,
    }
}

// requests

diesel::table! {
    kept_files (person_id) {
        person_id -> BigInt,
        page -> Text,
        content -> Binary,
        kept_at -> Timestamp,
    }
}

diesel::table! {
    collected_corrections (id) {
        id -> BigInt,
        person_id -> BigInt,
        cell -> Text,
        content -> Binary,
        file -> Nullable<Binary>,
        added_at -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(collected_corrections, people);
