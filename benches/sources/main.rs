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
#[path = "../targets/mod.rs"]
mod targets;
#[expect(dead_code, reason = "what is mapped counts here")]
mod usage;

use targets::Targets;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A part, by the name by which it is asked for.
type Part = (&'static str, fn(&mut Targets));

const PARTS: &[Part] = &[
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
    let mut targets = Targets::new(asked.iter().any(|it| it == "--strict"));
    for (name, part) in PARTS {
        if all || asked.iter().any(|it| it == name) {
            part(&mut targets);
        }
    }
    targets.end();
}
