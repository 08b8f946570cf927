//! From Markdown to HTML that is safe in a page and fits its look.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, clean_text};
use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

/// Renders events. `ids` holds the id of each heading, in order.
pub(super) fn render<'a>(events: impl Iterator<Item = Event<'a>>, ids: &[String]) -> String {
    let mut page = PageMarks {
        ids: ids.iter(),
        heading: String::new(),
        table: Table::default(),
    };
    let mut html = String::new();
    let events = events.map(|event| page.fit(event));
    pulldown_cmark::html::push_html(&mut html, events);
    SAFE.clean(&html).to_string()
}

/// What may stand in the text of a policy. Pictures may not: the text is the policy.
static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = "a blockquote br code em h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul";
    let mut safe = Builder::empty();
    safe.tags(tags.split(' ').collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("table", ["class", "aria-labelledby"])
        .add_tag_attributes("th", ["scope"])
        .add_tag_attributes("td", ["data-label"]);
    for heading in ["h2", "h3", "h4", "h5", "h6"] {
        safe.add_tag_attributes(heading, ["id"]);
    }
    safe
});

/// Gives headings their ids and tables their headers, and takes the power from HTML.
struct PageMarks<'a> {
    ids: std::slice::Iter<'a, String>,
    /// The id of the heading that was seen last.
    heading: String,
    table: Table,
}

/// On narrow screens a table turns into blocks, in which each cell shows the header of its column.
#[derive(Default)]
struct Table {
    is_head: bool,
    headers: Vec<String>,
    column: usize,
}

impl PageMarks<'_> {
    fn fit<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match event {
            Event::Start(Tag::Heading {
                level,
                classes,
                attrs,
                ..
            }) => {
                self.heading = self.ids.next().cloned().unwrap_or_default();
                Event::Start(Tag::Heading {
                    level: below_the_title(level),
                    id: Some(self.heading.clone().into()),
                    classes,
                    attrs,
                })
            }
            Event::End(TagEnd::Heading(level)) => {
                Event::End(TagEnd::Heading(below_the_title(level)))
            }
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::Table(_)) => {
                self.table = Table::default();
                let named = clean_text(&self.heading);
                raw(format!(
                    "<table class=\"stack\" aria-labelledby=\"{named}\">"
                ))
            }
            Event::End(TagEnd::Table) => raw("</tbody></table>"),
            event => self.table.fit(event),
        }
    }
}

impl Table {
    fn fit<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match event {
            Event::Start(Tag::TableHead) => {
                self.is_head = true;
                raw("<thead><tr>")
            }
            Event::End(TagEnd::TableHead) => {
                self.is_head = false;
                raw("</tr></thead><tbody>")
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                raw("<tr>")
            }
            Event::End(TagEnd::TableRow) => raw("</tr>"),
            Event::Start(Tag::TableCell) => self.open_cell(),
            Event::End(TagEnd::TableCell) => self.close_cell(),
            Event::Text(text) => {
                if let Some(header) = self.headers.last_mut().filter(|_| self.is_head) {
                    header.push_str(&text);
                }
                Event::Text(text)
            }
            other => other,
        }
    }

    fn open_cell<'e>(&mut self) -> Event<'e> {
        if self.is_head {
            self.headers.push(String::new());
            return raw("<th scope=\"col\">");
        }
        match self.headers.get(self.column).filter(|_| self.column > 0) {
            Some(header) => raw(format!("<td data-label=\"{}\">", clean_text(header))),
            None => raw("<th scope=\"row\">"),
        }
    }

    fn close_cell<'e>(&mut self) -> Event<'e> {
        let is_header = self.is_head || self.column == 0;
        self.column += 1;
        raw(if is_header { "</th>" } else { "</td>" })
    }
}

fn raw<'e>(html: impl Into<String>) -> Event<'e> {
    Event::Html(html.into().into())
}

/// The first level is the page's title.
fn below_the_title(level: HeadingLevel) -> HeadingLevel {
    level.max(HeadingLevel::H2)
}
