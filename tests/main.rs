//! The whole suite in one binary: one module per slice, through the real server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod scene;
mod support;

mod access;
mod accounts;
mod api;
mod audit;
mod browser;
mod choices;
mod config;
mod days;
mod db;
mod demo;
mod disclosures;
mod documents;
mod drp;
mod ground;
mod insights;
mod jobs;
mod keys;
mod kill;
mod law;
mod leaving;
mod links;
mod look;
mod mail;
mod manual;
mod migrations;
mod monitors;
mod my_data;
mod numbers;
mod operations;
mod outbound;
mod packages;
mod plans;
mod policy;
mod programs;
mod register;
mod reports;
mod requests;
mod retention;
mod set_aside;
mod shown;
mod sources;
mod staff;
mod texts;
mod variables;
mod web;
