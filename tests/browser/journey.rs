//! The whole way of a person's rights, in a browser that runs no script.

use candor::accounts::model::Role;
use candor::demo;

use super::driver::{Browser, Scripts};
use super::{SECRET, hire, is_wanted};
use crate::support::TestApp;

const MAYA: &str = "maya.okafor@example.org";
const ROWS: &str = "SELECT CAST(count(*) AS TEXT) FROM page_views JOIN accounts ON accounts.id = account_id WHERE email = ?";
const CITY: &str =
    "SELECT city FROM contact_details JOIN accounts ON accounts.id = account_id WHERE email = ?";

/// A portal with its policy and two staff members, and a browser.
struct Walk {
    app: TestApp,
    browser: Browser,
}

impl Walk {
    async fn begin() -> Self {
        let app = TestApp::start_demo();
        let now = app.app.clock.now();
        let published = app
            .app
            .db
            .write(move |conn| demo::policy::take_over_all(conn, now));
        published.await.unwrap();
        hire(&app, "ana", Role::Agent).await;
        hire(&app, "ruth", Role::Supervisor).await;
        let browser = Browser::open(app.address(), Scripts::Off).await;
        let walk = Walk { app, browser };
        walk.runs_no_script().await;
        walk
    }

    async fn runs_no_script(&self) {
        let page = "data:text/html,<body>Still <script>document.body.textContent = 'Changed'</script></body>";
        self.browser.go(page).await;
        assert_eq!(self.browser.words().await, "Still");
    }

    /// What the worker would do by now.
    async fn let_work(&self) {
        while self.app.run_jobs().await + self.app.deliver_mail().await > 0 {}
    }

    /// The newest mail to an address, as the demonstration shows it.
    async fn read_mail(&self, to: &str) -> String {
        self.let_work().await;
        self.browser.go(&format!("/demo/mailbox?to={to}")).await;
        let mails = self.browser.find("//*[@class='mail-text']").await;
        self.browser.text(&mails[0]).await
    }

    async fn sign_in(&self, email: &str) {
        let browser = &self.browser;
        browser.go("/").await;
        browser.follow("Sign in").await;
        browser.fill("Your e-mail address", email).await;
        browser.press("Send me a code").await;
        let mail = self.read_mail(email).await;
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
        let code = mail
            .lines()
            .map(str::trim)
            .find(is_code)
            .unwrap()
            .to_owned();
        browser.go("/sign-in/code").await;
        browser.fill("The code from our mail", &code).await;
        browser.press("Sign in").await;
    }

    async fn sign_in_as_staff(&self, name: &str) {
        self.sign_in(&format!("{name}@staff.example.org")).await;
        assert_eq!(self.browser.path().await, "/sign-in/totp");
        let totp = totp_rs::Builder::new()
            .with_secret(SECRET.to_vec())
            .build()
            .unwrap();
        let now = self.app.app.clock.now().and_utc().timestamp();
        let code = totp.generate(u64::try_from(now).unwrap()).to_string();
        self.browser.fill("Code from your app", &code).await;
        self.browser.press("Sign in").await;
        assert_eq!(self.browser.path().await, "/staff/requests");
    }

    async fn sign_out(&self) {
        self.browser.press("Sign out").await;
        self.browser.says("Sign in").await;
    }

    /// The reference of the request that was just filed.
    async fn filed(&self) -> String {
        let path = self.browser.path().await;
        let reference = path
            .strip_prefix("/requests/")
            .and_then(|it| it.strip_suffix("/filed"));
        let reference = reference
            .unwrap_or_else(|| panic!("nothing was filed: {path}"))
            .to_owned();
        self.browser.says(&reference).await;
        reference
    }

    fn held(&self, sql: &str) -> String {
        let source = self.app.source.connect();
        source.query_row(sql, [MAYA], |row| row.get(0)).unwrap()
    }
}

async fn file_correction(walk: &Walk) -> String {
    let browser = &walk.browser;
    browser.go("/data").await;
    browser.follow_to("/data/people/contact_details").await;
    browser.follow("All about this record").await;
    browser.follow("Correct City").await;
    browser.fill("What is right?", "Port Ellery").await;
    browser.fill("How do you know?", "I moved.").await;
    browser.press("Ask for this correction").await;
    let reference = walk.filed().await;
    browser.go(&format!("/requests/{reference}")).await;
    browser.says("Port Ellery").await;
    reference
}

