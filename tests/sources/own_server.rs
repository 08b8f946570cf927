//! A PostgreSQL server of a test's own, which it may stop: where its programs are, and the suite uses PostgreSQL.

use std::{
    net::TcpListener,
    os::unix::fs::MetadataExt,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::support::postgres_server;

pub struct OwnServer {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl OwnServer {
    pub fn start() -> Option<Self> {
        postgres_server()?;
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let programs = versions.flatten().map(|it| it.path().join("bin"));
        let programs = programs.filter(|it| it.join("initdb").exists()).max()?;
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            folder: tempfile::tempdir().unwrap(),
            programs,
            port: free.local_addr().unwrap().port(),
        };
        drop(free);
        if is_root()
            && !run(Command::new("chown")
                .arg("postgres")
                .arg(server.folder.path()))
        {
            return None;
        }
        let made = server.program(
            "initdb",
            &[
                "-A",
                "trust",
                "-U",
                "candor",
                "-N",
                "--locale=C",
                "-E",
                "UTF8",
            ],
        );
        let place = server.folder.path().display();
        let options = format!(
            "-p {} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off",
            server.port
        );
        let log = server.folder.path().join("log");
        let start = ["-w", "-o", &options, "-l", log.to_str().unwrap(), "start"];
        (made && server.program("pg_ctl", &start)).then_some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://candor@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it as a power cut would, and starts it again.
    pub fn restart(&self) {
        assert!(self.program("pg_ctl", &["-w", "-m", "immediate", "restart"]));
    }

    /// It refuses to run as root.
    fn program(&self, name: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(name);
        let mut command = Command::new(if is_root() {
            "runuser".as_ref()
        } else {
            path.as_path()
        });
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(path);
        }
        command.arg("-D").arg(self.folder.path().join("data"));
        run(command.args(arguments).current_dir(self.folder.path()))
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.program("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

fn run(command: &mut Command) -> bool {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
}
