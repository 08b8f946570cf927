//! A policy's text: read from Markdown into sections for comparing and HTML for reading.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html::{self, Html};
use super::promises::Mark;

/// Anchors of the pages around a text.
const TAKEN: [&str; 6] = [
    "main",
    "introduction",
    "contents",
    "what-is-new",
    "what-changes",
    "whole-text",
];

/// A text, read.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// In the order of the text. What stands before the first heading is a section without a heading.
    pub sections: Vec<Section>,
    /// Safe to put into a page: headings from `h2` down, each with an id.
    pub html: Html,
    /// The line of a heading of the first level, which belongs to the page and not to the text.
    pub title_line: Option<usize>,
    /// What it says that it names and changes.
    pub marks: Vec<Mark>,
}

/// A part of a policy under one heading of the second level (`##`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its anchor on the page.
    pub id: String,
    /// Empty for the introduction.
    pub heading: String,
    /// The line of its heading, from 1.
    pub line: usize,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A run of words that stands by itself, without its formatting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    /// How it is set.
    pub kind: BlockKind,
    /// Words with one space between them.
    pub words: String,
}

/// How a block is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// An item of a list, or a row of a table.
    Item,
    /// A heading within the section.
    Heading,
}

impl Text {
    /// Reads Markdown with tables. HTML in it is shown as it is written.
    pub fn read(markdown: &str) -> Self {
        let events: Vec<_> = Parser::new_ext(markdown, Options::ENABLE_TABLES)
            .into_offset_iter()
            .collect();
        let mut outline = Outline::new(markdown);
        for (event, range) in &events {
            outline.take(event, range);
        }
        outline.close_block();
        let events = events.into_iter().map(|(event, _)| event);
        Text {
            html: html::render(events, &outline.ids),
            sections: outline.sections,
            title_line: outline.title_line,
            marks: Mark::all(markdown),
        }
    }

    /// All its words, headings too.
    pub fn words(&self) -> String {
        let sections = self.sections.iter();
        let words = sections.flat_map(|it| {
            let blocks = it.blocks.iter().map(|block| block.words.as_str());
            std::iter::once(it.heading.as_str()).chain(blocks)
        });
        words.collect::<Vec<_>>().join("\n")
    }

    /// The sections that have a heading: the table of contents.
    pub fn contents(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|it| !it.heading.is_empty())
    }
}

/// Collects sections and blocks from events.
struct Outline<'a> {
    markdown: &'a str,
    sections: Vec<Section>,
    /// The id of each heading of any level, in order.
    ids: Vec<String>,
    taken: HashSet<String>,
    title_line: Option<usize>,
    words: String,
    kind: BlockKind,
}

impl<'a> Outline<'a> {
    fn new(markdown: &'a str) -> Self {
        Outline {
            markdown,
            sections: Vec::new(),
            ids: Vec::new(),
            taken: TAKEN.map(str::to_owned).into(),
            title_line: None,
            words: String::new(),
            kind: BlockKind::Paragraph,
        }
    }

    fn take(&mut self, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::End(TagEnd::Heading(level)) => self.close_heading(*level, range),
            Event::Start(Tag::Item) => {
                self.close_block();
                self.kind = BlockKind::Item;
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => self.kind = BlockKind::Item,
            Event::Start(Tag::Heading { .. })
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::TableHead
                | TagEnd::TableRow
                | TagEnd::CodeBlock
                | TagEnd::HtmlBlock,
            ) => self.close_block(),
            Event::End(TagEnd::TableCell) => self.words.push_str(" | "),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.words.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => self.words.push(' '),
            _ => {}
        }
    }

    fn take_words(&mut self) -> String {
        let words = std::mem::take(&mut self.words);
        let words: Vec<_> = words.trim_end_matches(" | ").split_whitespace().collect();
        words.join(" ")
    }

    fn close_heading(&mut self, level: HeadingLevel, range: &Range<usize>) {
        let heading = self.take_words();
        let id = self.new_id(&heading);
        self.ids.push(id.clone());
        let line = self.markdown[..range.start].matches('\n').count() + 1;
        if level > HeadingLevel::H2 {
            self.push_block(BlockKind::Heading, heading);
            return;
        }
        if level == HeadingLevel::H1 {
            self.title_line.get_or_insert(line);
        }
        self.sections.push(Section {
            id,
            heading,
            line,
            blocks: Vec::new(),
        });
    }

    fn close_block(&mut self) {
        let words = self.take_words();
        let kind = std::mem::replace(&mut self.kind, BlockKind::Paragraph);
        if !words.is_empty() {
            self.push_block(kind, words);
        }
    }

    fn push_block(&mut self, kind: BlockKind, words: String) {
        if self.sections.is_empty() {
            self.sections.push(Section {
                id: "introduction".to_owned(),
                heading: String::new(),
                line: 1,
                blocks: Vec::new(),
            });
        }
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(Block { kind, words });
        }
    }

    /// The heading's words in lower case with hyphens; a number makes it unique on the page.
    fn new_id(&mut self, heading: &str) -> String {
        let letters = |c: char| if c.is_alphanumeric() { c } else { ' ' };
        let words: String = heading.to_lowercase().chars().map(letters).collect();
        let slug = words.split_whitespace().collect::<Vec<_>>().join("-");
        let slug = if slug.is_empty() {
            "section".to_owned()
        } else {
            slug
        };
        let mut id = slug.clone();
        let mut number = 2;
        while !self.taken.insert(id.clone()) {
            id = format!("{slug}-{number}");
            number += 1;
        }
        id
    }
}
