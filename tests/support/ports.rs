//! Where a process serves that a test starts, and starts again.

use std::net::{SocketAddr, TcpListener};

use rand::Rng;

/// An address where nobody listens. Its port is below those that the system gives to whoever calls (from 32768 on), or
/// a call of another test could have it by the time that the process starts.
pub fn free_address() -> SocketAddr {
    let mut chance = rand::rng();
    let mut addresses = std::iter::repeat_with(|| {
        SocketAddr::from(([127, 0, 0, 1], chance.random_range(10_000..32_000)))
    });
    let free = addresses.find(|address| TcpListener::bind(address).is_ok());
    free.expect("the addresses do not end")
}
