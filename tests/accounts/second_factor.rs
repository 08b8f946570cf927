use candor::accounts::model::Role;
use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;

use crate::support::{Actor, Answer, TestApp};

/// What an authenticator app shows for that secret, so many seconds from now.
pub(super) fn app_code(app: &TestApp, secret: &str, seconds: i64) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let at = app.app.clock.now() + TimeDelta::seconds(seconds);
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at.and_utc().timestamp()).unwrap())
        .to_string()
}

/// Signs the agent Sam in for the first time; the secret that their app shares, and the recovery codes.
async fn set_up(app: &TestApp, browser: &Actor) -> (String, Vec<String>) {
    app.staff("sam", Role::Agent).await;
    let answer = app.sign_in_by_mail(browser, "sam@staff.example.org").await;
    assert_eq!(answer.location(), "/sign-in/totp");
    assert_eq!(
        browser.get("/sign-in/totp").await.location(),
        "/sign-in/totp/set-up"
    );
    let page = browser.get("/sign-in/totp/set-up").await.page();
    let secret = page.texts("#secret").remove(0);
    let code = app_code(app, &secret, 0);
    let done = browser
        .submit(&page, "/sign-in/totp/set-up", &[("code", &code)])
        .await
        .page();
    (secret, done.texts(".codes code"))
}

async fn first_factor(app: &TestApp) -> Actor {
    let browser = app.visitor();
    let answer = app.sign_in_by_mail(&browser, "sam@staff.example.org").await;
    assert_eq!(answer.location(), "/sign-in/totp");
    browser
}

async fn show(browser: &Actor, code: &str) -> Answer {
    let page = browser.get("/sign-in/totp").await.page();
    browser
        .submit(&page, "/sign-in/totp", &[("code", code)])
        .await
}

#[actix_web::test]
async fn a_staff_member_sets_up_an_app_and_gets_recovery_codes_at_the_first_sign_in() {
    let app = TestApp::start();
    let browser = app.visitor();
    let (secret, codes) = set_up(&app, &browser).await;
    assert_eq!(codes.len(), 10);
    let account = browser.get("/account").await.page();
    assert!(account.text().contains("10 of 10"));

    app.app.clock.advance(TimeDelta::minutes(1));
    let again = first_factor(&app).await;
    let entered = show(&again, &app_code(&app, &secret, 0)).await;
    assert_eq!(entered.location(), "/staff");
}

#[actix_web::test]
async fn a_code_that_is_sent_before_a_secret_was_shown_leads_to_the_page_that_shows_one() {
    let app = TestApp::start();
    app.staff("sam", Role::Agent).await;
    let browser = first_factor(&app).await;
    let set_up = "/sign-in/totp/set-up";
    let early = browser.post(set_up, &[("code", "123456")]).await;
    assert_eq!(early.location(), set_up);
    browser.get(set_up).await.page();
}

#[actix_web::test]
async fn a_wrong_code_does_not_finish_the_set_up() {
    let app = TestApp::start();
    let browser = app.visitor();
    app.staff("sam", Role::Agent).await;
    app.sign_in_by_mail(&browser, "sam@staff.example.org").await;
    let page = browser.get("/sign-in/totp/set-up").await.page();
    let secret = page.texts("#secret").remove(0);
    let code = app_code(&app, &secret, 3600);
    let refused = browser
        .submit(&page, "/sign-in/totp/set-up", &[("code", &code)])
        .await;
    refused.refuses("code", "not the code that the app shows");
    assert_eq!(refused.texts("#secret"), [secret]);
    assert_eq!(browser.get("/account").await.status, 303);
}

#[actix_web::test]
async fn nobody_is_signed_in_between_the_two_factors() {
    let app = TestApp::start();
    set_up(&app, &app.visitor()).await;
    let browser = first_factor(&app).await;
    assert_eq!(browser.get("/account").await.status, 303);
    assert_eq!(browser.get("/staff/members").await.status, 303);
    app.app.clock.advance(TimeDelta::minutes(11));
    assert!(
        browser
            .get("/sign-in/totp")
            .await
            .location()
            .starts_with("/sign-in?")
    );
}

