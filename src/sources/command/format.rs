//! Columns of text.

use std::fmt;

use serde_json::Value as Json;

/// The widest that a cell may be.
const WIDTH: usize = 40;

/// Rows under headings, as wide as they need to be.
pub(super) struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            headings: headings.into_iter().map(str::to_owned).collect(),
            rows: Vec::new(),
        }
    }

    /// Cells from the left; those that are left out are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// A cell for each heading.
    pub fn row_of(&mut self, cell: impl Fn(&str) -> String) {
        let cells = self.headings.iter().map(|heading| cell(heading)).collect();
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.headings).chain(&self.rows);
        let width = |at: usize| {
            let cells = all().filter_map(|row| row.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.headings.len()).map(width).collect();
        for row in all() {
            let cells = row.iter().zip(&widths);
            let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A value in one line, cut where it is too long.
pub(super) fn cell(json: &Json) -> String {
    let text = match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Object(object) if object.len() == 1 && object.contains_key("held") => {
            format!("({})", object["held"].as_str().unwrap_or_default())
        }
        other => other.to_string(),
    };
    let text: String = text
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .collect();
    if text.chars().count() > WIDTH {
        text.chars().take(WIDTH - 1).chain(['…']).collect()
    } else {
        text
    }
}
