//! Tables of what is looked after: that what was done stays done, and that nothing stays too long.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

use super::{people, requests};

diesel::table! {
    corrected_values (id) {
        id -> BigInt,
        request_id -> BigInt,
        item_id -> BigInt,
        person_id -> BigInt,
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
    }
}

diesel::joinable!(corrected_values -> requests (request_id));
diesel::joinable!(corrected_values -> people (person_id));
diesel::allow_tables_to_appear_in_same_query!(corrected_values, requests);
diesel::allow_tables_to_appear_in_same_query!(corrected_values, people);
