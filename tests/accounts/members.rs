use candor::accounts::model::Role;
use candor::db::schema::{events, staff};
use diesel::prelude::*;

use super::second_factor::app_code;
use crate::support::{Actor, Answer, TestApp};

fn id_of(app: &TestApp, name: &str) -> i64 {
    let id = app.app.db.read_now(|conn| {
        Ok(staff::table
            .filter(staff::name.eq(name))
            .select(staff::id)
            .first(conn)?)
    });
    id.unwrap()
}

fn actions(app: &TestApp) -> Vec<String> {
    let actions = app.app.db.read_now(|conn| {
        Ok(events::table
            .order(events::id)
            .select(events::action)
            .load(conn)?)
    });
    actions.unwrap()
}

/// Presses a button on a member's page.
async fn press(
    app: &TestApp,
    admin: &Actor,
    name: &str,
    what: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let member = format!("/staff/members/{}", id_of(app, name));
    let page = admin.get(&member).await.page();
    admin
        .submit(&page, &format!("{member}/{what}"), fields)
        .await
}

#[actix_web::test]
async fn an_admin_adds_a_member_who_is_welcomed_by_mail_and_can_sign_in() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    let page = admin.get("/staff/members/new").await.page();
    let fields = [
        ("email", "Tess@Example.org"),
        ("name", "Tess"),
        ("role", "supervisor"),
    ];
    let added = admin.submit(&page, "/staff/members/new", &fields).await;
    assert_eq!(added.location(), "/staff/members");
    let list = admin.get("/staff/members").await.page();
    assert!(list.texts("tbody tr")[1].contains("Tess tess@example.org supervisor"));
    assert_eq!(app.mails_to("tess")[0].kind, "staff_added");
    assert_eq!(actions(&app), ["staff.added"]);

    let entered = app
        .sign_in_by_mail(&app.visitor(), "tess@example.org")
        .await;
    assert_eq!(entered.location(), "/sign-in/totp");
    let again = admin.submit(&page, "/staff/members/new", &fields).await;
    again.refuses(
        "email",
        "There is a staff member with this address already.",
    );
}

#[actix_web::test]
async fn a_member_that_lacks_something_is_refused_beside_the_field() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    let empty = admin
        .post("/staff/members/new", &[("email", ""), ("name", " ")])
        .await;
    empty.refuses("email", "Enter an e-mail address");
    empty.refuses("name", "Enter a name");
    let fields = [
        ("email", "tess@example.org"),
        ("name", "Tess"),
        ("role", "king"),
    ];
    let refused = admin.post("/staff/members/new", &fields).await;
    refused.refuses("role", "Choose a role.");
    assert_eq!(refused.attributes("#name", "value"), ["Tess"]);
}

#[actix_web::test]
async fn another_role_ends_the_members_sessions() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    let sam = app.staff("sam", Role::Agent).await;
    sam.get("/account").await.page();
    press(&app, &admin, "sam", "role", &[("role", "auditor")])
        .await
        .location();
    assert_eq!(sam.get("/account").await.status, 303);
    assert_eq!(actions(&app), ["staff.role_changed"]);
}

#[actix_web::test]
async fn a_disabled_member_is_out_at_once_and_back_when_enabled() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    let sam = app.staff("sam", Role::Agent).await;
    press(&app, &admin, "sam", "disable", &[]).await.location();
    assert_eq!(sam.get("/account").await.status, 303);
    let as_person = app.sign_in_by_mail(&sam, "sam@staff.example.org").await;
    assert_eq!(as_person.location(), "/data");
    press(&app, &admin, "sam", "enable", &[]).await.location();
    let as_staff = app
        .sign_in_by_mail(&app.visitor(), "sam@staff.example.org")
        .await;
    assert_eq!(as_staff.location(), "/sign-in/totp");
}

