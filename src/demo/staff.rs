//! The sample staff, whose second factor anybody can compute from the seed.

use super::source::Chance;
use crate::accounts::model::Role;

/// A staff member to sign in as.
pub struct SampleStaff {
    /// At example.org.
    pub email: &'static str,
    /// First and last name.
    pub name: &'static str,
    /// What they may do.
    pub role: Role,
}

/// Enough of each role: a deletion needs two people, and a message may go from one agent to another.
pub const STAFF: &[SampleStaff] = &[
    member("ana.lindholm@example.org", "Ana Lindholm", Role::Agent),
    member("ben.carver@example.org", "Ben Carver", Role::Agent),
    member("ruth.okonjo@example.org", "Ruth Okonjo", Role::Supervisor),
    member(
        "victor.aldous@example.org",
        "Victor Aldous",
        Role::Supervisor,
    ),
    member(
        "ingrid.solberg@example.org",
        "Ingrid Solberg",
        Role::Auditor,
    ),
    member("samir.qureshi@example.org", "Samir Qureshi", Role::Admin),
];

const fn member(email: &'static str, name: &'static str, role: Role) -> SampleStaff {
    SampleStaff { email, name, role }
}

/// The secrets of [`STAFF`], in its order, 20 bytes each.
pub fn secrets(seed: u64) -> Vec<[u8; 20]> {
    let mut chance = Chance::new(seed, u64::MAX - 1);
    STAFF.iter().map(|_| chance.secret()).collect()
}
