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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_first_letters_and_its_ending() {
        assert_eq!(masked("ada@example.org"), "a***@e***.org");
        assert_eq!(masked("ä@müller.example.co.uk"), "ä***@m***.uk");
        assert_eq!(masked("root@localhost"), "r***@l***");
        assert_eq!(masked("no address"), "***");
    }

    #[test]
    fn a_servers_reply_is_kept_without_the_address_that_it_repeats() {
        let reply = "5.1.1 <ada@example.org>:\n user unknown";
        assert_eq!(without_addresses(reply, 40), "5.1.1 (address) user unknown");
        assert_eq!(without_addresses(reply, 5), "5.1.1");
    }
}
