//! The demonstration: its source database, its folder, its pages and the command.

mod command;
mod folder;
mod pages;
mod source;
