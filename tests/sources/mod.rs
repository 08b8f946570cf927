//! The company's databases: finding, showing, correcting and erasing on small databases made for the purpose.

mod archive;
mod command;
mod company;
mod correcting;
mod database;
mod drift;
mod erasing;
mod executing;
mod fides;
mod files;
mod files_trouble;
mod finding;
mod http;
mod http_trouble;
mod keys;
mod masking;
mod names;
mod nested;
mod pages;
mod postgres;
mod random;
mod sample;
mod service;
mod sharing;
mod trouble;
mod world;
