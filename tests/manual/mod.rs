//! The manual desk: looking up, and changing by hand, in a paper archive that nobody can connect to.

mod changing;
mod deciding;
mod elsewhere;
mod finding;
mod form;
mod keeping;
mod meanwhile;
mod newer;
mod uploading;
mod worded;

use candor::accounts::model::Role;
use candor::db::schema::{manual_records, manual_tasks};
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use crate::support::{Actor, Answer, TestApp};

const LIST: &str = "/staff/manual";

/// Files an access request, from the button on the overview of one's data.
async fn ask(person: &Actor) -> String {
    let page = person.get("/data").await.page();
    let filed = person.submit(&page, "/data/by-hand", &[]).await;
    let reference = filed.location().strip_prefix("/requests/").unwrap();
    reference.strip_suffix("/filed").unwrap().to_owned()
}

/// Ada has asked for a look into the archive: she, an agent, her request and the task that came of it.
async fn asked(app: &TestApp) -> (Actor, Actor, String, String) {
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let reference = ask(&ada).await;
    let task = open_task(&sam).await;
    (ada, sam, reference, task)
}

/// The address of the one open task on the desk.
async fn open_task(staff: &Actor) -> String {
    let mut open = open_tasks(staff).await;
    assert_eq!(open.len(), 1, "{open:?}");
    open.remove(0)
}

async fn open_tasks(staff: &Actor) -> Vec<String> {
    let page = staff.get(LIST).await.page();
    page.attributes("tbody th a", "href")
}

/// Answers a task as its page would send it: the version that the page shows, and these fields.
async fn answer(staff: &Actor, task: &str, fields: &[(&str, &str)]) -> Answer {
    let version = version(staff, task).await;
    send(staff, task, &version, fields).await
}

async fn version(staff: &Actor, task: &str) -> String {
    let page = staff.get(task).await.page();
    page.attributes("main input[name=version]", "value")
        .remove(0)
}

async fn send(staff: &Actor, task: &str, version: &str, fields: &[(&str, &str)]) -> Answer {
    let form = Form::new().text("version", version.to_owned());
    let form = fields.iter().fold(form, |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    staff.post_multipart(task, form).await
}

/// The same with a file for one of the collections.
async fn upload(staff: &Actor, task: &str, (field, name, content): (&str, &str, &str)) -> Answer {
    let version = version(staff, task).await;
    let file = Part::bytes(content.as_bytes().to_vec()).file_name(name.to_owned());
    let form = Form::new()
        .text("version", version)
        .text("act", "found")
        .part(field.to_owned(), file);
    staff.post_multipart(task, form).await
}

/// A contract of Ada's with the number 17, as it is typed.
const CONTRACT: &[(&str, &str)] = &[
    ("act", "found"),
    ("c0-r0-f0", "C-17"),
    ("c0-r0-f1", "ada@example.org"),
    ("c0-r0-f2", "2019-05-02"),
    ("c0-r0-f3", "Ada Countess"),
    ("c0-r0-f4", "12"),
];

/// Ada has asked, and her contract was found.
async fn found(app: &TestApp) -> (Actor, Actor, String) {
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let reference = ask(&ada).await;
    let task = open_task(&sam).await;
    answer(&sam, &task, CONTRACT).await.location();
    (ada, sam, reference)
}

/// How many records are kept.
fn kept(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(manual_records::table.count().get_result(conn)?));
    count.unwrap()
}

/// State and outcome of each task.
fn states(app: &TestApp) -> Vec<(String, Option<String>)> {
    let states = app.app.db.read_now(|conn| {
        Ok(manual_tasks::table
            .order(manual_tasks::id)
            .select((manual_tasks::state, manual_tasks::outcome))
            .load(conn)?)
    });
    states.unwrap()
}
