//! fideslang's own data categories (versions 2 and 3) and uses, and which of the first are never disclosed.

use std::{collections::HashSet, sync::LazyLock};

use super::{NeverDisclose, covers};

static CATEGORIES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("categories.txt").lines().collect());

static USES: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("uses.txt").lines().collect());

/// 11 CCR 7024(d), in fideslang's keys.
const NEVER_DISCLOSED: &[(&str, NeverDisclose)] = &[
    ("user.government_id", NeverDisclose::GovernmentId),
    ("user.financial.bank_account", NeverDisclose::AccountNumber),
    ("user.financial.credit_card", NeverDisclose::AccountNumber),
    (
        "user.health.insurance_beneficiary_id",
        NeverDisclose::HealthInsuranceId,
    ),
    ("user.health.record_id", NeverDisclose::HealthInsuranceId),
    (
        "user.health_and_medical.insurance_beneficiary_id",
        NeverDisclose::HealthInsuranceId,
    ),
    (
        "user.health_and_medical.record_id",
        NeverDisclose::HealthInsuranceId,
    ),
    ("user.authorization.password", NeverDisclose::Password),
    ("user.authorization.credentials", NeverDisclose::Password),
    ("user.authorization.biometric", NeverDisclose::Biometric),
    ("user.authorization.biometrics", NeverDisclose::Biometric),
    ("user.biometric", NeverDisclose::Biometric),
    ("user.biometrics", NeverDisclose::Biometric),
];

/// What is about a person's health, in fideslang's keys.
const HEALTH: &[&str] = &[
    "user.health",
    "user.health_and_medical",
    "user.medical_health",
    "user.biometric.health",
];

/// Whether this data category is about a person's health.
pub(super) fn is_health(key: &str) -> bool {
    HEALTH.iter().any(|target| covers(target, key))
}

/// Whether fideslang has this data category.
pub(super) fn knows(key: &str) -> bool {
    CATEGORIES.contains(key)
}

/// Why values of this data category are never disclosed.
pub(super) fn never_disclose(key: &str) -> Option<NeverDisclose> {
    NEVER_DISCLOSED
        .iter()
        .find(|(target, _)| covers(target, key))
        .map(|(_, kind)| *kind)
}

/// What an unknown key was probably meant to be.
pub(super) fn suggestion<'a>(key: &str, others: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = CATEGORIES.iter().copied().chain(others).collect();
    nearest(key, &known)
}

/// Whether fideslang has this data use.
pub(super) fn knows_use(key: &str) -> bool {
    USES.contains(key)
}

/// What an unknown data use was probably meant to be.
pub(super) fn like_use<'a>(key: &str, others: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = USES.iter().copied().chain(others).collect();
    nearest(key, &known)
}

/// The word among `known` that is most like `word`, quoted.
pub(super) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    similar::get_close_matches(word, known, 1, 0.6)
        .first()
        .map(|nearest| format!("`{nearest}`"))
}
