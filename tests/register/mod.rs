//! What the organisation declares: manifests as they are in the wild, every fault by name, and one
//! description per field.

mod announced;
mod demo;
mod description;
mod drift;
mod faults;
mod loading;
mod recipients;
mod set_aside;
mod twins;
mod wild;
mod words;
mod written;

use candor::register::{Finding, Register};

const SHOP: &str = include_str!("../data/shop.yml");

/// The shop's register with one text replaced by another.
fn load_with(from: &str, to: &str) -> Result<(Register, Vec<Finding>), Vec<Finding>> {
    assert!(
        SHOP.contains(from),
        "the shop's register does not say {from:?}"
    );
    Register::parse(&[("shop.yml", &SHOP.replacen(from, to, 1))])
}

fn shop() -> Register {
    Register::parse(&[("shop.yml", SHOP)]).unwrap().0
}
