//! The whole suite in one binary: one module per slice, through the real server.

mod support;

mod ground;
