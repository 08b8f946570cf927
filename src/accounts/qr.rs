//! A QR code as the parts of an SVG picture, without any style in it.

use std::fmt::Write;

use anyhow::Context;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code, as readers need them.
const QUIET: usize = 4;

/// A square picture: its side in modules, and the path of the dark ones.
#[derive(Debug)]
pub struct Picture {
    /// With the white around it.
    pub side: usize,
    /// The `d` of a path, one unit a module.
    pub path: String,
}

/// Draws the text; an error if it is too long for any code.
pub fn draw(text: &str) -> anyhow::Result<Picture> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).context("no QR code")?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            write!(path, "M{x} {y}h1v1h-1z").context("no QR code")?;
        }
    }
    Ok(Picture {
        side: width + 2 * QUIET,
        path,
    })
}
