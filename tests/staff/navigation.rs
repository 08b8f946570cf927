use std::collections::BTreeSet;

use candor::accounts::model::Role;
use candor::routes::Who;
use candor::web::navigation;

use crate::scene::{ROUTES, Sample};
use crate::support::TestApp;

fn may(role: Role, who: Who) -> bool {
    match who {
        Who::Staff => true,
        Who::CaseReader => role != Role::Admin,
        Who::Overseer => role != Role::Agent,
        Who::Auditor => matches!(role, Role::Auditor | Role::Admin),
        Who::Admin => role == Role::Admin,
        other => panic!("no page of the desk is for {other:?}"),
    }
}

#[actix_web::test]
async fn every_role_finds_each_page_that_it_may_see_in_the_navigation() {
    let app = TestApp::start_with_archive();
    for role in Role::ALL {
        let of_the_desk = ROUTES
            .iter()
            .filter(|it| it.pattern.starts_with("/staff/") && matches!(it.how, Sample::Page(_)))
            .filter(|it| !it.pattern.contains('{') && !it.pattern.ends_with("/new"));
        let seen: BTreeSet<_> = of_the_desk
            .filter(|it| may(*role, it.who))
            .map(|it| it.pattern)
            .collect();
        let linked: BTreeSet<_> = navigation::of(*role, true).map(|(path, _)| path).collect();
        assert_eq!(linked, seen, "{role}");

        let member = app.staff(role.as_str(), *role).await;
        for path in linked {
            let page = member.get(path).await.page();
            let nav = page.attributes(".site-nav a", "href");
            assert!(nav.contains(&path.to_owned()), "{path} for {role}");
        }
    }
}

#[actix_web::test]
async fn the_manual_desk_is_named_only_where_a_system_is_looked_up_by_hand() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/requests").await.page();
    let nav = page.attributes(".site-nav a", "href");
    assert!(nav.contains(&"/staff/notices".to_owned()), "{nav:?}");
    assert!(!nav.contains(&"/staff/manual".to_owned()), "{nav:?}");
}
