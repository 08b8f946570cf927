//! What is in the way of an erasure for a while: locks, a deadlock, a full disk, rights that are not given. Then nothing
//! is changed, staff are told why without any data, and the same plan is carried out when it is gone.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use candor::sources::Outcome;

use super::{
    database::Kind,
    trial::{Trial, ada, plan_by},
};

#[test]
fn a_lock_that_is_held_for_too_long_is_given_up() {
    for trial in Trial::on_all() {
        let plan = trial.plan();
        let mut other = trial.other();
        other.run(match trial.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            _ => "BEGIN; SELECT * FROM people WHERE id = 2 FOR UPDATE",
        });

        let start = Instant::now();
        let error = trial.company.sources.execute(&ada(), &plan).unwrap_err();

        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", trial.kind);
        other.run("ROLLBACK");
        trial.is_untouched(&error, "took too long");
        assert!(error.is_temporary());
        trial.completes(&trial.company.sources, &plan);
    }
}

#[test]
fn a_table_that_is_locked_against_readers_is_not_waited_for_without_end() {
    for trial in Trial::on_servers() {
        trial.company.counts(&ada());
        let mut other = trial.other();
        other.run(match trial.kind {
            Kind::MariaDb => "LOCK TABLES notes WRITE",
            _ => "BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE",
        });

        let start = Instant::now();
        let overview = trial.company.sources.overview(&ada());

        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", trial.kind);
        let error = overview[1].counts.as_ref().unwrap_err();
        assert_eq!(error.to_string(), "source `shop`: took too long");
        drop(other);
        assert_eq!(
            trial.company.counts(&ada())["notes"],
            (3, 0),
            "{:?}",
            trial.kind
        );
    }
}

#[test]
fn who_is_chosen_in_a_deadlock_is_as_before_and_tries_again() {
    for trial in Trial::on_servers() {
        let plan = trial.plan();
        let mut other = trial.other();
        other.run("BEGIN");
        other.run(match trial.kind {
            // The one that has changed less is chosen.
            Kind::MariaDb => "INSERT INTO notes SELECT seq, 3, 'x' FROM seq_100_to_900",
            // The one that looks first.
            _ => "SET deadlock_timeout = '20s'",
        });
        other.run("UPDATE people SET happy = NULL WHERE id = 2");

        let sources = trial.company.sources.clone();
        let planned = plan.clone();
        let working = thread::spawn(move || sources.execute(&ada(), &planned));
        other.until_waited_for();
        other.run("UPDATE notes SET text = 'other' WHERE id IN (1, 2, 4)");
        let error = working.join().unwrap().unwrap_err();
        other.run("ROLLBACK");

        trial.is_untouched(&error, "took too long");
        assert!(error.is_temporary());
        trial.completes(&trial.company.sources, &plan);
    }
}

#[test]
fn a_server_whose_disk_is_full_is_tried_again() {
    for trial in Trial::on_servers() {
        let plan = trial.plan();
        let (full, free) = match trial.kind {
            Kind::MariaDb => (
                "CREATE TRIGGER full BEFORE DELETE ON people FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114",
                "DROP TRIGGER full",
            ),
            _ => (
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'no room for ada@example.org' USING ERRCODE = '53100'; END $$;
                 CREATE TRIGGER full_disk BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION full_disk()",
                "DROP TRIGGER full_disk ON people",
            ),
        };
        trial.company.run("shop", full);

        let error = trial.company.sources.execute(&ada(), &plan).unwrap_err();

        trial.is_untouched(&error, "not available (its disk is full)");
        assert!(error.is_temporary());
        trial.company.run("shop", free);
        trial.completes(&trial.company.sources, &plan);
    }
}

/// A small disk of its own, where the suite may have one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self(folder);
        disk.mount("size=400k").then_some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "tmpfs"]);
        command.arg(self.path());
        command.output().is_ok_and(|it| it.status.success())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

/// SQLite on a small disk: its path, and how many notes it holds.
fn on_disk(disk: &Disk) -> String {
    let path = disk.path().join("shop.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, happy BOOLEAN);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER, text TEXT NOT NULL);
        INSERT INTO people VALUES (1, 'ada@example.org', true);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
        INSERT INTO notes SELECT i, 1, hex(randomblob(80)) FROM n;";
    connection
        .execute_batch(&format!("BEGIN; {sql} COMMIT"))
        .unwrap();
    format!("sqlite:{}", path.display())
}

fn notes(url: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(url.trim_start_matches("sqlite:")).unwrap();
    let mut all = connection
        .prepare("SELECT text FROM notes ORDER BY id")
        .unwrap();
    let all = all.query_map([], |row| row.get(0)).unwrap();
    all.map(Result::unwrap).collect()
}

#[test]
fn a_file_on_a_full_disk_is_as_before_and_tried_again() {
    let Some(disk) = Disk::new() else { return };
    let url = on_disk(&disk);
    let sources = Trial::by(&url);
    let plan = plan_by(&sources).unwrap();
    let before = notes(&url);
    let filler = disk.path().join("filler");
    // As much as there is room for.
    let _ = fs::write(&filler, vec![0; 1 << 20]);

    let error = sources.execute(&ada(), &plan).unwrap_err();

    let told = error.to_string();
    assert!(told.starts_with("source `shop`: not available ("), "{told}");
    assert!(error.is_temporary());
    fs::remove_file(&filler).unwrap();
    assert_eq!(notes(&url), before);
    assert!(matches!(
        sources.execute(&ada(), &plan).unwrap(),
        Outcome::Done(_)
    ));
    assert!(notes(&url).iter().all(|it| it == "erased"));
}

#[test]
fn a_file_that_may_only_be_read_is_found_in_and_not_changed() {
    let Some(disk) = Disk::new() else { return };
    let url = on_disk(&disk);
    let plan = plan_by(&Trial::by(&url)).unwrap();
    let before = notes(&url);
    assert!(disk.mount("remount,ro"));

    let sources = Trial::by(&url);
    let found = sources.overview(&ada());
    let error = sources.execute(&ada(), &plan).unwrap_err();

    assert_eq!(found[1].counts.as_ref().unwrap().own, 900);
    assert_eq!(error.to_string(), "source `shop`: may not be written to");
    assert!(!error.is_temporary());
    assert!(disk.mount("remount,rw"));
    assert_eq!(notes(&url), before);
    let outcome = Trial::by(&url).execute(&ada(), &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)));
}