async fn file_deletion(walk: &Walk) -> String {
    let browser = &walk.browser;
    browser.go("/data").await;
    browser.follow("Delete data").await;
    browser.press("Delete everything").await;
    browser.says("This cannot be undone").await;
    browser.press("Yes, delete").await;
    walk.filed().await
}

#[actix_web::test]
async fn a_correction_and_a_deletion_go_from_the_row_to_the_receipt() {
    if !is_wanted() {
        return;
    }
    let walk = Walk::begin().await;
    let browser = &walk.browser;
    walk.sign_in(MAYA).await;
    assert_eq!(browser.path().await, "/data");
    let correction = file_correction(&walk).await;
    let deletion = file_deletion(&walk).await;
    walk.sign_out().await;

    walk.sign_in_as_staff("ana").await;
    browser.follow(&correction).await;
    assert_eq!(browser.choose_each("Accept").await, 1);
    browser.press("Decide").await;
    walk.let_work().await;
    assert_eq!(walk.held(CITY), "Port Ellery");
    browser.go("/staff/requests").await;
    browser.follow(&deletion).await;
    assert!(browser.choose_each("Accept").await > 1);
    browser.press("Propose this decision").await;
    assert!(!browser.offers("Approve").await);
    walk.sign_out().await;
    assert_ne!(walk.held(ROWS), "0");

    walk.sign_in_as_staff("ruth").await;
    browser.follow(&deletion).await;
    browser.press("Approve and carry out").await;
    walk.let_work().await;
    assert_eq!(walk.held(ROWS), "0");
    walk.sign_out().await;

    walk.sign_in(MAYA).await;
    for reference in [correction, deletion] {
        browser.go("/requests").await;
        browser.follow_to(&format!("/requests/{reference}")).await;
        browser.follow("Signed receipt").await;
        browser.says("What it proves").await;
    }
}

#[actix_web::test]
async fn choices_work_at_once_and_come_back_in_two_steps() {
    if !is_wanted() {
        return;
    }
    let walk = Walk::begin().await;
    let browser = &walk.browser;
    walk.sign_in(MAYA).await;
    browser.follow("Choices").await;
    browser.press("Opt out of everything I can refuse").await;
    browser.says("It works at once.").await;
    assert!(!browser.offers("Turn off").await);
    browser.press("Turn on").await;
    assert!(browser.offers("Leave it off").await);
    browser.press("Turn it on").await;
    browser.says("is now on").await;
    browser.follow("What you chose before").await;
    assert_eq!(browser.path().await, "/choices/history");
}

#[actix_web::test]
async fn a_package_is_asked_for_and_waits_to_be_saved() {
    if !is_wanted() {
        return;
    }
    let walk = Walk::begin().await;
    let browser = &walk.browser;
    walk.sign_in(MAYA).await;
    browser.follow("Download all of it").await;
    browser.press("Make my package").await;
    browser.says("We are making your package.").await;
    let mail = walk.read_mail(MAYA).await;
    assert!(mail.contains("/data/export"), "{mail}");
    browser.go("/data/export").await;
    assert!(browser.offers("Download").await);
}

#[actix_web::test]
async fn the_policy_is_read_and_two_versions_compared() {
    if !is_wanted() {
        return;
    }
    let walk = Walk::begin().await;
    let browser = &walk.browser;
    browser.go("/").await;
    browser.follow("Privacy policy").await;
    browser.follow("versions").await;
    browser.follow("Compare two versions").await;
    browser.select("Version", "2024-09").await;
    browser.select("Compared with", "2025-07").await;
    browser.press("Compare").await;
    assert_eq!(browser.path().await, "/policy/compare/2024-09/2025-07");
}

#[actix_web::test]
async fn a_visitor_opts_out_with_and_without_an_address() {
    if !is_wanted() {
        return;
    }
    let walk = Walk::begin().await;
    let browser = &walk.browser;
    for email in ["", "somebody@example.org"] {
        browser.be(None).await;
        browser.go("/").await;
        browser.follow("Your Privacy Choices").await;
        browser.fill("Your e-mail address", email).await;
        browser.press("Opt out of sale and sharing").await;
        browser.says("You have opted out").await;
        browser.follow("See the receipt").await;
        browser.says("What it proves").await;
    }
    let mail = walk.read_mail("somebody@example.org").await;
    assert!(!mail.is_empty());
}
