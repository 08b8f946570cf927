//! What can be proved of the look without a browser: colours, and what the security policy forbids.

use std::collections::HashMap;
use std::fs;

use walkdir::WalkDir;

const TONES: [&str; 6] = [
    "neutral", "info", "progress", "success", "warning", "danger",
];

/// A scheme's colours by name, as `#rrggbb`.
type Colours = HashMap<String, String>;

/// The colours of the light scheme, and of the dark one laid over it.
fn schemes() -> [(&'static str, Colours); 2] {
    let css = fs::read_to_string("static/candor.css").unwrap();
    let colours = css.split("/* Ground */").next().unwrap();
    let (light, dark) = colours.split_once("(prefers-color-scheme: dark)").unwrap();
    let light = named_colours(light);
    let mut over = light.clone();
    over.extend(named_colours(dark));
    [("light", light), ("dark", over)]
}

fn named_colours(css: &str) -> Colours {
    css.split(';')
        .filter_map(|declaration| declaration.trim().rsplit_once("--")?.1.split_once(": "))
        .filter(|(_, value)| value.len() == 7 && value.starts_with('#'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Foreground, background and the least contrast between them.
fn pairs() -> Vec<(String, String, f64)> {
    let pair = |front: &str, back: &str, least| (front.to_owned(), back.to_owned(), least);
    let mut pairs = vec![
        pair("on-brand", "brand", 4.5),
        pair("on-brand", "brand-hover", 4.5),
        pair("card", "danger", 4.5),
        pair("header-soft", "header", 4.5),
        pair("ticked", "card", 3.0),
    ];
    for back in ["paper", "card", "sunken"] {
        for words in ["ink", "ink-soft", "brand", "brand-hover", "danger"] {
            pairs.push(pair(words, back, 4.5));
        }
        pairs.push(pair("edge", back, 3.0));
        pairs.push(pair("focus", back, 3.0));
    }
    for tone in TONES {
        let wash = format!("{tone}-wash");
        pairs.push(pair(tone, "card", 4.5));
        for words in [tone, "ink", "ink-soft", "brand"] {
            pairs.push(pair(words, &wash, 4.5));
        }
        pairs.push(pair("focus", &wash, 3.0));
    }
    pairs
}

#[test]
fn words_edges_and_focus_stand_out_in_both_colour_schemes() {
    for (scheme, colours) in schemes() {
        for (front, back, least) in pairs() {
            let found = contrast(&colours[&front], &colours[&back]);
            assert!(
                found >= least,
                "{scheme}: {front} on {back} has {found:.2}, needs {least}"
            );
        }
    }
}

#[test]
fn no_page_has_a_style_or_script_that_the_security_policy_would_drop() {
    for file in WalkDir::new("templates").into_iter().map(Result::unwrap) {
        let path = file.path().display().to_string();
        // Mails and the report of a package are files of their own, without our stylesheets.
        let stands_alone =
            path.starts_with("templates/mail") || path.starts_with("templates/data/report");
        if !file.file_type().is_file() || stands_alone {
            continue;
        }
        let page = fs::read_to_string(file.path()).unwrap();
        for forbidden in [
            " style=\"",
            "<style",
            "<script>",
            " onclick=",
            "javascript:",
        ] {
            assert!(!page.contains(forbidden), "{path} contains {forbidden}");
        }
    }
}
