//! Settings for mail.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use url::{Host, Url};

use super::dkim::{Dkim, read_key};
use super::smtp::{Encryption, Server, Smtp};
use super::transport::{Transport, Way};
use crate::config::{Faults, Site};
use crate::outbound::is_this_machine;

const MAIL: &str = "--mail (CANDOR_MAIL)";
const WAY_OUT: &str = "give smtp://HOST:PORT, smtps://HOST:PORT or folder:PATH";

const MAIL_HELP: &str = "Where mail goes: smtp://HOST:PORT (with STARTTLS), smtps://HOST:PORT, or folder:PATH for \
    files; a server on this machine may do without encryption, as smtp://localhost:25?tls=none";

/// One mail may take so long.
const LIMIT: Duration = Duration::from_mins(1);

/// Where mail goes, and in whose name.
#[derive(Debug, Clone, Default, Args)]
pub struct MailArgs {
    /// Where mail goes: a server, or a folder for files.
    #[arg(long, env = "CANDOR_MAIL", value_name = "ADDRESS", help = MAIL_HELP)]
    pub mail: Option<String>,

    /// The sender of mails, such as "Example Privacy <privacy@example.org>"; by default the contact address
    #[arg(long, env = "CANDOR_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,

    /// The name to log in to the mail server with
    #[arg(long, env = "CANDOR_SMTP_USER", value_name = "NAME")]
    pub smtp_user: Option<String>,

    /// The password to log in to the mail server with
    #[arg(
        long,
        env = "CANDOR_SMTP_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true
    )]
    pub smtp_password: Option<String>,

    /// A file that holds the password, in place of `--smtp-password`
    #[arg(long, env = "CANDOR_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,

    /// A file with the certificate (PEM) of an authority of your own that vouches for the mail server
    #[arg(long, env = "CANDOR_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,

    /// A file with the private key to sign mails with (DKIM): RSA or Ed25519, in PEM
    #[arg(long, env = "CANDOR_DKIM_KEY_FILE", value_name = "FILE")]
    pub dkim_key_file: Option<PathBuf>,

    /// The name under which the DNS has the public key: NAME._domainkey.DOMAIN
    #[arg(
        long,
        env = "CANDOR_DKIM_SELECTOR",
        default_value = "candor",
        value_name = "NAME"
    )]
    pub dkim_selector: String,

    /// The domain that signs; by default that of the sender
    #[arg(long, env = "CANDOR_DKIM_DOMAIN", value_name = "DOMAIN")]
    pub dkim_domain: Option<String>,
}

/// The certificate of an authority, if one is named; or it cannot be used, as was told.
type Authority = Result<Option<Certificate>, Told>;

/// A fault has been told.
struct Told;

/// Settings for mail that have been checked.
pub struct MailSettings {
    way: Way,
    sender: Option<Mailbox>,
    dkim: Option<Dkim>,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailSettings(***)")
    }
}

impl MailSettings {
    /// The address that mails go out from, if it is not the contact address.
    pub fn sender_address(&self) -> Option<String> {
        self.sender.as_ref().map(|it| it.email.to_string())
    }

    /// The way out for mail of that portal.
    pub fn transport(self, site: &Site) -> anyhow::Result<Transport> {
        let sender = match self.sender {
            Some(sender) => sender,
            None => Mailbox::new(
                Some(format!("{} privacy", site.organisation)),
                site.contact.parse()?,
            ),
        };
        let domain = sender.email.domain().to_owned();
        let dkim = self.dkim.map(|dkim| dkim.config(domain));
        Ok(Transport::new(self.way, sender, dkim))
    }
}

impl MailArgs {
    /// What to say when mail must go somewhere and nobody said where.
    pub fn missing() -> Faults {
        let mut faults = Faults::default();
        faults.add(MAIL, "it is not set, and this command sends mail", WAY_OUT);
        faults
    }

    /// Checks them together; none when no way for mail is set, or something is wrong with it.
    pub fn check(&self, faults: &mut Faults) -> Option<MailSettings> {
        let sender = self.mail_from.as_ref().and_then(|sender| {
            let way_out =
                "give an address, or a name and an address as in \"Name <privacy@example.org>\"";
            faults.parse("--mail-from (CANDOR_MAIL_FROM)", sender, way_out)
        });
        let dkim = self.dkim_key_file.as_ref().and_then(|file| {
            let name = "--dkim-key-file (CANDOR_DKIM_KEY_FILE)";
            let key = read_key(&faults.read(name, file)?, name, faults)?;
            Some(Dkim {
                key,
                selector: self.dkim_selector.clone(),
                domain: self.dkim_domain.clone(),
            })
        });
        let way = if let Some(path) = self.mail.as_deref()?.strip_prefix("folder:") {
            check_folder(path, faults)
        } else {
            // Told even where the address is wrong.
            let login = self.check_login(faults);
            let authority = self.check_authority(faults);
            self.check_smtp((login, authority), faults)
        };
        Some(MailSettings {
            way: way?,
            sender,
            dkim,
        })
    }

