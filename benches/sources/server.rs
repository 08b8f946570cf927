//! The same access request on a PostgreSQL server.

use std::collections::BTreeMap;

use tokio_postgres::NoTls;

use super::process::{in_turns, tell};
use super::{rounds, sample};

pub fn access(server: &str, size: u64) {
    let name = format!("candor_bench_{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let connect = |url: &str| {
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client
        })
    };
    let (base, _) = server.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}");
    let admin = connect(server);
    let create = format!("CREATE DATABASE {name}");
    runtime.block_on(admin.batch_execute(&create)).unwrap();
    let client = connect(&url);
    let filled = client.batch_execute(sample::POSTGRES);
    runtime.block_on(filled).unwrap();
    {
        let opened = sample::sources(&url);
        let mut known = BTreeMap::new();
        let by_hand = || {
            let rows = runtime.block_on(sample::by_hand_on_postgres(&client, &mut known));
            assert_eq!(rows, sample::ROWS);
        };
        let ours = || assert_eq!(sample::ours(&opened), sample::ROWS);
        let (hand, own) = in_turns(rounds(size), by_hand, ours);
        tell(hand, own, "at most 1.5");
    }
    drop(client);
    let drop_it = format!("DROP DATABASE {name} WITH (FORCE)");
    runtime.block_on(admin.batch_execute(&drop_it)).unwrap();
}
