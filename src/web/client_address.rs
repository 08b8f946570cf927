//! Where a request comes from, through the proxies that the settings trust.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};

use crate::config::Site;

/// The address of the client: the peer's, or, when the peer is a trusted proxy, the last hop of
/// `X-Forwarded-For` or `Forwarded` that is not one.
///
/// A proxy that sets one of these headers passes the other one on as the client sent it. So when both are
/// there and do not agree, neither is believed.
pub fn client_address(request: &HttpRequest, site: &Site) -> IpAddr {
    let nobody = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let peer = request
        .peer_addr()
        // A socket for both families writes IPv4 peers as IPv6.
        .map_or(nobody, |peer| peer.ip().to_canonical());
    if !is_trusted(peer, site) {
        return peer;
    }
    let hops = |name, read: fn(&str) -> Option<IpAddr>| {
        let values = header_values(request.headers(), &name);
        values.map(|values| last_untrusted(peer, &values, read, site))
    };
    let by_x_forwarded_for = hops(HeaderName::from_static("x-forwarded-for"), plain_address);
    let by_forwarded = hops(FORWARDED, forwarded_address);
    match (by_x_forwarded_for, by_forwarded) {
        (Some(one), Some(other)) if one != other => peer,
        (one, other) => one.or(other).unwrap_or(peer),
    }
}

/// What a limit per client counts: one IPv6 customer has 2^64 addresses, which are one client.
pub fn client_network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

fn is_trusted(address: IpAddr, site: &Site) -> bool {
    let networks = &site.trusted_proxies;
    networks.iter().any(|network| network.contains(&address))
}

/// All values of a header, in one line as if they had been sent so.
fn header_values(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Walks back from the peer. What a trusted proxy wrote is believed; an unreadable hop ends the walk.
fn last_untrusted(
    peer: IpAddr,
    hops: &str,
    read: fn(&str) -> Option<IpAddr>,
    site: &Site,
) -> IpAddr {
    let mut known = peer;
    for hop in hops.rsplit(',') {
        let Some(address) = read(hop.trim()) else {
            return known;
        };
        known = address;
        if !is_trusted(known, site) {
            return known;
        }
    }
    known
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn plain_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .or_else(|_| text.parse().map(|with_port: SocketAddr| with_port.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// The `for=` of one element of RFC 7239: `for="[2001:db8::1]:80";proto=https`.
fn forwarded_address(element: &str) -> Option<IpAddr> {
    let is_for = |pair: &&str| {
        pair.get(..4)
            .is_some_and(|name| name.eq_ignore_ascii_case("for="))
    };
    let pair = element.split(';').map(str::trim).find(is_for)?;
    plain_address(pair[4..].trim_matches('"'))
}
