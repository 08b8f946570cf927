//! Choices as programs of advertising read them.

use candor::choices::gpp::Usca;
use serde_json::json;

#[test]
fn strings_are_those_of_the_iabs_own_encoder() {
    let vectors = [
        ((true, false, true), "DBABBg~BVWqqoCA.YA"),
        ((true, false, false), "DBABBg~BVWqqoCA.QA"),
        ((false, false, false), "DBABBg~BVqqqoCA.QA"),
        ((true, true, true), "DBABBg~BVVVVUCA.YA"),
    ];
    for ((opted_out, limited, signal), string) in vectors {
        let usca = Usca {
            opted_out,
            limited,
            signal,
            minor: false,
        };
        assert_eq!(usca.to_string(), string, "{usca:?}");
    }
}

#[test]
fn of_a_minor_it_says_whether_there_is_a_consent() {
    let consents = |minor, opted_out| {
        let usca = Usca {
            opted_out,
            limited: true,
            signal: false,
            minor,
        };
        usca.parsed()[0]["KnownChildSensitiveDataConsents"].clone()
    };
    assert_eq!(consents(true, true), json!([1, 1]));
    assert_eq!(consents(true, false), json!([2, 2]));
    assert_eq!(consents(false, true), json!([0, 0]));
}

#[test]
fn the_parsed_section_has_every_field() {
    let usca = Usca {
        opted_out: true,
        limited: false,
        signal: true,
        minor: false,
    };
    let parsed = usca.parsed();
    assert_eq!(parsed[0]["SaleOptOut"], 1);
    assert_eq!(parsed[0]["SensitiveDataProcessing"], json!(vec![2; 9]));
    assert_eq!(parsed[1]["Gpc"], true);
    assert_eq!(parsed[0].as_object().unwrap().len(), 12);
}
