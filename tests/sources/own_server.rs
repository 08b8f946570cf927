//! Servers of a test's own, which it may stop: where their programs are, and the suite uses such servers.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use super::{database::Kind, maria};
use crate::support::{free_address, postgres_server};

pub struct OwnServer {
    pub kind: Kind,
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    /// Of MariaDB, which does not go to the background by itself.
    process: Mutex<Option<Child>>,
}

/// Who may do what on MariaDB.
const ACCOUNT: &str = "CREATE USER IF NOT EXISTS candor@'%' IDENTIFIED BY 'candor';
GRANT ALL ON *.* TO candor@'%' WITH GRANT OPTION;
";

impl OwnServer {
    /// One of each kind that can be started here.
    pub fn all() -> impl Iterator<Item = Self> {
        let kinds = [Kind::Postgres, Kind::MariaDb];
        kinds.into_iter().filter_map(|kind| Self::start(kind, None))
    }

    /// The same, which answer encrypted too, with a certificate for that name alone.
    pub fn all_encrypted(name: &str) -> impl Iterator<Item = Self> {
        let kinds = [Kind::Postgres, Kind::MariaDb];
        kinds
            .into_iter()
            .filter_map(move |kind| Self::start(kind, Some(name)))
    }

    fn start(kind: Kind, certified: Option<&str>) -> Option<Self> {
        let programs = if kind == Kind::Postgres {
            postgres_server()?;
            let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
            let programs = versions.flatten().map(|it| it.path().join("bin"));
            programs.filter(|it| it.join("initdb").exists()).max()?
        } else {
            maria::server()?;
            let mut places = ["/usr/sbin", "/usr/bin"].into_iter().map(PathBuf::from);
            places.find(|it| it.join("mariadbd").exists())?
        };
        let server = Self {
            kind,
            folder: tempfile::tempdir().unwrap(),
            programs,
            port: free_address().port(),
            process: Mutex::default(),
        };
        if let Some(name) = certified {
            certify(server.path(), name);
        }
        let is_up = match kind {
            Kind::Postgres => server.make_postgres(),
            _ => server.make_mariadb() && server.run_mariadb(),
        };
        is_up.then_some(server)
    }

    /// The certificate of whoever vouches for the server.
    pub fn authority(&self) -> PathBuf {
        self.path().join("authority.pem")
    }

    /// Where databases are made.
    pub fn url(&self) -> String {
        match self.kind {
            Kind::Postgres => format!("postgres://candor@127.0.0.1:{}/postgres", self.port),
            _ => format!("mysql://candor:candor@127.0.0.1:{}/", self.port),
        }
    }

    /// A database that is there from the start.
    pub fn database_url(&self) -> String {
        match self.kind {
            Kind::Postgres => self.url(),
            _ => self.url() + "mysql",
        }
    }

    /// Stops it as a power cut would, and starts it again.
    pub fn restart(&self) {
        if self.kind == Kind::Postgres {
            assert!(self.postgres("pg_ctl", &["-w", "-m", "immediate", "restart"]));
        } else {
            self.stop_mariadb();
            assert!(self.run_mariadb());
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn make_postgres(&self) -> bool {
        // It refuses to run as root.
        let mut own = Command::new("chown");
        own.arg("-R").arg("postgres").arg(self.path());
        let owned = !is_root() || run(&mut own);
        let made = [
            "-A",
            "trust",
            "-U",
            "candor",
            "-N",
            "--locale=C",
            "-E",
            "UTF8",
        ];
        let place = self.path().display();
        let options = format!(
            "-p {} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off{}",
            self.port,
            if self.authority().exists() {
                format!(
                    " -c ssl=on -c ssl_cert_file={place}/certificate.pem -c ssl_key_file={place}/key.pem"
                )
            } else {
                String::new()
            }
        );
        let log = self.path().join("log");
        let start = ["-w", "-o", &options, "-l", log.to_str().unwrap(), "start"];
        owned && self.postgres("initdb", &made) && self.postgres("pg_ctl", &start)
    }

    fn postgres(&self, name: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(name);
        let mut command = Command::new(if is_root() {
            "runuser".as_ref()
        } else {
            path.as_path()
        });
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(path);
        }
        command.arg("-D").arg(self.path().join("data"));
        run(command.args(arguments).current_dir(self.path()))
    }

    fn make_mariadb(&self) -> bool {
        fs::write(self.path().join("account.sql"), ACCOUNT).unwrap();
        let mut command = Command::new("mariadb-install-db");
        run(self
            .mariadb(&mut command)
            .args(["--skip-test-db", "--auth-root-authentication-method=normal"]))
    }

    fn run_mariadb(&self) -> bool {
        let mut command = Command::new(self.programs.join("mariadbd"));
        let here = |name: &str| self.path().join(name).display().to_string();
        let command = self.mariadb(&mut command).args([
            format!("--port={}", self.port),
            format!("--socket={}", here("socket")),
            format!("--pid-file={}", here("pid")),
            format!("--init-file={}", here("account.sql")),
        ]);
        let command = command.args(["--bind-address=127.0.0.1", "--skip-log-bin"]);
        if self.authority().exists() {
            command.args([
                format!("--ssl-cert={}", here("certificate.pem")),
                format!("--ssl-key={}", here("key.pem")),
            ]);
        }
        let started = silent(command).spawn();
        *self.process.lock().unwrap() = started.ok();
        let mut tries = 0..300;
        tries.any(|_| {
            thread::sleep(Duration::from_millis(100));
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        })
    }

    fn mariadb<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.arg("--no-defaults");
        command.arg(format!("--datadir={}", self.path().join("data").display()));
        if is_root() {
            command.arg("--user=root");
        }
        command
    }

    fn stop_mariadb(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            let _ = (process.kill(), process.wait());
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres {
            self.postgres("pg_ctl", &["-m", "immediate", "stop"]);
        } else {
            self.stop_mariadb();
        }
    }
}

/// Writes a key, a certificate for that name, and that of an authority that has issued it.
fn certify(folder: &Path, name: &str) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    for (file, text) in [
        ("authority.pem", authority.pem()),
        ("certificate.pem", certificate.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        let path = folder.join(file);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

fn silent(command: &mut Command) -> &mut Command {
    let command = command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null())
}

fn run(command: &mut Command) -> bool {
    silent(command).status().is_ok_and(|it| it.success())
}
