//! Mail over SMTP, with connections that are used again.
//!
//! lettre has a pool of its own, but it cannot tell a refused login from a refused recipient, and it takes
//! back a connection whose mail ran into our time limit, on which the server's next answer would be read as
//! the answer to another mail. Here each step has its own meaning, and such a connection is closed.

use std::error::Error as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::time::timeout;

use super::transport::Refusal;

/// A connection that was idle for longer is closed.
const IDLE_FOR: Duration = Duration::from_secs(20);

/// Saying goodbye may take so long; the server has our mail by then.
const FAREWELL: Duration = Duration::from_secs(1);

/// Whether and when a connection is encrypted.
#[derive(Clone)]
pub enum Encryption {
    /// Never: for a server on the same machine.
    None,
    /// By STARTTLS, before anything else is said; a server without it gets no mail.
    StartTls(TlsParameters),
    /// From the first byte.
    Implicit(TlsParameters),
}

/// The server that passes our mail on.
#[derive(Clone)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when connections are encrypted.
    pub encryption: Encryption,
    /// The login, if it wants one.
    pub credentials: Option<Credentials>,
    /// One mail may take so long, from connecting to the server's last answer.
    pub limit: Duration,
}

/// A server, and the connections to it that are idle.
pub struct Smtp {
    server: Server,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Smtp {
    /// Nothing is connected before there is mail.
    pub fn new(server: Server) -> Self {
        Smtp {
            server,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Hands one mail over.
    pub(super) async fn send(&self, envelope: &Envelope, bytes: &[u8]) -> Result<(), Refusal> {
        let limit = self.server.limit;
        timeout(limit, self.hand_over(envelope, bytes))
            .await
            .unwrap_or_else(|_| {
                let seconds = limit.as_secs();
                let words = format!("The mail server did not take it within {seconds} seconds.");
                Err(Refusal::passing(&words))
            })
    }

    async fn hand_over(&self, envelope: &Envelope, bytes: &[u8]) -> Result<(), Refusal> {
        let mut conn = self.connection().await?;
        match talk(&mut conn, envelope, bytes).await {
            Ok(()) => {
                self.idle().push((conn, Instant::now()));
                Ok(())
            }
            Err(refusal) => {
                close(conn).await;
                Err(refusal)
            }
        }
    }

    /// An idle connection that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Refusal> {
        loop {
            let idle = self.idle().pop();
            let Some((mut conn, since)) = idle else {
                return self.server.connect().await;
            };
            if since.elapsed() < IDLE_FOR && conn.test_connected().await {
                return Ok(conn);
            }
        }
    }

    /// Closes the connections that have been idle for a while.
    pub(super) fn rest(&self) {
        let mut idle = self.idle();
        while let Some(old) = idle.pop_if(|(_, since)| since.elapsed() >= IDLE_FOR) {
            tokio::spawn(close(old.0));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn close(mut conn: AsyncSmtpConnection) {
    // A server that does not even answer QUIT loses the connection all the same.
    let _ = timeout(FAREWELL, conn.abort()).await;
}

impl Server {
    async fn connect(&self) -> Result<AsyncSmtpConnection, Refusal> {
        let hello = ClientId::default();
        let implicit = match &self.encryption {
            Encryption::Implicit(tls) => Some(tls.clone()),
            _ => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut conn = AsyncSmtpConnection::connect_tokio1(address, None, &hello, implicit, None)
            .await
            .map_err(|error| server_refuses("The mail server cannot be reached", &error))?;
        if let Encryption::StartTls(tls) = &self.encryption {
            conn.starttls(tls.clone(), &hello).await.map_err(|error| {
                server_refuses("No encrypted connection to the mail server", &error)
            })?;
        }
        if let Some(credentials) = &self.credentials {
            conn.auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|error| server_refuses("The mail server refuses the login", &error))?;
        }
        Ok(conn)
    }
}

/// A fault between the server and us. However final the server means it, the mail is not to blame: it waits
/// until the settings or the server are mended.
fn server_refuses(what: &str, error: &Error) -> Refusal {
    let reply = reply(error);
    // However the library words it.
    let way_out = if reply.contains("certificate") {
        ". Name the authority that signed it with --smtp-ca-file; a certificate that is an authority itself is not taken \
         for a server's"
    } else {
        ""
    };
    Refusal::passing(&format!("{what}: {reply}{way_out}"))
}

/// A fault of this mail, final if the server says so (5xx).
fn mail_refused(what: &str, error: &Error) -> Refusal {
    let words = format!("{what}: {}", reply(error));
    if error.is_permanent() {
        Refusal::lasting(&words)
    } else {
        Refusal::passing(&words)
    }
}

fn reply(error: &Error) -> String {
    match (error.status(), error.source()) {
        (Some(code), Some(text)) => format!("{code} {text}"),
        _ => error.to_string(),
    }
}

async fn talk(
    conn: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<(), Refusal> {
    let options = mail_options(conn, envelope, bytes)?;
    conn.command(Mail::new(envelope.from().cloned(), options))
        .await
        .map_err(|error| server_refuses("The mail server refuses our sender address", &error))?;
    for recipient in envelope.to() {
        conn.command(Rcpt::new(recipient.clone(), Vec::new()))
            .await
            .map_err(|error| mail_refused("The mail server refuses the recipient", &error))?;
    }
    let refused = |error| mail_refused("The mail server refuses the mail", &error);
    conn.command(Data).await.map_err(refused)?;
    let answer = conn.message(bytes).await.map_err(|error| {
        if error.is_permanent() || error.is_transient() {
            mail_refused("The mail server refuses the mail", &error)
        } else {
            server_refuses(
                "The mail server took the mail and did not confirm it",
                &error,
            )
        }
    })?;
    confirm(&answer)
}

/// Only a 2xx answer to the whole message means that the server answers for it from now on.
fn confirm(answer: &Response) -> Result<(), Refusal> {
    if answer.code().severity == Severity::PositiveCompletion {
        Ok(())
    } else {
        Err(Refusal::passing(
            "The mail server did not confirm that it has the mail.",
        ))
    }
}

fn mail_options(
    conn: &AsyncSmtpConnection,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<Vec<MailParameter>, Refusal> {
    let can = |extension| conn.server_info().supports_feature(extension);
    let mut options = Vec::new();
    let mut addresses = envelope.to().iter().chain(envelope.from());
    if !addresses.all(|address| address.to_string().is_ascii()) {
        if !can(Extension::SmtpUtfEight) {
            return Err(Refusal::lasting(
                "The mail server cannot take an address with letters like these.",
            ));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() && can(Extension::EightBitMime) {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(options)
}
