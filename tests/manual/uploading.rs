use super::{answer, asked, kept, states, upload};
use crate::support::TestApp;

#[actix_web::test]
async fn a_csv_file_gives_the_records_of_a_collection() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let file = "number;name;signed_on;email\nC-1;\"Ada; Countess\";2019-05-02;ADA@example.org\nC-2;Ada;;\n";
    upload(&sam, &task, ("c0-file", "archive.csv", file))
        .await
        .location();
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert_eq!(page.texts("article h3").len(), 2, "{}", page.text());
    assert!(page.text().contains("Ada; Countess"));
    assert_eq!(
        kept(&app),
        2,
        "who is looked for stands in a record that does not say it"
    );
}

#[actix_web::test]
async fn a_file_of_json_lines_gives_them_too() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let file = "{\"number\": \"C-1\", \"pages\": 12, \"name\": \"Ada\"}\n\n{\"number\": \"C-2\", \"pages\": null}\n";
    upload(&sam, &task, ("c0-file", "archive.jsonl", file))
        .await
        .location();
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert_eq!(page.texts("article h3").len(), 2, "{}", page.text());
    assert!(page.text().contains("12"));
}

#[actix_web::test]
async fn what_is_wrong_with_a_file_is_told_with_its_line_and_nothing_is_taken() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let cases = [
        (
            "a.csv",
            "number,signed_on\nC-1,2019-05-02\nC-2,soon\n",
            "line 3, signed_on: Enter a date",
        ),
        (
            "a.csv",
            "number,pages\nC-1,twelve\n",
            "line 2, pages: Enter a whole number.",
        ),
        (
            "a.csv",
            "number,colour\nC-1,red\nC-2,blue\n",
            "line 1, colour: expected one of number, email",
        ),
        (
            "a.csv",
            "number,name\nC-1\n",
            "a.csv, line 2: cells: 1; columns in the header: 2",
        ),
        ("a.csv", "name\nAda\n", "line 2: number is missing."),
        (
            "a.csv",
            "number,name\nC-1,\"Ada\n",
            "line 2: a quote is not closed",
        ),
        (
            "a.csv",
            "number\nC-1\nC-1\n",
            "line 3: Another record here has the same key.",
        ),
        (
            "a.csv",
            "number,email\nC-1,eve@example.org\n",
            "line 2: Nothing here says",
        ),
        ("a.csv", "number\n", "There is no record in this file."),
        (
            "a.jsonl",
            "{\"number\": \"C-1\"}\n[1]\n",
            "line 2: no JSON object",
        ),
        (
            "a.jsonl",
            "{\"number\": \"C-1\", \"pages\": \"x\"}\n",
            "line 1, pages: Enter a whole number.",
        ),
        ("a.txt", "number\nC-1\n", "ends with .csv or .jsonl"),
    ];
    for (name, content, wrong) in cases {
        let refused = upload(&sam, &task, ("c0-file", name, content)).await;
        refused.refuses("c0-file", wrong);
        assert!(!refused.text().contains("twelve"), "no value is repeated");
    }
    assert_eq!(states(&app), [("open".to_owned(), None)]);
    assert_eq!(kept(&app), 0);
}

#[actix_web::test]
async fn a_file_that_is_too_large_is_refused() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let line = format!("C,{}\n", "x".repeat(1_000));
    let file = format!("number,name\n{}", line.repeat(5_300));
    let refused = upload(&sam, &task, ("c0-file", "a.csv", &file)).await;
    refused.refuses("c0-file", "larger than 5 MB");
    let huge = format!("number,name\n{}", line.repeat(16_000));
    let refused = upload(&sam, &task, ("c0-file", "a.csv", &huge)).await;
    assert_eq!(refused.status, 413);
    assert_eq!(kept(&app), 0);
}

#[actix_web::test]
async fn many_records_are_taken_at_once_and_more_than_any_person_has_are_refused() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let lines = |count: usize| {
        let lines: Vec<_> = (0..count).map(|at| format!("C-{at},Ada")).collect();
        format!("number,name\n{}\n", lines.join("\n"))
    };
    let refused = upload(&sam, &task, ("c0-file", "a.csv", &lines(2_001))).await;
    refused.refuses("c0-r0-f0", "more than 2,000 records");
    upload(&sam, &task, ("c0-file", "a.csv", &lines(2_000)))
        .await
        .location();
    assert_eq!(kept(&app), 2_000);
    let page = ada.get("/data").await.page();
    assert!(page.text().contains("2,000 records"), "{}", page.text());
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert_eq!(page.texts("article h3").len(), 20);
}

#[actix_web::test]
async fn nothing_is_held_is_no_answer_while_records_are_typed() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let both = [("act", "nothing"), ("c0-r0-f0", "C-17")];
    let refused = answer(&sam, &task, &both).await;
    refused.refuses("c0-r0-f0", "You have written down records");
    let typed = refused.attributes("#c0-r0-f0", "value");
    assert_eq!(typed, ["C-17"], "what was typed is kept");
    assert_eq!(states(&app), [("open".to_owned(), None)]);
}
