use candor::audit::chain;
use candor::audit::verify::{Break, Mark};
use candor::jobs::worker;

use crate::support::TestApp;
use crate::support::database::postgres_server;

#[actix_web::test]
async fn recorded_events_are_linked_and_whole() {
    let app = TestApp::start();
    app.record_events(5).await;
    let verdict = app.look();
    assert_eq!((verdict.whole, verdict.waiting), (5, 0));
    assert_eq!(verdict.first_break, None);
}

#[actix_web::test]
async fn each_way_of_tampering_is_found_at_its_place() {
    for (sql, expected) in [
        (
            "UPDATE events SET object = 'another' WHERE position = 3",
            Break::Changed(3, 3),
        ),
        (
            "UPDATE events SET person = NULL WHERE position = 1",
            Break::Changed(1, 1),
        ),
        (
            "UPDATE events SET at = '2020-01-01 00:00:00' WHERE position = 5",
            Break::Changed(5, 5),
        ),
        (
            "UPDATE events SET hash = 'made up' WHERE position = 4",
            Break::Changed(4, 4),
        ),
        ("DELETE FROM events WHERE position = 1", Break::Missing(1)),
        ("DELETE FROM events WHERE position = 3", Break::Missing(3)),
        ("DELETE FROM events WHERE position = 5", Break::Missing(5)),
        ("DELETE FROM events", Break::Missing(1)),
        (
            "DELETE FROM events WHERE position = 3; UPDATE events SET position = 3 WHERE position = 4",
            Break::Changed(3, 4),
        ),
        (
            "UPDATE events SET position = 100 WHERE position = 2;
             UPDATE events SET position = 2 WHERE position = 3;
             UPDATE events SET position = 3 WHERE position = 100",
            Break::Changed(2, 3),
        ),
        (
            "UPDATE checkpoints SET hash = 'made up'",
            Break::Checkpoint(5),
        ),
        (
            "UPDATE checkpoints SET signature = 'made up'",
            Break::Checkpoint(5),
        ),
        ("DELETE FROM chain_head", Break::Head(5)),
        ("UPDATE chain_head SET position = 4", Break::Head(4)),
        ("UPDATE chain_head SET signature = ''", Break::Head(5)),
        (
            "DELETE FROM events WHERE position = 5; DELETE FROM checkpoints;
             UPDATE chain_head SET position = 4, hash = (SELECT hash FROM events WHERE position = 4)",
            Break::Head(4),
        ),
        (
            "DELETE FROM events WHERE position = 5; DELETE FROM chain_head",
            Break::Head(4),
        ),
    ] {
        let app = TestApp::start();
        app.record_events(5).await;
        app.tamper(sql).await;
        assert_eq!(app.look().first_break, Some(expected), "{sql}");
    }
}

#[actix_web::test]
async fn a_chain_with_a_false_head_is_not_gone_on_with() {
    let app = TestApp::start();
    app.record_events(3).await;
    app.tamper(
        "DELETE FROM events WHERE position = 3; DELETE FROM checkpoints;
         UPDATE chain_head SET position = 2, hash = (SELECT hash FROM events WHERE position = 2)",
    )
    .await;
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    app.try_sql("INSERT INTO events (at, actor, action, object, detail) VALUES ('2026-01-01 00:00:00', '', '', '', '')")
        .await
        .unwrap();
    let linked = app.app.db.write(move |conn| chain::link(conn, &keys, now));
    let error = linked.await.unwrap_err().to_string();
    assert!(error.contains("altered"), "{error}");
}

#[actix_web::test]
async fn an_older_state_of_everything_is_found_by_a_note_kept_elsewhere() {
    let app = TestApp::start();
    app.record_events(3).await;
    let noted = app.look().end;
    assert_eq!(app.look_with(Some(noted.clone())).first_break, None);

    let ahead = Mark {
        position: noted.position + 2,
        ..noted.clone()
    };
    let found = app.look_with(Some(ahead)).first_break;
    assert_eq!(found, Some(Break::Missing(4)));
    let other = Mark {
        hash: "of another chain".to_owned(),
        ..noted
    };
    let found = app.look_with(Some(other)).first_break;
    assert_eq!(found, Some(Break::Noted(3)));
}

#[actix_web::test]
async fn the_database_refuses_to_change_remove_replace_or_forge_what_is_linked() {
    let app = TestApp::start();
    app.record_events(2).await;
    let mut attempts = vec![
        "UPDATE events SET object = 'another' WHERE id = 1",
        "UPDATE events SET position = NULL, hash = NULL WHERE id = 1",
        "DELETE FROM events WHERE id = 1",
        "DELETE FROM events",
        "UPDATE checkpoints SET hash = 'another'",
        "DELETE FROM checkpoints",
        "DELETE FROM chain_head",
        "INSERT INTO events (at, actor, action, object, detail, position, hash)
         VALUES ('2026-01-01 00:00:00', '', '', '', '', 3, 'made up')",
    ];
    if postgres_server().is_some() {
        attempts.extend([
            "TRUNCATE events",
            "TRUNCATE checkpoints",
            "TRUNCATE chain_head",
        ]);
    } else {
        attempts.extend([
            "INSERT OR REPLACE INTO events (id, at, actor, action, object, detail)
             VALUES (1, '2026-01-01 00:00:00', '', '', '', '')",
            "INSERT OR REPLACE INTO checkpoints (position, hash, signature, at)
             SELECT position, 'another', signature, at FROM checkpoints",
            "INSERT INTO events (at, actor, action, object, detail) VALUES ('2026-01-01 00:00:00', '', '', '', '');
             UPDATE OR REPLACE events SET position = 1, hash = 'made up' WHERE position IS NULL",
        ]);
    }
    for sql in attempts {
        let error = app.try_sql(sql).await.expect_err(sql);
        assert!(error.contains("never"), "{sql}: {error}");
    }
    assert_eq!(app.look().first_break, None);
}

#[actix_web::test]
async fn an_event_cannot_be_changed_before_it_is_linked_either() {
    let app = TestApp::start();
    app.try_sql("INSERT INTO events (at, actor, action, object, detail) VALUES ('2026-01-01 00:00:00', '', '', '', '')")
        .await
        .unwrap();
    assert_eq!(app.look().waiting, 1);
    for sql in [
        "UPDATE events SET object = 'another'",
        "UPDATE events SET object = 'another', position = 1, hash = 'made up'",
        "DELETE FROM events",
    ] {
        let error = app.try_sql(sql).await.expect_err(sql);
        assert!(error.contains("never"), "{sql}: {error}");
    }
}

#[actix_web::test]
async fn several_linkers_beside_recording_make_one_whole_chain() {
    let app = TestApp::start();
    let linker = || async {
        for _ in 0..40 {
            // On SQLite they take turns; on PostgreSQL the second of two stands back.
            worker::link_events(&app.app).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::join!(
        linker(),
        linker(),
        linker(),
        app.record_events(60),
        app.record_events(60)
    );
    worker::link_events(&app.app).await.unwrap();
    let verdict = app.look();
    assert_eq!((verdict.whole, verdict.waiting), (120, 0));
    assert_eq!(verdict.first_break, None);
}
