//! `system:` and its privacy declarations, each of which is an activity.

use super::{announced, dataset::title_of, reader::Map, rules};
use crate::register::{Activity, LawfulBasis, System};

/// Keys of fideslang that other tools use.
const OTHER_KEYS: &[&str] = &[
    "meta",
    "tags",
    "organization_fides_key",
    "fidesctl_meta",
    "system_type",
    "egress",
    "ingress",
    "administrating_department",
    "vendor_id",
    "previous_vendor_id",
    "vendor_deleted_date",
    "processes_personal_data",
    "exempt_from_privacy_regulations",
    "reason_for_exemption",
    "uses_profiling",
    "legal_basis_for_profiling",
    "does_international_transfers",
    "legal_basis_for_transfers",
    "requires_data_protection_assessments",
    "dpa_location",
    "dpa_progress",
    "privacy_policy",
    "legal_name",
    "legal_address",
    "responsibility",
    "dpo",
    "joint_controller_info",
    "joint_controller",
    "data_security_practices",
    "cookie_max_age_seconds",
    "uses_cookies",
    "cookie_refresh",
    "uses_non_cookie_access",
    "legitimate_interest_disclosure_url",
    "cookies",
    "data_responsibility_title",
    "third_country_transfers",
    "data_protection_impact_assessment",
    "registry_id",
    "system_dependencies",
];

const OTHER_DECLARATION_KEYS: &[&str] = &[
    "data_qualifier",
    "dataset_references",
    "egress",
    "ingress",
    "features",
    "flexible_legal_basis_for_processing",
    "impact_assessment_location",
    "retention_period",
    "processes_special_category_data",
    "special_category_legal_basis",
    "data_shared_with_third_parties",
    "third_parties",
    "shared_categories",
    "cookies",
];

pub(super) fn read(map: Map) -> (System, Vec<Activity>) {
    let key = map.needed_text("fides_key");
    let system = System {
        place: map.place.clone(),
        name: map.text("name").unwrap_or_else(|| title_of(&key)),
        description: map.text("description").unwrap_or_default(),
        datasets: map.texts("dataset_references"),
        key,
    };
    let declarations = map.maps("privacy_declarations", "name");
    let activities = declarations
        .into_iter()
        .map(|map| activity(map, &system.key))
        .collect();
    map.finish(OTHER_KEYS);
    (system, activities)
}

fn activity(map: Map, system: &str) -> Activity {
    let data_use = map.needed_text("data_use");
    let name = map.text("name").unwrap_or_else(|| data_use.clone());
    let mut activity = Activity {
        place: map.place.clone(),
        key: format!("{system}.{}", slug(&name)),
        title: name,
        lawful_basis: map
            .text("legal_basis_for_processing")
            .and_then(|text| fideslang_basis(&map, &text)),
        categories: map.texts("data_categories"),
        subjects: map.texts("data_subjects"),
        system: system.to_owned(),
        data_use,
        ..Activity::default()
    };
    if let Some(candor) = map.map("candor") {
        read_candor(&mut activity, candor);
    }
    map.finish(OTHER_DECLARATION_KEYS);
    activity
}

fn read_candor(activity: &mut Activity, candor: Map) {
    if let Some(key) = candor.text("key") {
        activity.key = key;
    }
    if let Some(title) = candor.text("title") {
        activity.title = title;
    }
    activity.purpose = candor.text("purpose").unwrap_or_default();
    activity.lawful_basis = candor
        .word("lawful_basis", LawfulBasis::ALL)
        .or(activity.lawful_basis);
    activity.refusable = candor.flag("refusable");
    activity.mandatory = candor.map("mandatory").map(rules::required);
    activity.sale_or_sharing = candor.flag("sale_or_sharing");
    activity.uses_sensitive = candor.flag("uses_sensitive");
    activity.incentive = candor.map("incentive").and_then(announced::incentive);
    activity.machine = candor.map("machine").and_then(announced::machine);
    candor.finish(&[]);
}

fn fideslang_basis(map: &Map, text: &str) -> Option<LawfulBasis> {
    let basis = match text {
        "Consent" => LawfulBasis::Consent,
        "Contract" => LawfulBasis::Contract,
        "Legal obligations" | "Legal Obligation" => LawfulBasis::LegalObligation,
        "Vital interests" | "Vital Interests" => LawfulBasis::VitalInterests,
        "Public interest" | "Public Interest" => LawfulBasis::PublicTask,
        "Legitimate interests" | "Legitimate Interests" => LawfulBasis::LegitimateInterests,
        _ => {
            map.fault(
                "legal_basis_for_processing",
                format!("`{text}` is not known"),
                "one of Consent, Contract, Legal obligations, Vital interests, Public interest, Legitimate interests",
            );
            return None;
        }
    };
    Some(basis)
}

/// "Send job alerts" becomes "send-job-alerts".
fn slug(name: &str) -> String {
    let words = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
