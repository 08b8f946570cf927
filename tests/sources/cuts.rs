//! Connections that are cut, sessions that are ended and servers that go: whatever was under way is done whole or not
//! at all, and done when it is tried again.

use std::thread;

use candor::sources::{Outcome, SourceError};

use super::{
    own_server::OwnServer,
    proxy::Proxy,
    trial::{Trial, ada, is_lost, plan_by},
};

/// So many bytes pass before the cut: more and more, until everything does.
fn growing() -> impl Iterator<Item = i64> {
    (0..).map(|at| 40 * at * (at + 1) / 2)
}

fn wired(trial: &Trial) -> (Proxy, candor::sources::Sources) {
    let url = trial.company.url("shop");
    let (_, place) = url.rsplit_once('@').unwrap();
    let (server, _) = place.split_once('/').unwrap();
    let proxy = Proxy::to(server);
    let sources = Trial::by(&proxy.url(&url));
    (proxy, sources)
}

#[test]
fn a_search_that_is_cut_anywhere_tells_so_and_finds_no_less() {
    for trial in Trial::on_servers() {
        let (proxy, sources) = wired(&trial);
        let mut lost = 0;
        for bytes in growing() {
            proxy.cut_after(bytes);
            let overview = sources.overview(&ada());
            let is_whole = proxy.passed() < bytes;
            for (summary, own) in overview.iter().zip([2, 3]) {
                match &summary.counts {
                    Ok(counts) if !summary.is_partial => {
                        assert_eq!((counts.own, counts.shared), (own, 0), "{:?}", trial.kind);
                    }
                    Ok(_) => lost += 1,
                    Err(error) => {
                        assert!(is_lost(error), "{:?} after {bytes}: {error}", trial.kind);
                        lost += 1;
                    }
                }
            }
            proxy.mend();
            let again = sources.overview(&ada());
            let own: Vec<_> = again
                .iter()
                .map(|it| it.counts.as_ref().unwrap().own)
                .collect();
            assert_eq!(own, [2, 3], "{:?} after {bytes}", trial.kind);
            if is_whole {
                break;
            }
        }
        assert!(lost > 3, "{:?}: {lost}", trial.kind);
    }
}

#[test]
fn an_erasure_that_is_cut_anywhere_is_done_whole_or_not_at_all_and_then_done() {
    for trial in Trial::on_servers() {
        let (proxy, sources) = wired(&trial);
        let (mut undone, mut unanswered) = (0, 0);
        for bytes in growing() {
            let plan = plan_by(&sources).unwrap();
            proxy.cut_after(bytes);
            let outcome = sources.execute(&ada(), &plan);
            let is_whole = proxy.passed() < bytes;
            match &outcome {
                Ok(outcome) => assert!(matches!(outcome, Outcome::Done(_)), "{:?}", trial.kind),
                // It was committed, and the answer was lost.
                Err(error) if trial.is_done() => {
                    assert!(is_lost(error), "{:?} after {bytes}: {error}", trial.kind);
                    unanswered += 1;
                }
                Err(error) => {
                    assert!(is_lost(error), "{:?} after {bytes}: {error}", trial.kind);
                    assert_eq!(trial.company.dump("shop"), trial.before, "after {bytes}");
                    undone += 1;
                }
            }
            proxy.mend();
            trial.completes(&sources, &plan);
            trial.reset();
            if is_whole {
                break;
            }
        }
        assert!(undone > 5, "{:?}: {undone}, {unanswered}", trial.kind);
    }
}

/// Carries a plan out while somebody holds a lock on what is to be changed, and does something meanwhile.
fn meanwhile(trial: &Trial, does: impl FnOnce()) -> Result<Outcome, SourceError> {
    let sources = Trial::by(&trial.company.url("shop"));
    let plan = trial.plan();
    let mut other = trial.other();
    other.run("BEGIN; SELECT * FROM people WHERE id = 2 FOR UPDATE");
    let working = thread::spawn(move || sources.execute(&ada(), &plan));
    other.until_waited_for();
    does();
    drop(other);
    working.join().unwrap()
}

#[test]
fn a_session_that_the_server_ends_in_an_erasure_leaves_nothing_behind() {
    for trial in Trial::on_servers() {
        let plan = trial.plan();

        let error = meanwhile(&trial, || trial.company.cut("shop")).unwrap_err();

        assert!(is_lost(&error), "{:?}: {error}", trial.kind);
        assert_eq!(trial.company.dump("shop"), trial.before, "{:?}", trial.kind);
        trial.completes(&trial.company.sources, &plan);
    }
}

#[test]
fn sessions_that_the_server_ends_between_two_searches_are_not_noticed() {
    for trial in Trial::on_servers() {
        let sources = Trial::by(&trial.company.url("shop"));
        for _ in 0..3 {
            let overview = sources.overview(&ada());
            let own: Vec<_> = overview
                .iter()
                .map(|it| it.counts.as_ref().unwrap().own)
                .collect();
            assert_eq!(own, [2, 3], "{:?}", trial.kind);
            trial.company.cut("shop");
        }
    }
}

#[test]
fn a_server_that_is_stopped_and_started_in_an_erasure_leaves_nothing_behind() {
    for server in OwnServer::all() {
        let trial = Trial::at(&server);
        let plan = trial.plan();

        let error = meanwhile(&trial, || server.restart()).unwrap_err();

        assert!(is_lost(&error), "{:?}: {error}", trial.kind);
        assert_eq!(trial.company.dump("shop"), trial.before, "{:?}", trial.kind);
        trial.completes(&trial.company.sources, &plan);
    }
}
