//! Where calls may go, and which hosts are left alone.

use std::time::{Duration, Instant};

use candor::outbound::public::is_public;
use candor::outbound::resting::{RESTS_FOR, Resting};

#[test]
fn a_host_rests_after_a_call_in_vain_and_is_tried_by_one_then() {
    let (resting, patience, now) = (Resting::default(), Duration::from_secs(10), Instant::now());
    let may_try = |host, at| resting.may_try(host, patience, at);
    assert!(may_try("one", now) && may_try("one", now));
    resting.rest("one".to_owned(), now);
    assert!(!may_try("one", now) && may_try("other", now));
    let over = now + RESTS_FOR;
    assert!(may_try("one", over), "one finds out");
    assert!(!may_try("one", over), "and the others wait for it");
    resting.wake("one");
    assert!(may_try("one", over) && may_try("one", over));
}

#[test]
fn only_addresses_of_the_public_internet_are_public() {
    for public in [
        "93.184.216.34",
        "1.1.1.1",
        "2606:4700::1111",
        "2a00:1450::1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for other in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ] {
        assert!(!is_public(other.parse().unwrap()), "{other}");
    }
}
