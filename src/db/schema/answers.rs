//! What follows from the answer to a request.

#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{people, requests};

diesel::table! {
    appeal_contacts (request_id) {
        request_id -> BigInt,
        contact -> Binary,
    }
}

diesel::table! {
    restrictions (request_id) {
        request_id -> BigInt,
        what -> Binary,
        activity -> Nullable<Text>,
        ends_on -> Nullable<Date>,
        ended_at -> Nullable<Timestamp>,
        part -> Nullable<Binary>,
    }
}

diesel::table! {
    request_periods (request_id) {
        request_id -> BigInt,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
    }
}

diesel::table! {
    earlier_answers (id) {
        id -> BigInt,
        request_id -> BigInt,
        decided_at -> Timestamp,
        outcome -> Text,
        basis -> Text,
        answer -> Binary,
    }
}

diesel::joinable!(restrictions -> requests (request_id));
diesel::allow_tables_to_appear_in_same_query!(restrictions, requests);
diesel::allow_tables_to_appear_in_same_query!(restrictions, people);
