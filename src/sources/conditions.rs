//! Conditions, put together.

/// The one that nothing meets.
pub(super) fn never() -> String {
    "1 = 0".to_owned()
}

/// All of them, in brackets by the hundred: a database may take no more than a thousand in a row.
pub(super) fn all_of(conditions: &[String]) -> String {
    let some = conditions.chunks(100).map(|some| some.join(" AND "));
    match &some.collect::<Vec<_>>()[..] {
        [few] => few.clone(),
        many => format!("({})", many.join(") AND (")),
    }
}

/// Each of them is enough.
pub(super) fn either(conditions: &[String]) -> String {
    match conditions {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}
