//! How fast a person's data are found and erased, beside the bare driver doing the same by hand, and how that grows:
//! `cargo bench --bench sources`; `CANDOR_TEST_DATABASE` names a PostgreSQL server to measure on as well. Names of parts
//! measure these alone: `cargo bench --bench sources -- find packages`.

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

/// The parts, by the names by which they are asked for.
const PARTS: &[(&str, fn())] = &[
    ("find", sample::find),
    ("packages", packages::measure),
    ("rows", growth::rows_of_one_person),
    ("others", growth::rows_of_everybody),
    ("collections", growth::collections),
    ("erasure", growth::erasure),
];

fn main() {
    let asked: Vec<_> = std::env::args().skip(1).collect();
    // Cargo adds `--bench` of its own.
    let all = asked.iter().all(|it| it.starts_with('-'));
    for (name, part) in PARTS {
        if all || asked.iter().any(|it| it == name) {
            part();
        }
    }
}
