//! The portal without a server, in the process of a benchmark.

use std::path::{Path, PathBuf};

use candor::app::App;
use candor::config::Config;
use candor::keys::Keys;
use candor::law::Laws;

/// With its database in a folder, the manifests of another, and these sources by key and address.
pub fn open(folder: &Path, register: PathBuf, sources: Vec<(String, String)>) -> App {
    let config = Config {
        database_url: format!("sqlite://{}", folder.join("portal.db").display()),
        database_connections: 4,
        bind: "127.0.0.1:0".parse().unwrap(),
        base_url: "http://localhost".parse().unwrap(),
        keys: Keys::new([7; 32]),
        register,
        sources,
        trusted_proxies: Vec::new(),
        outbound_networks: vec!["127.0.0.0/8".parse().unwrap()],
        drp_business_id: None,
        monitor: None,
        metrics_bind: None,
        metrics_token: None,
        mail: None,
        laws: Laws::built_in(),
        demo: false,
    };
    config.migrate().unwrap();
    App::open(config).unwrap()
}
