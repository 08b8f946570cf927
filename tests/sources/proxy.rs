//! A wire to a server that is cut on command, or after so many bytes.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    thread,
};

/// It listens on a port of its own and passes on what comes, both ways.
pub struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    server: String,
    /// Bytes that still pass, of both ways together.
    left: AtomicI64,
    passed: AtomicI64,
    /// Counts cuts and mends, so that what was joined after a cut is not cut by it.
    time: AtomicU64,
    streams: Mutex<Vec<(u64, TcpStream)>>,
}

impl Proxy {
    /// To a server, written `host:port`.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Arc::new(Wire {
            server: server.to_owned(),
            left: AtomicI64::new(i64::MAX),
            passed: AtomicI64::new(0),
            time: AtomicU64::new(0),
            streams: Mutex::default(),
        });
        let own = wire.clone();
        // Ends with the process: it waits for nobody.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                own.join(&client);
            }
        });
        Self { address, wire }
    }

    /// The same URL by way of the wire.
    pub fn url(&self, url: &str) -> String {
        url.replacen(&self.wire.server, &self.address.to_string(), 1)
    }

    /// Cuts every connection, and those that come, when so many bytes more have passed.
    pub fn cut_after(&self, bytes: i64) {
        self.wire.passed.store(0, Ordering::SeqCst);
        self.wire.time.fetch_add(1, Ordering::SeqCst);
        self.wire.left.store(bytes, Ordering::SeqCst);
    }

    /// How many bytes have passed since.
    pub fn passed(&self) -> i64 {
        self.wire.passed.load(Ordering::SeqCst)
    }

    /// Lets everything pass again; what was cut stays so.
    pub fn mend(&self) {
        self.cut_after(i64::MAX);
    }
}

impl Wire {
    fn join(self: &Arc<Self>, client: &TcpStream) {
        let Ok(server) = TcpStream::connect(&self.server) else {
            return;
        };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let copies = |stream: &TcpStream| stream.try_clone().unwrap();
        let now = self.time.load(Ordering::SeqCst);
        let both = [(now, copies(client)), (now, copies(&server))];
        self.streams.lock().unwrap().extend(both);
        for (from, to) in [
            (copies(client), copies(&server)),
            (copies(&server), copies(client)),
        ] {
            let own = self.clone();
            thread::spawn(move || own.pass(from, to));
        }
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let size = i64::try_from(count).unwrap();
            let left = self.left.fetch_sub(size, Ordering::SeqCst);
            let passing = usize::try_from(left.clamp(0, size)).unwrap();
            self.passed.fetch_add(left.clamp(0, size), Ordering::SeqCst);
            if to.write_all(&bytes[..passing]).is_err() || passing < count {
                break;
            }
        }
        let now = self.time.load(Ordering::SeqCst);
        if self.left.load(Ordering::SeqCst) < 0 {
            let mut streams = self.streams.lock().unwrap();
            for (_, stream) in streams.extract_if(.., |(since, _)| *since <= now) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
