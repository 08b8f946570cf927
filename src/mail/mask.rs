//! Addresses as logs and staff see them.

/// The address with all but the first letters hidden: `a***@e***.org`.
pub fn masked(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return "***".to_owned();
    };
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let dot = if ending.is_empty() { "" } else { "." };
    format!("{}***@{}***{dot}{ending}", first(local), first(domain))
}

/// The text, of at most `longest` characters on one line, with every word that holds an address hidden.
pub fn without_addresses(text: &str, longest: usize) -> String {
    let words = text.split_whitespace().map(|word| {
        if word.contains('@') {
            "(address)"
        } else {
            word
        }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().take(longest).collect()
}
