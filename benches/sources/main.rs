//! How fast a person's data are found and erased, beside the bare driver doing the same by hand, and how that grows:
//! `cargo bench --bench sources`; `CANDOR_TEST_DATABASE` names a PostgreSQL server to measure on as well.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

#[path = "../portal/embedded.rs"]
mod embedded;
mod growth;
mod packages;
mod sample;
mod usage;

fn main() {
    sample::find();
    growth::rows_of_one_person();
    growth::rows_of_everybody();
    growth::collections();
    growth::erasure();
}