#[test]
fn what_is_wrong_with_an_account_or_a_database_is_told_in_words() {
    for trial in Trial::on_servers() {
        let url = trial.company.url("shop");
        let (server, name) = url.rsplit_once('/').unwrap();
        let user = format!("blind_{}", name.trim_start_matches("candor_source_"));
        let (scheme, place) = (
            url.split(':').next().unwrap(),
            url.rsplit_once('@').unwrap().1,
        );
        let (make, forget) = match trial.kind {
            Kind::MariaDb => (
                format!(
                    "CREATE USER {user}@'%' IDENTIFIED BY 'x'; CREATE TABLE {name}.seen (id INT); GRANT SELECT ON {name}.seen TO {user}@'%'; GRANT INSERT ON {name}.* TO {user}@'%'"
                ),
                format!("DROP USER {user}@'%'"),
            ),
            _ => (
                format!("CREATE ROLE {user} LOGIN PASSWORD 'x'"),
                format!("DROP ROLE {user}"),
            ),
        };
        trial.company.run("shop", &make);
        let told = |url: &str| {
            let overview = Trial::by(url).overview(&ada());
            let error = overview[0].counts.as_ref().unwrap_err();
            error.to_string()
        };

        let no_right = told(&format!("{scheme}://{user}:x@{place}"));
        let nobody = told(&format!("{scheme}://{user}_not:secret@{place}"));
        let no_database = told(&format!("{server}/{name}_not"));

        trial.company.run("shop", &forget);
        let kind = trial.kind;
        assert!(
            no_right.contains("may not be read: its account has no right to it"),
            "{kind:?}: {no_right}"
        );
        assert!(
            nobody.contains("the user name or the password is wrong")
                || nobody.contains("the server does not let this user in"),
            "{kind:?}: {nobody}"
        );
        assert!(!nobody.contains("secret"));
        assert!(
            no_database.contains("the server has no such database"),
            "{kind:?}: {no_database}"
        );
    }
}

#[test]
fn a_user_who_may_only_read_finds_everything_and_changes_nothing() {
    for trial in Trial::on_servers() {
        let plan = trial.plan();
        let url = trial.company.url("shop");
        let name = url.rsplit_once('/').unwrap().1.to_owned();
        let user = format!("reader_{}", name.trim_start_matches("candor_source_"));
        let (_, place) = url.rsplit_once('@').unwrap();
        let (make, give, forget, url) = match trial.kind {
            Kind::MariaDb => (
                format!(
                    "CREATE USER {user}@'%' IDENTIFIED BY 'x'; GRANT SELECT ON {name}.* TO {user}@'%'"
                ),
                format!("GRANT UPDATE, DELETE ON {name}.* TO {user}@'%'"),
                format!("DROP USER {user}@'%'"),
                format!("mysql://{user}:x@{place}"),
            ),
            _ => (
                format!(
                    "CREATE ROLE {user} LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}"
                ),
                format!("GRANT UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}"),
                format!("DROP OWNED BY {user}; DROP ROLE {user}"),
                format!("postgres://{user}:x@{place}"),
            ),
        };
        trial.company.run("shop", &make);
        let sources = Trial::by(&url);

        let found = sources.overview(&ada());
        let error = sources.execute(&ada(), &plan).unwrap_err();

        assert_eq!(found[1].counts.as_ref().unwrap().own, 3, "{:?}", trial.kind);
        trial.is_untouched(&error, "may not be written to");
        assert!(
            !error.is_temporary(),
            "only somebody who gives the right helps"
        );
        trial.company.run("shop", &give);
        trial.completes(&sources, &plan);
        drop(sources);
        trial.company.run("shop", &forget);
    }
}

#[test]
fn connections_may_be_dropped_among_the_tasks_of_a_worker() {
    for trial in Trial::on_servers() {
        let sources = Trial::by(&trial.company.url("shop"));
        assert!(sources.health().iter().all(|it| it.error.is_none()));

        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async move { drop(sources) });
    }
}
