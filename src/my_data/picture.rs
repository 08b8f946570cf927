//! The overview as a picture: where data come from, what they are, who gets them. The page has the same as a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::ledger::CategoryCard;
use crate::register::SourceKind;

const WIDTH: usize = 960;
const ROW: usize = 44;
const BOX: usize = 34;
const LEFT: (usize, usize) = (0, 220);
const MIDDLE: (usize, usize) = (350, 260);
const RIGHT: (usize, usize) = (740, 220);

/// One column of boxes.
struct Column {
    at: (usize, usize),
    class: &'static str,
    names: Vec<String>,
    top: usize,
}

impl Column {
    fn new(at: (usize, usize), class: &'static str, names: Vec<String>, height: usize) -> Self {
        let top = (height - names.len() * ROW) / 2;
        Column {
            at,
            class,
            names,
            top,
        }
    }

    /// The middle of a box, from the top.
    fn middle(&self, index: usize) -> usize {
        self.top + index * ROW + ROW / 2
    }

    fn draw(&self, svg: &mut String) {
        let (x, width) = self.at;
        for (index, name) in self.names.iter().enumerate() {
            let y = self.middle(index);
            let top = y - BOX / 2;
            let _ = write!(
                svg,
                "<rect class=\"{}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{BOX}\" rx=\"8\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text>",
                self.class,
                x + 12,
                y + 5,
                escaped(name),
            );
        }
    }
}

/// An SVG of flows. The thicker a line, the more records flow (by powers of ten). Who gets no more data is left out.
pub fn draw(cards: &[CategoryCard], gets_data: impl Fn(&str) -> bool) -> String {
    let sources: Vec<SourceKind> = SourceKind::ALL
        .iter()
        .copied()
        .filter(|kind| cards.iter().any(|card| flows_from(card).contains_key(kind)))
        .collect();
    let recipients = recipients(cards, gets_data);
    let rows = sources.len().max(cards.len()).max(recipients.len()).max(1);
    let height = rows * ROW;
    let from = sources
        .iter()
        .map(|kind| in_short(*kind).to_owned())
        .collect();
    let categories = cards
        .iter()
        .map(|card| format!("{}: {}", shortened(&card.title, 22), card.count()));
    let left = Column::new(LEFT, "from", from, height);
    let middle = Column::new(MIDDLE, "what", categories.collect(), height);
    let to = recipients.iter().map(|name| shortened(name, 24)).collect();
    let right = Column::new(RIGHT, "to", to, height);

    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" class=\"flows\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for (index, card) in cards.iter().enumerate() {
        for (kind, count) in flows_from(card) {
            let start = sources
                .iter()
                .position(|known| *known == kind)
                .unwrap_or_default();
            flow(&mut svg, (&left, start), (&middle, index), count);
        }
        for name in &card.recipients {
            if let Some(end) = recipients.iter().position(|known| known == name) {
                flow(&mut svg, (&middle, index), (&right, end), card.count());
            }
        }
    }
    for column in [&left, &middle, &right] {
        column.draw(&mut svg);
    }
    svg.push_str("</svg>");
    svg
}

/// Short enough for its box.
fn in_short(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::You => "You gave it to us",
        SourceKind::Service => "You use the service",
        SourceKind::Partner => "We got it from a partner",
        SourceKind::Derived => "We worked it out",
    }
}

fn flows_from(card: &CategoryCard) -> BTreeMap<SourceKind, u64> {
    let mut flows = BTreeMap::new();
    for line in &card.collections {
        *flows.entry(line.source_kind).or_default() += line.count.unwrap_or_default();
    }
    flows
}

fn recipients(cards: &[CategoryCard], gets_data: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in cards.iter().flat_map(|card| &card.recipients) {
        if gets_data(name) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn flow(
    svg: &mut String,
    (from, start): (&Column, usize),
    (to, end): (&Column, usize),
    count: u64,
) {
    let (x1, y1) = (from.at.0 + from.at.1, from.middle(start));
    let (x2, y2) = (to.at.0, to.middle(end));
    let bend = usize::midpoint(x1, x2);
    let width = 1 + count.checked_ilog10().map_or(0, |power| power + 1) * 2;
    let _ = write!(
        svg,
        "<path d=\"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}\" stroke-width=\"{width}\"/>"
    );
}

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let start: String = text.chars().take(longest - 1).collect();
    format!("{}…", start.trim_end())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
