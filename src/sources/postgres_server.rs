//! Where a PostgreSQL server is, and whether what goes there and back is encrypted.

use std::{net::IpAddr, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    CancelToken, Client, Config, Error, NoTls,
    config::{Host, SslMode},
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::outbound::is_this_machine;

/// A server, and how connections to it are made.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// What a URL says of encryption, which the driver does not read itself.
#[derive(Default)]
struct Wish<'a> {
    mode: Option<&'a str>,
    root: Option<&'a str>,
}

impl Server {
    /// `postgres://user:password@host:port/database`. To another machine the connection is encrypted, and the server's
    /// certificate checked against well-known authorities and those of `?sslrootcert=FILE`; `?sslmode=disable` and
    /// `?sslmode=require` say otherwise. The sentences do not repeat the URL, as it may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (rest, wish) = divided(url);
        let config: Result<Config, _> = rest.parse();
        let mut config =
            config.map_err(|_| "the URL is not of the form postgres://user@host/database")?;
        config.application_name("candor");
        let is_encrypted = match wish.mode {
            None | Some("prefer") => !is_local(&config),
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            Some(_) => {
                return Err(
                    "sslmode may be disable, require or verify-full; the last two mean the same here: the server's \
                     certificate is always checked"
                        .to_owned(),
                );
            }
        };
        config.ssl_mode(if is_encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        let tls = is_encrypted.then(|| trusting(wish.root)).transpose()?;
        Ok(Self {
            config,
            tls: tls.map(MakeRustlsConnect::new),
        })
    }

    /// A connection, which a task of its own keeps up.
    pub async fn connect(&self) -> Result<Client, Error> {
        match &self.tls {
            Some(tls) => self.connect_by(tls.clone()).await,
            None => self.connect_by(NoTls).await,
        }
    }

    async fn connect_by<T>(&self, tls: T) -> Result<Client, Error>
    where
        T: MakeTlsConnect<tokio_postgres::Socket, Stream: Send + 'static>,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<tokio_postgres::Socket>>::Future: Send,
    {
        let (client, connection) = self.config.connect(tls).await?;
        // Its errors are those of the statement that is under way.
        tokio::spawn(connection);
        Ok(client)
    }

    /// Asks the server to stop what a connection is at.
    pub async fn cancel(&self, token: CancelToken) -> Result<(), Error> {
        match &self.tls {
            Some(tls) => token.cancel_query(tls.clone()).await,
            None => token.cancel_query(NoTls).await,
        }
    }
}

/// The URL without what the driver does not know, and that.
fn divided(url: &str) -> (String, Wish<'_>) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut wish = Wish::default();
    let known = query.split('&').filter(|pair| match pair.split_once('=') {
        Some(("sslmode", mode)) => {
            wish.mode = Some(mode);
            false
        }
        Some(("sslrootcert", file)) => {
            wish.root = Some(file);
            false
        }
        _ => !pair.is_empty(),
    });
    let known: Vec<_> = known.collect();
    let rest = if known.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", known.join("&"))
    };
    (rest, wish)
}

/// Trusts well-known authorities, and those of a file.
fn trusting(file: Option<&str>) -> Result<ClientConfig, String> {
    let known = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    let mut roots: RootCertStore = known.collect();
    if let Some(file) = file {
        let file = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
        let wrong = || format!("{file} of sslrootcert holds no certificate in PEM");
        let certificates = CertificateDer::pem_file_iter(Path::new(&*file));
        let certificates =
            certificates.map_err(|_| format!("{file} of sslrootcert cannot be read"))?;
        let mut count = 0;
        for certificate in certificates {
            let certificate = certificate.map_err(|_| wrong())?;
            roots.add(certificate).map_err(|_| wrong())?;
            count += 1;
        }
        if count == 0 {
            return Err(wrong());
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Whether what is sent stays on this machine.
fn is_local(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => is_this_machine(name),
        Host::Unix(_) => true,
    };
    let mut addresses = config.get_hostaddrs().iter();
    config.get_hosts().iter().all(is_here) && addresses.all(IpAddr::is_loopback)
}
