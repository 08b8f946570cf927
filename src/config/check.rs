//! Checking all settings together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::available_parallelism;

use url::Url;

use super::{Config, DEFAULT_DATABASE, Faults, Settings, addresses::SOURCE};
use crate::keys::Keys;
use crate::register::Register;
use crate::sources::Sources;

const REGISTER: &str = "--register (CANDOR_REGISTER)";

impl Settings {
    /// Checks what the settings name as well: the register, and that each source is one of it.
    pub fn check_whole(&self) -> Result<Config, Faults> {
        let mut faults = Faults::default();
        let config = self.check_into(&mut faults);
        self.check_sources(&mut faults);
        config.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Without a register, addresses are looked at all the same.
    fn check_sources(&self, faults: &mut Faults) {
        let given = self.addresses.check(&mut Faults::default());
        let register = self.check_register(&given, faults).unwrap_or_default();
        let networks = self.outbound_networks.iter();
        let networks: Vec<_> = networks.filter_map(|it| it.trim().parse().ok()).collect();
        // Opened are they without reaching out for any.
        let opened = Sources::open_in(Arc::new(register), &given, &[0; 32], &networks);
        for wrong in opened.err().into_iter().flatten() {
            faults.add(
                SOURCE,
                &wrong,
                "give the address as README has it for its kind",
            );
        }
    }

    fn check_register(&self, given: &[(String, String)], faults: &mut Faults) -> Option<Register> {
        let folder = self.register.display();
        let register = match Register::load(&self.register) {
            Ok((register, _)) => register,
            Err(found) => {
                let first = found.first().map(ToString::to_string);
                let wrong = format!(
                    "the register cannot be used, {} fault(s); the first: {}",
                    found.len(),
                    first.unwrap_or_default()
                );
                let way_out = format!("see all with `candor register check {folder}`");
                faults.add(REGISTER, &wrong, &way_out);
                return None;
            }
        };
        let datasets = register.datasets.iter();
        let named: BTreeSet<_> = datasets.map(|it| it.source.as_str()).collect();
        for (key, _) in given {
            if !named.contains(key.as_str()) {
                let known: Vec<_> = named.iter().copied().collect();
                let wrong = format!("no manifest in {folder} knows the source {key:?}");
                let way_out = format!("the manifests name {}", known.join(", "));
                faults.add(SOURCE, &wrong, &way_out);
            }
        }
        Some(register)
    }

    /// Checks all settings; every fault is told, with its name and the way out.
    pub fn check(&self) -> Result<Config, Faults> {
        let mut faults = Faults::default();
        let config = self.check_into(&mut faults);
        config.ok_or(faults)
    }

    fn check_into(&self, faults: &mut Faults) -> Option<Config> {
        let database_url = self.check_database(faults);
        let connections = self.check_connections(&database_url, faults);
        let bind = faults.parse(
            "--bind (CANDOR_BIND)",
            &self.bind,
            "give an address and a port, such as 127.0.0.1:8080",
        );
        let base_url = check_site("--base-url (CANDOR_BASE_URL)", &self.base_url, faults);
        let monitor = self
            .monitor
            .as_ref()
            .and_then(|url| check_site("--monitor (CANDOR_MONITOR)", url, faults));
        let keys = self.check_keys(faults);
        let sources = self.addresses.check(faults);
        let trusted_proxies = self.trusted_proxies.iter().filter_map(|network| {
            let way_out = "give a network, such as 10.0.0.0/8";
            faults.parse("--trusted-proxy (CANDOR_TRUSTED_PROXIES)", network, way_out)
        });
        let trusted_proxies = trusted_proxies.collect();
        let outbound_networks = self.outbound_networks.iter().filter_map(|network| {
            let way_out = "give a network, such as 10.0.0.0/8";
            faults.parse(
                "--outbound-network (CANDOR_OUTBOUND_NETWORKS)",
                network,
                way_out,
            )
        });
        let outbound_networks = outbound_networks.collect();
        let metrics_bind = self.metrics_bind.as_ref().and_then(|bind| {
            let way_out = "give an address and a port, such as 127.0.0.1:9100";
            faults.parse("--metrics-bind (CANDOR_METRICS_BIND)", bind, way_out)
        });
        let token_file = self.metrics_token_file.as_deref();
        let metrics_token = token_file
            .and_then(|file| faults.read("--metrics-token-file (CANDOR_METRICS_TOKEN_FILE)", file));
        let mail = self.mail.check(faults);
        let laws = self.law.check(faults);
        match (bind, base_url, keys) {
            (Some(bind), Some(base_url), Some(keys)) if faults.is_empty() => Some(Config {
                database_url,
                database_connections: connections,
                bind,
                base_url,
                keys,
                register: self.register.clone(),
                sources,
                trusted_proxies,
                outbound_networks,
                drp_business_id: self.drp_business_id.clone(),
                monitor,
                metrics_bind,
                metrics_token,
                mail,
                laws,
                demo: false,
            }),
            _ => None,
        }
    }

    fn check_database(&self, faults: &mut Faults) -> String {
        let in_file = "--database-url-file (CANDOR_DATABASE_URL_FILE)";
        let (name, url) = match (&self.database_url, &self.database_url_file) {
            (None, Some(file)) => (in_file, faults.read(in_file, file).unwrap_or_default()),
            (Some(_), Some(_)) => {
                let way_out = "give --database-url (CANDOR_DATABASE_URL) or this, and not both";
                faults.add(in_file, "the address is given twice", way_out);
                return String::new();
            }
            (given, None) => (
                "--database-url (CANDOR_DATABASE_URL)",
                given.clone().unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
            ),
        };
        let known = ["sqlite://", "postgres://", "postgresql://"];
        if !url.is_empty() && !known.iter().any(|scheme| url.starts_with(scheme)) {
            let way_out = "start it with sqlite:// or postgres://";
            faults.add(
                name,
                "this is no address of a database that Candor knows",
                way_out,
            );
        }
        url
    }

    fn check_connections(&self, url: &str, faults: &mut Faults) -> u32 {
        let cores =
            available_parallelism().map_or(2, |cores| u32::try_from(cores.get()).unwrap_or(8));
        let default = if url.starts_with("sqlite://") {
            cores + 1
        } else {
            8
        };
        let Some(text) = &self.database_connections else {
            return default;
        };
        let name = "--database-connections (CANDOR_DATABASE_CONNECTIONS)";
        if let Ok(number @ 1..=1000) = text.parse() {
            return number;
        }
        faults.add(
            name,
            &format!("{text:?} is not a number from 1 to 1000"),
            "leave it out, or give 8",
        );
        default
    }

    fn check_keys(&self, faults: &mut Faults) -> Option<Keys> {
        let (name, text) = match (&self.secret_key, &self.secret_key_file) {
            (Some(text), None) => ("--secret-key (CANDOR_SECRET_KEY)", text.clone()),
            (None, Some(file)) => {
                let name = "--secret-key-file (CANDOR_SECRET_KEY_FILE)";
                (name, faults.read(name, file)?)
            }
            (given, _) => {
                let wrong = if given.is_some() {
                    "it is given twice"
                } else {
                    "no master secret is given"
                };
                let way_out = "make one with `candor secret > secret.key` and name that file, once";
                faults.add("--secret-key-file (CANDOR_SECRET_KEY_FILE)", wrong, way_out);
                return None;
            }
        };
        match Keys::from_text(&text) {
            Ok(keys) => Some(keys),
            Err(error) => {
                faults.add(name, &error.to_string(), "make one with `candor secret`");
                None
            }
        }
    }
}

/// The address of a site, without a path.
fn check_site(name: &str, text: &str, faults: &mut Faults) -> Option<Url> {
    let way_out = "give the address as people type it, such as https://privacy.example.org";
    let url: Url = faults.parse(name, text, way_out)?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !is_web || url.path() != "/" || url.query().is_some() {
        faults.add(
            name,
            &format!("{text:?} is not the address of a site"),
            way_out,
        );
    }
    Some(url)
}
