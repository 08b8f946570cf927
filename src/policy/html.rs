//! From Markdown to HTML that is safe in a page and fits its look.
//!
//! Links to sites of others lead to the page before them ([`crate::leaving`]). Each portal signs these for itself, so
//! they are put in when the page is shown.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, clean_text};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd};
use url::Url;

use crate::web::{Page, navigation};

/// The scheme by which links to sites of others are known until the page is shown, each with its number.
const OUT: &str = "leaving:";

/// How a link starts, up to where it leads.
const START: &str = "<a href=\"";

/// HTML for a page.
#[derive(Debug, Clone, Default)]
pub struct Html {
    /// What stands before each link to a site of others, and where it leads.
    before: Vec<(String, String)>,
    rest: String,
}

impl Html {
    /// As it stands in a page.
    pub fn on(&self, page: &Page) -> String {
        let mut html = String::new();
        for (before, url) in &self.before {
            html.push_str(before);
            html.push_str(START);
            html.push_str(&clean_text(&page.leaving(url)));
            html.push('"');
        }
        html.push_str(&self.rest);
        if page.is_for_staff() {
            return without_shut(&html);
        }
        html
    }

    /// Divides what was rendered at its links to these sites.
    fn divide(html: &str, sites: &[String]) -> Html {
        let mut divided = Html::default();
        let mut rest = html;
        for (number, url) in sites.iter().enumerate() {
            // No text and no attribute can hold the sign that opens a tag and a quotation mark as they are.
            let link = format!("{START}{OUT}{number}\"");
            let Some((before, after)) = rest.split_once(&link) else {
                continue;
            };
            divided.before.push((before.to_owned(), url.clone()));
            rest = after;
        }
        rest.clone_into(&mut divided.rest);
        divided
    }
}

/// The words of links to pages of people, without the links: staff cannot open them.
fn without_shut(html: &str) -> String {
    let mut parts = html.split(START);
    let mut open = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let link = part.split_once('"');
        let shut = link.filter(|(path, _)| navigation::is_for_people(path));
        let words = shut.and_then(|(_, rest)| rest.split_once('>')?.1.split_once("</a>"));
        if let Some((words, after)) = words {
            open.push_str(words);
            open.push_str(after);
        } else {
            open.push_str(START);
            open.push_str(part);
        }
    }
    open
}

/// Renders events. `ids` holds the id of each heading, in order.
pub(super) fn render<'a>(events: impl Iterator<Item = Event<'a>>, ids: &[String]) -> Html {
    let mut page = PageMarks {
        ids: ids.iter(),
        heading: String::new(),
        table: Table::default(),
        sites: Vec::new(),
    };
    let mut html = String::new();
    let events = events.map(|event| page.fit(event));
    pulldown_cmark::html::push_html(&mut html, events);
    Html::divide(&SAFE.clean(&html).to_string(), &page.sites)
}

/// What may stand in the text of a policy. Pictures may not: the text is the policy.
static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = "a blockquote br code em h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul";
    let mut safe = Builder::empty();
    safe.tags(tags.split(' ').collect())
        .url_schemes(HashSet::from(["leaving", "mailto", "tel"]))
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

/// Stands for the portal, wherever that is.
static HERE: LazyLock<Url> = LazyLock::new(|| {
    let here = "https://here.invalid/";
    here.parse().expect("this is an address")
});

/// Gives headings their ids and tables their headers, and takes the power from HTML.
struct PageMarks<'a> {
    ids: std::slice::Iter<'a, String>,
    /// The id of the heading that was seen last.
    heading: String,
    table: Table,
    /// The sites of others to which the text links, in its order.
    sites: Vec<String>,
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
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Link {
                link_type,
                dest_url: self.way_to(dest_url),
                title,
                id,
            }),
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

    fn way_to<'e>(&mut self, url: CowStr<'e>) -> CowStr<'e> {
        match Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => {
                self.leave(url.into_string())
            }
            Ok(parsed) if OUT.starts_with(parsed.scheme()) => CowStr::Borrowed("#"),
            Ok(_) => url,
            // What names a site without its scheme (`//example.com`, `\\example.com`) leads there as well.
            Err(_) => match HERE.join(&url) {
                Ok(site) if site.host() != HERE.host() => self.leave(site.into()),
                _ => url,
            },
        }
    }

    fn leave<'e>(&mut self, site: String) -> CowStr<'e> {
        self.sites.push(site);
        format!("{OUT}{}", self.sites.len() - 1).into()
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
