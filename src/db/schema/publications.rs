//! Tables of packages and of the policy.
#![expect(missing_docs, reason = "the slices' models say what the columns mean")]

// packages

diesel::table! {
    packages (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        state -> Text,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
        requested_at -> Timestamp,
        ready_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
        records -> BigInt,
        bytes -> BigInt,
        sha256 -> Text,
        unread -> Text,
        build -> BigInt,
        request_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    package_chunks (package_id, position) {
        package_id -> BigInt,
        position -> BigInt,
        sealed -> Binary,
    }
}

diesel::table! {
    downloads (id) {
        id -> BigInt,
        package_id -> BigInt,
        device -> Text,
        at -> Timestamp,
    }
}

// policy

diesel::table! {
    policy_versions (id) {
        id -> BigInt,
        version -> Text,
        title -> Text,
        summary -> Text,
        effective_on -> Date,
        published_at -> Timestamp,
        published_by -> Nullable<BigInt>,
        body_hash -> Text,
        body -> Text,
    }
}

diesel::table! {
    policy_announcements (version_id) {
        version_id -> BigInt,
        after_person_id -> BigInt,
        told -> BigInt,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    policy_notices (version_id, person_id) {
        version_id -> BigInt,
        person_id -> BigInt,
        told_at -> Timestamp,
    }
}

diesel::table! {
    policy_reviews (id) {
        id -> BigInt,
        staff_id -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    policy_acknowledgements (version_id, person_id) {
        version_id -> BigInt,
        person_id -> BigInt,
        at -> Timestamp,
    }
}

// leaving

diesel::table! {
    sites (id) {
        id -> BigInt,
        host -> Text,
        name -> Text,
        policy_url -> Text,
    }
}

// insights

diesel::table! {
    insight_releases (number) {
        number -> BigInt,
        at -> Timestamp,
        threshold -> BigInt,
    }
}

diesel::table! {
    insight_cells (release, position) {
        release -> BigInt,
        position -> Integer,
        figure -> Text,
        label -> Text,
        shown -> Nullable<BigInt>,
        set_in -> BigInt,
        counted -> Nullable<BigInt>,
        basis -> Nullable<BigInt>,
    }
}
