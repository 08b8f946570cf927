//! The pages of the desk that a staff member finds in the navigation. A test compares it with the routes.

use crate::accounts::model::Role;
use crate::routes::{self, Who};

use Role::{Admin, Agent, Auditor, Supervisor};

const ALL: &[Role] = &[Agent, Supervisor, Auditor, Admin];

/// Each page: its path, its words, and the roles that may see it.
pub const STAFF: &[(&str, &str, &[Role])] = &[
    ("/staff/requests", "Queue", &[Agent, Supervisor, Auditor]),
    ("/staff/workload", "Workload", &[Agent, Supervisor, Auditor]),
    (BY_HAND, "By hand", &[Agent, Supervisor, Auditor]),
    (
        "/staff/recipients",
        "Recipients",
        &[Agent, Supervisor, Auditor],
    ),
    ("/staff/notices", "Notices", &[Agent, Supervisor, Auditor]),
    (
        "/staff/disclosures",
        "Disclosed",
        &[Agent, Supervisor, Auditor],
    ),
    ("/staff/holds", "Holds", &[Agent, Supervisor, Auditor]),
    ("/staff/ages", "Ages", &[Agent, Supervisor, Auditor]),
    (
        "/staff/corrections",
        "Corrections",
        &[Agent, Supervisor, Auditor],
    ),
    (
        "/staff/returned",
        "Came back",
        &[Agent, Supervisor, Auditor],
    ),
    (
        "/staff/closed-addresses",
        "Addresses",
        &[Supervisor, Auditor, Admin],
    ),
    ("/staff/periods", "Periods", &[Supervisor, Auditor, Admin]),
    ("/staff/drift", "Manifests", &[Supervisor, Auditor, Admin]),
    ("/staff/metrics", "Figures", &[Supervisor, Auditor, Admin]),
    ("/staff/training", "Training", ALL),
    ("/staff/reviews", "Reviews", &[Supervisor, Auditor, Admin]),
    ("/staff/mail", "Mail", ALL),
    ("/staff/jobs", "Jobs", ALL),
    ("/staff/health", "Health", ALL),
    ("/staff/audit", "Audit", &[Auditor, Admin]),
    ("/staff/policy", "Policy", &[Admin]),
    ("/staff/sites", "Sites", &[Admin]),
    ("/staff/members", "Staff", &[Admin]),
    ("/staff/agents", "Agents", &[Admin]),
    ("/staff/tokens", "Tokens", &[Admin]),
];

/// What is of use only where a system is looked up by hand.
const BY_HAND: &str = "/staff/manual";

/// Path and words of the pages that this role may see.
pub fn of(role: Role, by_hand: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let seen = STAFF
        .iter()
        .filter(move |(path, _, roles)| roles.contains(&role) && (by_hand || *path != BY_HAND));
    seen.map(|(path, words, _)| (*path, *words))
}

/// Whether an address leads to a page that people alone may open, each their own: no member of the staff can.
pub fn is_for_people(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let leads = |pattern: &str| {
        let (mut parts, mut names) = (path.split('/'), pattern.split('/'));
        loop {
            match (parts.next(), names.next()) {
                (None, None) => return true,
                (Some(part), Some(name)) if part == name || name.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let mut routes = routes::ALL.iter();
    routes.any(|(who, method, pattern)| *who == Who::Person && *method == "get" && leads(pattern))
}
