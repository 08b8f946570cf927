//! Offers for data and machines that decide: declared with all that people have to be told.

use candor::register::{Finding, Register};

use super::SHOP;

const INCENTIVE: &str = "
      - name: Club
        data_use: marketing.communications.email
        data_categories: [user.contact.email]
        candor:
          key: club
          purpose: We send you our news.
          lawful_basis: consent
          refusable: true
          incentive:
            offer: You pay a tenth less for what you buy here.
            terms: You get one mail a week, and the rebate with each order.
            value: About 12 US dollars a year for each member.
            method: What members buy more than others, divided by how many they are.
            leaving: The mails and the rebate end on the same day.
";

const MACHINE: &str = "
      - name: Hiring
        data_use: employment.recruitment
        data_categories: [user.behavior]
        candor:
          key: hiring
          purpose: We look for people who like to work in our shop.
          refusable: true
          machine:
            decides: Who is invited to an interview for a job in our shop.
            works: It counts how often somebody looked at our open jobs.
            output: A list of names, of which the first ten are invited.
            people: A member of our staff reads the list before anybody is invited.
            otherwise: A member of our staff reads all applications by hand.
            since: 2026-03-01
";

fn load(declaration: &str) -> Result<(Register, Vec<Finding>), Vec<Finding>> {
    let text = SHOP.replacen("\ndataset:", &format!("{declaration}dataset:"), 1);
    Register::parse(&[("shop.yml", &text)])
}

#[track_caller]
fn fault(declaration: &str, (from, to): (&str, &str), path: &str, words: &str) {
    assert!(declaration.contains(from), "{from}");
    let faults = load(&declaration.replacen(from, to, 1)).unwrap_err();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    let found = faults.iter().zip(&told);
    let mut found = found.filter(|(fault, told)| fault.place.path == path && told.contains(words));
    let (fault, _) = found.next().unwrap_or_else(|| panic!("{path}: {told:#?}"));
    assert!(fault.place.line > 40, "{fault}");
}

/// Rule: N4, 11 CCR 7016(d).
#[test]
fn an_offer_is_declared_with_its_terms_its_value_and_how_it_was_estimated() {
    let (register, warnings) = load(INCENTIVE).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(register.activity("club").unwrap().incentive.is_some());
    for key in ["offer", "terms", "value", "method", "leaving"] {
        let line = format!("            {key}: ");
        let path = format!("web.Club.candor.incentive.{key}");
        fault(INCENTIVE, (&line, "            # "), &path, "it is missing");
        fault(
            INCENTIVE,
            (&line, &format!("{line}No. # ")),
            &path,
            "too short",
        );
    }
    let dear = (
        "About 12 US dollars a year",
        "It is worth quite a lot to us",
    );
    let path = "web.Club.candor.incentive.value";
    fault(INCENTIVE, dear, path, "it has no number");
    for line in ["refusable: true", "lawful_basis: consent"] {
        fault(INCENTIVE, (line, ""), "web.Club", "has to agree first");
    }
    let sale = (
        "refusable: true",
        "refusable: true\n          sale_or_sharing: true",
    );
    fault(INCENTIVE, sale, "web.Club", "a switch of its own");
}

/// Rule: A6, 11 CCR 7220(c), 7221(b).
#[test]
fn a_machine_is_declared_with_what_people_are_told_and_can_be_refused_or_says_why_not() {
    let (register, warnings) = load(MACHINE).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(register.activity("hiring").unwrap().decides_by_machine());
    for key in ["decides", "works", "output", "people", "otherwise", "since"] {
        let line = format!("            {key}: ");
        let path = format!("web.Hiring.candor.machine.{key}");
        fault(MACHINE, (&line, "            # "), &path, "it is missing");
    }
    let refused = ("refusable: true", "");
    fault(MACHINE, refused, "web.Hiring", "nobody can opt out of it");
    let purpose = ("purpose:", "#");
    fault(
        MACHINE,
        purpose,
        "web.Hiring",
        "what the machine is used for",
    );
    let other = ("since:", "exception: others\n            since:");
    fault(
        MACHINE,
        other,
        "web.Hiring.candor.machine.exception",
        "one of human-appeal",
    );
    for (exception, key) in [("human-appeal", "appeal"), ("hiring", "tested")] {
        let to = format!("exception: {exception}\n            since:");
        let path = format!("web.Hiring.candor.machine.{key}");
        fault(MACHINE, ("since:", &to), &path, "it is missing");
    }
    let sentence = "appeal: Write to us, and somebody looks at it who can change it.";
    let to = format!("exception: human-appeal\n            {sentence}\n            since:");
    let text = MACHINE
        .replacen("since:", &to, 1)
        .replacen("refusable: true", "", 1);
    let (register, _) = load(&text).unwrap();
    assert!(!register.activity("hiring").unwrap().decides_by_machine());
}
