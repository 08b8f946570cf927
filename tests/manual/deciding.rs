//! What is decided on somebody of whom a database and the archive hold something.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::{answer, ask, open_task};
use crate::support::{Actor, Answer, TestApp};

/// Two contracts.
pub const FOUND: &[(&str, &str)] = &[
    ("act", "found"),
    ("c0-rows", "2"),
    ("c0-r0-f0", "C-17"),
    ("c0-r0-f3", "M. Okafor"),
    ("c0-r1-f0", "C-18"),
    ("c0-r1-f3", "M. Okafor"),
];

pub const EVERYTHING: &str = "/requests/new/deletion/plan?everything=yes";

/// A person of whom a database and the archive hold something, and two who decide.
pub struct Scene {
    pub app: TestApp,
    pub person: Actor,
    pub sam: Actor,
    pub vera: Actor,
}

impl Scene {
    /// The two contracts were found.
    pub async fn set() -> Self {
        let scene = Self::come(TestApp::start_with_archive()).await;
        ask(&scene.person).await;
        let task = open_task(&scene.sam).await;
        answer(&scene.sam, &task, FOUND).await.location();
        scene
    }

    /// Nobody has asked for anything yet.
    pub async fn come(app: TestApp) -> Self {
        let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
        Scene {
            person: app.person(name).await,
            sam: app.staff("sam", Role::Agent).await,
            vera: app.staff("vera", Role::Supervisor).await,
            app,
        }
    }

    /// The deletion of everything, for which the archive is looked through once more.
    pub async fn file_deletion(&self) -> String {
        self.file_deletion_with(FOUND).await
    }

    /// The same, when something else is found.
    pub async fn file_deletion_with(&self, found: &[(&str, &str)]) -> String {
        let page = self.person.get(EVERYTHING).await.page();
        let filed = self.person.submit(&page, EVERYTHING, &[]).await;
        let reference = filed.location().strip_prefix("/requests/").unwrap();
        let reference = reference.strip_suffix("/filed").unwrap().to_owned();
        let task = open_task(&self.sam).await;
        answer(&self.sam, &task, found).await.location();
        self.app.run_jobs().await;
        reference
    }

    pub async fn act(
        &self,
        staff: &Actor,
        reference: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let url = format!("/staff/requests/{reference}");
        let page = staff.get(&url).await.page();
        staff
            .submit(&page, &format!("{url}/{action}"), fields)
            .await
    }

    pub async fn accept(&self, reference: &str) {
        let page = self
            .sam
            .get(&format!("/staff/requests/{reference}"))
            .await
            .page();
        let mut names = page.attributes("input[type=radio]", "name");
        names.dedup();
        let fields: Vec<_> = names.iter().map(|name| (&**name, "accepted")).collect();
        self.act(&self.sam, reference, "decide", &fields)
            .await
            .location();
    }

    /// Two agree to what was filed, and the worker begins it.
    pub async fn grant(&self, reference: &str) {
        self.accept(reference).await;
        self.act(&self.vera, reference, "approve", &[])
            .await
            .location();
        self.app.run_jobs().await;
    }

    /// A deletion that two have agreed to, and that the worker has begun.
    pub async fn agree(&self) -> String {
        let reference = self.file_deletion().await;
        self.grant(&reference).await;
        reference
    }

    pub async fn page(&self, reference: &str) -> String {
        let page = self.person.get(&format!("/requests/{reference}")).await;
        page.page().text()
    }

    pub fn rows(&self) -> i64 {
        let source = self.app.source.connect();
        let sql = "SELECT count(*) FROM page_views JOIN accounts ON accounts.id = account_id WHERE email = ?";
        source
            .query_row(sql, [SAMPLES[0].email], |row| row.get(0))
            .unwrap()
    }
}

#[actix_web::test]
async fn what_nobody_could_look_up_is_explained_and_named_on_page_mail_and_receipt() {
    let scene = Scene::come(TestApp::start_with_archive()).await;
    let could_not = [("act", "could-not"), ("why", "The cellar is flooded.")];
    let reference = scene.file_deletion_with(&could_not).await;
    let page = format!("/staff/requests/{reference}");
    let page = scene.sam.get(&page).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let mut fields: Vec<_> = names.iter().map(|name| (&**name, "accepted")).collect();
    let silent = scene.act(&scene.sam, &reference, "decide", &fields).await;
    assert_eq!(silent.status, 409);
    assert!(
        silent
            .text()
            .contains("Nobody could look it up in: Paper archive")
    );

    fields.push(("reason", "Our cellar is flooded. Ask us again in March."));
    let proposed = scene.act(&scene.sam, &reference, "decide", &fields).await;
    proposed.location();
    let approved = scene.act(&scene.vera, &reference, "approve", &[]).await;
    approved.location();
    while scene.app.run_jobs().await > 0 {}
    let sentence = "Nobody could look this up in: Paper archive";
    assert!(scene.page(&reference).await.contains(sentence));
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    let mail = scene.app.mails_to(name).pop().unwrap();
    assert!(mail.text.contains(sentence), "{}", mail.text);
    let own = scene
        .person
        .get(&format!("/requests/{reference}"))
        .await
        .page();
    let receipt = own.attributes("a[href^='/receipts/']", "href").remove(0);
    let receipt = scene.person.get(&receipt).await.page().text();
    assert!(receipt.contains("Not searched"), "{receipt}");
}
