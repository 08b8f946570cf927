//! What holds of every request: its number, its states, its words, and the files that may come with it.

use candor::requests::evidence::File;
use candor::requests::model::{Action, Kind, State};
use candor::requests::reference::{normal, random};
use candor::requests::statements::count_words;
use candor::requests::words::outlook;

#[test]
fn a_reference_is_its_own_normal_form() {
    for _ in 0..1000 {
        let reference = random();
        assert_eq!(normal(&reference), reference);
        assert_eq!(reference.len(), "PR-7K4M-22QX".len());
    }
}

#[test]
fn letters_that_are_mistaken_for_digits_are_put_right() {
    assert_eq!(normal(" pr-7k4m-o2li "), "PR-7K4M-0211");
}

#[test]
fn hyphens_may_be_left_out_or_be_of_another_kind() {
    for typed in ["pr7k4m22qx", "PR 7K4M 22QX", "PR–7K4M–22QX"] {
        assert_eq!(normal(typed), "PR-7K4M-22QX");
    }
}

#[test]
fn every_state_has_a_step_and_can_be_reached() {
    for state in State::ALL {
        assert_eq!(state.step().as_str(), state.as_str());
        let reached = State::ALL.iter().any(|from| from.may_become(*state));
        assert!(reached || *state == State::Received, "{state}");
    }
}

#[test]
fn what_is_closed_stays_closed_and_what_is_open_can_end() {
    let closed: Vec<_> = State::ALL.iter().filter(|it| it.is_closed()).collect();
    assert_eq!(
        closed,
        [&State::Denied, &State::Completed, &State::Withdrawn]
    );
}

#[test]
fn nothing_is_withdrawn_once_it_is_carried_out() {
    assert!(!State::Executing.may_become(State::Withdrawn));
    assert!(!State::ExecutionFailed.may_become(State::Withdrawn));
}

#[test]
fn words_are_counted_as_a_reader_counts_them() {
    for (text, words) in [
        ("", 0),
        (" – … * \n", 0),
        ("I can't hear well-known tones.", 5),
        ("one — two—three -- four--five", 5),
        ("3.5 mg of it, twice a day\u{a0}(2x)\n\tonly", 9),
        ("día niño über 聽力", 4),
    ] {
        assert_eq!(count_words(text), words, "{text}");
    }
}

#[test]
fn one_record_stays_and_two_stay() {
    assert_eq!(outlook(Action::Keep, 1), "1 record stays");
    assert_eq!(outlook(Action::Keep, 2), "2 records stay");
}

#[test]
fn each_kind_stands_in_a_sentence() {
    let said = |kind: Kind| format!("Your {} {}.", kind.noun(), kind.is_over());
    let said: Vec<_> = Kind::ALL.iter().map(|kind| said(*kind)).collect();
    assert_eq!(
        said,
        [
            "Your request for access is answered.",
            "Your request for correction is done.",
            "Your request for deletion is done.",
            "Your request for restriction is done.",
            "Your objection is granted.",
            "Your appeal is done.",
            "Your request to know how a decision was made is answered.",
            "Your request to know who got data for marketing is answered.",
            "Your request to look again at a machine's decision is answered.",
            "Your complaint is answered.",
        ]
    );
}

fn kind(content: &[u8]) -> Option<&'static str> {
    File::recognise(content.to_vec()).map(|file| file.media_type)
}

#[test]
fn a_file_is_known_by_its_content() {
    assert_eq!(kind(b"%PDF-1.7\n..."), Some("application/pdf"));
    assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
    assert_eq!(kind(b"\xff\xd8\xff\xe0...."), Some("image/jpeg"));
    assert_eq!(kind("Größe: 1,80 m\n".as_bytes()), Some("text/plain"));
}

#[test]
fn whatever_could_run_or_hide_is_not_taken() {
    assert_eq!(kind(b"PK\x03\x04 a document with macros"), None);
    assert_eq!(kind(b"\x7fELF\x02\x01\x01"), None);
    assert_eq!(kind(b"  <!DOCTYPE html><script>"), None);
    assert_eq!(kind(b"<svg onload=alert(1)>"), None);
    assert_eq!(kind(b"text with a \0 in it"), None);
    assert_eq!(kind(b"\xff\xfe\x00"), None);
}