#[actix_web::test]
async fn a_code_of_the_app_works_once_and_half_a_minute_early_or_late() {
    let app = TestApp::start();
    let (secret, _) = set_up(&app, &app.visitor()).await;
    let used = app_code(&app, &secret, 0);
    show(&first_factor(&app).await, &used)
        .await
        .refuses("code", "does not work");
    let ahead = app_code(&app, &secret, 30);
    assert_eq!(show(&first_factor(&app).await, &ahead).await.status, 303);
    app.app.clock.advance(TimeDelta::minutes(2));
    let (late, too_late) = (app_code(&app, &secret, -30), app_code(&app, &secret, -60));
    show(&first_factor(&app).await, &too_late)
        .await
        .refuses("code", "does not work");
    assert_eq!(show(&first_factor(&app).await, &late).await.status, 303);
}

#[actix_web::test]
async fn two_browsers_that_show_one_code_at_once_do_not_both_get_in() {
    let app = TestApp::start();
    let (secret, _) = set_up(&app, &app.visitor()).await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let code = app_code(&app, &secret, 0);
    let (one, other) = (first_factor(&app).await, first_factor(&app).await);
    let answers = futures_util::future::join(show(&one, &code), show(&other, &code)).await;
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

#[actix_web::test]
async fn what_cannot_be_a_code_costs_no_try() {
    let app = TestApp::start();
    let (secret, _) = set_up(&app, &app.visitor()).await;
    let browser = first_factor(&app).await;
    for typed in ["", "12 34", "letters"].iter().cycle().take(12) {
        show(&browser, typed).await.refuses("code", "six digits");
    }
    let ahead = app_code(&app, &secret, 30);
    assert_eq!(show(&browser, &ahead).await.status, 303);
}

#[actix_web::test]
async fn a_recovery_code_stands_in_for_the_app_once() {
    let app = TestApp::start();
    let (_, codes) = set_up(&app, &app.visitor()).await;
    let browser = first_factor(&app).await;
    let page = browser.get("/sign-in/totp?recovery=true").await.page();
    let typed = codes[3].to_uppercase().replace('-', " ");
    let fields = [("code", typed.as_str())];
    let entered = browser
        .submit(&page, "/sign-in/totp?recovery=true", &fields)
        .await;
    assert_eq!(entered.location(), "/staff");
    let account = browser.get("/account").await.page();
    assert!(
        account
            .text()
            .contains("You used a recovery code. 9 are left.")
    );
    show(&first_factor(&app).await, &codes[3])
        .await
        .refuses("code", "does not work");
}

#[actix_web::test]
async fn recovery_codes_are_renewed_by_showing_the_app() {
    let app = TestApp::start();
    let browser = app.visitor();
    let (secret, old) = set_up(&app, &browser).await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let page = browser.get("/account").await.page();
    let fields = [("code", "000000")];
    let refused = browser
        .submit(&page, "/account/recovery-codes", &fields)
        .await;
    refused.refuses("code", "not the code");
    let code = app_code(&app, &secret, 0);
    let renewed = browser
        .submit(&page, "/account/recovery-codes", &[("code", &code)])
        .await;
    let new = renewed.page().texts(".codes code");
    show(&first_factor(&app).await, &old[0])
        .await
        .refuses("code", "does not work");
    assert_eq!(show(&first_factor(&app).await, &new[0]).await.status, 303);
}

#[actix_web::test]
async fn guessing_the_second_factor_comes_to_an_end() {
    let app = TestApp::start();
    set_up(&app, &app.visitor()).await;
    let browser = first_factor(&app).await;
    for _ in 0..9 {
        assert_eq!(show(&browser, "000000").await.status, 422);
    }
    assert_eq!(show(&browser, "000000").await.status, 429);
}