    fn check_smtp(
        &self,
        (credentials, authority): (Option<Credentials>, Authority),
        faults: &mut Faults,
    ) -> Option<Way> {
        let Ok(url) = self.mail.as_deref()?.parse::<Url>() else {
            // It may hold a password, so it is not repeated.
            faults.add(MAIL, "this address cannot be read", WAY_OUT);
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            let way_out = "use --smtp-user and --smtp-password-file";
            faults.add(MAIL, "the login does not belong into the address", way_out);
            return None;
        }
        let Some(host) = url.host().filter(|_| matches!(url.path(), "" | "/")) else {
            faults.add(MAIL, "this is not the address of a mail server", WAY_OUT);
            return None;
        };
        let (encryption, usual_port) =
            check_encryption(&url, &host_name(&host), authority, faults)?;
        Some(Way::Smtp(Smtp::new(Server {
            host: host_name(&host),
            port: url.port().unwrap_or(usual_port),
            encryption,
            credentials,
            limit: LIMIT,
        })))
    }

    /// The certificate of an authority of one's own, if one is named.
    fn check_authority(&self, faults: &mut Faults) -> Authority {
        let Some(file) = &self.smtp_ca_file else {
            return Ok(None);
        };
        let name = "--smtp-ca-file (CANDOR_SMTP_CA_FILE)";
        let pem = faults.read(name, file).ok_or(Told)?;
        // lettre takes a text without any certificate for an empty list of them.
        let certificate = Some(pem).filter(|pem| pem.contains("BEGIN CERTIFICATE"));
        let certificate = certificate.and_then(|pem| Certificate::from_pem(pem.as_bytes()).ok());
        if certificate.is_none() {
            let way_out = "give a file with -----BEGIN CERTIFICATE-----";
            faults.add(name, "this is no certificate in PEM", way_out);
        }
        certificate.map(Some).ok_or(Told)
    }

    fn check_login(&self, faults: &mut Faults) -> Option<Credentials> {
        let password = match (&self.smtp_password, &self.smtp_password_file) {
            (given, None) => given.clone(),
            (None, Some(file)) => {
                faults.read("--smtp-password-file (CANDOR_SMTP_PASSWORD_FILE)", file)
            }
            (Some(_), Some(_)) => {
                let name = "--smtp-password-file (CANDOR_SMTP_PASSWORD_FILE)";
                faults.add(name, "the password is given twice", "name the file alone");
                None
            }
        };
        match (&self.smtp_user, password) {
            (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password)),
            (None, None) => None,
            (Some(_), None) => {
                // A file that cannot be read has been told already.
                if self.smtp_password_file.is_none() {
                    let name = "--smtp-user (CANDOR_SMTP_USER)";
                    faults.add(name, "a password is missing", "add --smtp-password-file");
                }
                None
            }
            (None, Some(_)) => {
                let name = "--smtp-user (CANDOR_SMTP_USER)";
                faults.add(name, "there is a password, but no name", "add --smtp-user");
                None
            }
        }
    }
}

fn check_encryption(
    url: &Url,
    host: &str,
    authority: Authority,
    faults: &mut Faults,
) -> Option<(Encryption, u16)> {
    let asked: Vec<_> = url.query_pairs().collect();
    let asked: Vec<_> = asked
        .iter()
        .map(|(k, v)| (k.as_ref(), v.as_ref()))
        .collect();
    match (url.scheme(), asked.as_slice()) {
        ("smtp", [] | [("tls", "starttls")]) => Some((
            Encryption::StartTls(tls(host, authority.ok()?, faults)?),
            587,
        )),
        ("smtps", []) | ("smtp" | "smtps", [("tls", "implicit")]) => Some((
            Encryption::Implicit(tls(host, authority.ok()?, faults)?),
            465,
        )),
        ("smtp", [("tls", "none")]) if is_this_machine(host) => Some((Encryption::None, 25)),
        ("smtp", [("tls", "none")]) => {
            let wrong = "mail must not cross a network without encryption";
            faults.add(
                MAIL,
                wrong,
                "leave ?tls=none out, or use a server on this machine",
            );
            None
        }
        ("smtp" | "smtps", _) => {
            let way_out = "after the question mark, give tls=starttls, tls=implicit or tls=none";
            faults.add(MAIL, "it asks for an encryption that is not known", way_out);
            None
        }
        _ => {
            faults.add(MAIL, "this way for mail is not known", WAY_OUT);
            None
        }
    }
}

fn tls(host: &str, authority: Option<Certificate>, faults: &mut Faults) -> Option<TlsParameters> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(certificate) = authority {
        tls = tls.add_root_certificate(certificate);
    }
    match tls.build() {
        Ok(tls) => Some(tls),
        Err(error) => {
            faults.add(MAIL, &error.to_string(), "give the server by its name");
            None
        }
    }
}

fn check_folder(path: &str, faults: &mut Faults) -> Option<Way> {
    let folder = PathBuf::from(path);
    if folder.is_dir() {
        return Some(Way::Folder(folder));
    }
    let wrong = format!("{path:?} is not a folder");
    faults.add(MAIL, &wrong, "make the folder, or name another");
    None
}

fn host_name(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => (*name).to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}
