//! Tables of what people look up and change by hand.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{people, requests};

diesel::table! {
    manual_tasks (id) {
        id -> BigInt,
        request_id -> BigInt,
        person_id -> BigInt,
        source -> Text,
        purpose -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        due_on -> Date,
        next_notice_on -> Nullable<Date>,
        assignee_id -> Nullable<BigInt>,
        subject -> Nullable<Binary>,
        subject_hash -> Text,
        words -> Nullable<Binary>,
        records -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        done_by -> Nullable<BigInt>,
        applied_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    manual_records (id) {
        id -> BigInt,
        task_id -> BigInt,
        person_id -> BigInt,
        source -> Text,
        place -> Text,
        content -> Binary,
        found_at -> Timestamp,
    }
}

diesel::table! {
    manual_links (mark, record_id) {
        mark -> Text,
        record_id -> BigInt,
    }
}

diesel::joinable!(manual_tasks -> requests (request_id));
diesel::joinable!(manual_tasks -> people (person_id));
diesel::joinable!(manual_links -> manual_records (record_id));
diesel::allow_tables_to_appear_in_same_query!(manual_tasks, requests);
diesel::allow_tables_to_appear_in_same_query!(manual_tasks, people);
diesel::allow_tables_to_appear_in_same_query!(manual_links, manual_records);
diesel::allow_tables_to_appear_in_same_query!(manual_records, requests);
