//! A JSON text in which some values are others, and everything else is as it was.

use candor::sources::splice::replaced;

fn masked(text: &str, keys: &[&str]) -> Option<String> {
    let keys: Vec<_> = keys.iter().map(|it| (*it).to_owned()).collect();
    replaced(text, &keys, &mut |held| format!("<{held}>"))
}

#[test]
fn everything_else_stays_as_it_is_written() {
    let text = r#" {"n": 12345678901234567890123, "a" :[ {"b":"x\"}\\"},{"c":1e400} ,null,{"b":[1,{}]}], "n":"\ud83d","a":{"b":1.10}} "#;

    let expected = text
        .replace(r#""x\"}\\""#, r#"<"x\"}\\">"#)
        .replace("[1,{}]", "<[1,{}]>")
        .replace("1.10", "<1.10>");
    assert_eq!(masked(text, &["a", "b"]), Some(expected));
    assert_eq!(masked(text, &["b"]).as_deref(), Some(text));
}

#[test]
fn what_is_no_object_is_told() {
    for text in [
        "not json",
        "\"Main\"",
        "5",
        "{",
        "{\"a\": \"x\"",
        "{\"a\": \"x\"}}",
        "{\"a\" \"x\"}",
        "{\"a\": }",
        "[\"x\"]",
        "{\"a\": \"é\\",
    ] {
        assert_eq!(masked(text, &["a"]), None, "{text}");
    }
    assert_eq!(masked("{\"a\": \"x\"}", &["a", "b"]), None);
    for text in [
        "",
        " ",
        "null",
        "{}",
        "[]",
        "{\"a\": null}",
        "{\"A\": {\"b\": 1}}",
    ] {
        assert_eq!(masked(text, &["a", "b"]).as_deref(), Some(text));
    }
    let deep = "[".repeat(100_000);
    assert_eq!(masked(&deep, &["a"]), None);
}
