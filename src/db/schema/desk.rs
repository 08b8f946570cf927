//! Tables of the desk and of reports.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

diesel::table! {
    saved_views (id) {
        id -> BigInt,
        staff_id -> BigInt,
        name -> Text,
        filters -> Text,
    }
}

diesel::table! {
    request_figures (year, nature, answer, days) {
        year -> Integer,
        nature -> Text,
        answer -> Text,
        days -> Integer,
        requests -> BigInt,
        counted_at -> Timestamp,
    }
}

diesel::table! {
    switches (name) {
        name -> Text,
        is_on -> Bool,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    tombstones (id) {
        id -> BigInt,
        erasure -> Text,
        kind -> Text,
        digest -> Text,
        scope -> Text,
        law -> Text,
        holds -> Text,
        erased_at -> Timestamp,
    }
}

diesel::table! {
    holds (id) {
        id -> BigInt,
        kind -> Text,
        person_id -> Nullable<BigInt>,
        dataset -> Nullable<Text>,
        collection -> Nullable<Text>,
        reason -> Text,
        basis -> Text,
        agency -> Nullable<Text>,
        case_number -> Nullable<Text>,
        until -> Nullable<Date>,
        renewals -> Integer,
        placed_by -> BigInt,
        placed_at -> Timestamp,
        lifted_at -> Nullable<Timestamp>,
        lifted_by -> Nullable<BigInt>,
        request -> Nullable<Text>,
    }
}

diesel::table! {
    request_notes (id) {
        id -> BigInt,
        request_id -> BigInt,
        staff_id -> BigInt,
        body -> Binary,
        at -> Timestamp,
    }
}

diesel::table! {
    redactions (id) {
        id -> BigInt,
        person_id -> BigInt,
        dataset -> Text,
        collection -> Text,
        record -> Text,
        field -> Text,
        passage -> Nullable<Binary>,
        placed_by -> BigInt,
        placed_at -> Timestamp,
        reason -> Nullable<Binary>,
        approved_by -> Nullable<BigInt>,
        approved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    training_acknowledgements (id) {
        id -> BigInt,
        staff_id -> BigInt,
        version -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    statements (id) {
        id -> BigInt,
        person_id -> BigInt,
        dataset -> Text,
        collection -> Text,
        record -> Text,
        field -> Text,
        body -> Binary,
        is_passed_on -> Bool,
        given_at -> Timestamp,
    }
}

diesel::table! {
    account_signs (id) {
        id -> BigInt,
        person_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    yearly_reviews (id) {
        id -> BigInt,
        subject -> Text,
        staff_id -> BigInt,
        found -> Text,
        at -> Timestamp,
    }
}

// monitors

diesel::table! {
    monitor_results (id) {
        id -> BigInt,
        name -> Text,
        at -> Timestamp,
        is_well -> Bool,
        words -> Text,
        steps_out -> Nullable<Integer>,
        steps_in -> Nullable<Integer>,
    }
}

diesel::table! {
    told_waiting (what) {
        what -> Text,
        waiting -> BigInt,
        told_at -> Timestamp,
    }
}