/// An admin who has signed in with both factors, and the secret of their app.
async fn admin_with_app(app: &TestApp) -> (Actor, String) {
    app.staff("root", Role::Admin).await;
    let browser = app.visitor();
    app.sign_in_by_mail(&browser, "root@staff.example.org")
        .await;
    let page = browser.get("/sign-in/totp/set-up").await.page();
    let secret = page.texts("#secret").remove(0);
    let code = app_code(app, &secret, 0);
    let fields = [("code", code.as_str())];
    let done = browser.submit(&page, "/sign-in/totp/set-up", &fields).await;
    assert_eq!(done.status, 200);
    (browser, secret)
}

#[actix_web::test]
async fn an_admins_own_second_factor_takes_their_app_too() {
    let app = TestApp::start();
    let (admin, secret) = admin_with_app(&app).await;
    let path = format!("/staff/members/{}/reset-second-factor", id_of(&app, "root"));
    let page = admin.get(&path).await.page();
    assert!(page.text().contains("It is your own"));
    admin
        .submit(&page, &path, &[("code", "000000")])
        .await
        .refuses("code", "not the code");
    let code = app_code(&app, &secret, 30);
    admin
        .submit(&page, &path, &[("code", &code)])
        .await
        .location();
    assert_eq!(admin.get("/account").await.status, 303);
}

#[actix_web::test]
async fn a_forged_role_is_refused_beside_the_roles() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    app.staff("sam", Role::Agent).await;
    let path = format!("/staff/members/{}/role", id_of(&app, "sam"));
    for fields in [&[("role", "king")][..], &[]] {
        let refused = admin.post(&path, fields).await;
        refused.refuses("role", "Choose one of the roles");
    }
}

#[actix_web::test]
async fn a_reset_second_factor_is_set_up_anew() {
    let app = TestApp::start();
    let (admin, secret) = admin_with_app(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let path = format!("/staff/members/{}/reset-second-factor", id_of(&app, "sam"));
    let page = admin.get(&path).await.page();
    assert!(page.text().contains("Make sure that it is sam who asks"));
    for (typed, said) in [("", "Enter the code"), ("000000", "not the code")] {
        let refused = admin.submit(&page, &path, &[("code", typed)]).await;
        refused.refuses("code", said);
    }
    sam.get("/account").await.page();
    assert_eq!(
        admin.post(&path, &[]).await.status,
        422,
        "one click is not enough"
    );
    let code = app_code(&app, &secret, 30);
    let reset = admin.submit(&page, &path, &[("code", &code)]).await;
    assert!(reset.location().starts_with("/staff/members/"));
    assert_eq!(sam.get("/account").await.status, 303);
    app.sign_in_by_mail(&sam, "sam@staff.example.org").await;
    sam.get("/sign-in/totp/set-up").await.page();
}

#[actix_web::test]
async fn the_last_admin_stays() {
    let app = TestApp::start();
    let admin = app.staff("root", Role::Admin).await;
    for (what, fields) in [("disable", &[][..]), ("role", &[("role", "agent")][..])] {
        let refused = press(&app, &admin, "root", what, fields).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("This is the last admin."));
    }
    admin.get("/staff/members").await.page();
    assert!(actions(&app).is_empty());
    app.staff("second", Role::Admin).await;
    press(&app, &admin, "root", "disable", &[]).await.location();
    assert_eq!(admin.get("/staff/members").await.status, 303);
}

#[actix_web::test]
async fn two_admins_cannot_remove_each_other_at_once() {
    let app = TestApp::start();
    let one = app.staff("one", Role::Admin).await;
    let two = app.staff("two", Role::Admin).await;
    let remove = |name| format!("/staff/members/{}/disable", id_of(&app, name));
    let (first, second) = (remove("two"), remove("one"));
    futures_util::future::join(one.post(&first, &[]), two.post(&second, &[])).await;
    let left = app.app.db.read_now(|conn| {
        let active = staff::table.filter(staff::disabled_at.is_null());
        Ok(active.count().get_result::<i64>(conn)?)
    });
    assert_eq!(left.unwrap(), 1);
}
