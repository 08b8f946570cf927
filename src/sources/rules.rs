//! What a source demands of the rows of a table beside its types and keys, as far as a mask may meet it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Table, TableName};

/// What a table demands.
#[derive(Debug, Clone, Default)]
pub struct TableRules {
    /// Columns in which a value may collide with another row's, although no key names them alone: those of unique
    /// indexes of some rows only, and of expressions.
    pub collides: BTreeSet<String>,
    /// Columns of which only one row may be empty.
    pub one_empty: BTreeSet<String>,
    /// Rows may have the same key: it is one by the word of the register, or of a part of the rows.
    pub repeats: bool,
    /// Shows the rows of other tables too, each with keys of its own.
    pub has_heirs: bool,
    /// The table of whose rows it holds some, and which shows them all.
    pub part_of: Option<TableName>,
    /// Conditions on each row.
    pub checks: Vec<Check>,
    /// By column, the values that its type has, where it has no others.
    pub choices: BTreeMap<String, Vec<String>>,
    /// It holds nothing itself, but shows what others hold.
    pub shows: Option<Shows>,
}

/// How a view shows what others hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// As it is now.
    Now,
    /// As it was when the source last looked.
    Then,
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// As the source writes it.
    pub expression: String,
}

impl Check {
    /// Whether it holds for a row whose column is emptied, whatever else is in it: a condition on nothing is not broken.
    fn allows_none(&self) -> bool {
        let text = self.expression.to_lowercase();
        let minds_none = ["null", "coalesce"].iter().any(|word| text.contains(word));
        self.columns.len() == 1 && !minds_none
    }
}

impl Table {
    /// Notes a condition; one that is about no column concerns no mask.
    pub(super) fn add_check(&mut self, expression: String) {
        let columns = self.named_in(&expression);
        if !columns.is_empty() {
            self.rules.checks.push(Check {
                columns,
                expression,
            });
        }
    }

    /// Whether none of its rows is changed by itself, but goes with those that it shows.
    pub(super) fn follows(&self) -> bool {
        let cannot_be_changed = self.is_computed() || self.row_key.is_empty();
        self.rules.shows == Some(Shows::Now) && cannot_be_changed
    }

    /// Whether a cell of this column may be emptied in any row.
    pub(super) fn lets_go(&self, column: &str) -> bool {
        let is_free =
            |check: &Check| check.allows_none() || !check.columns.iter().any(|it| it == column);
        self.takes_none(column) && self.rules.checks.iter().all(is_free)
    }

    /// Whether a column may be empty, in as many rows as there are.
    pub(super) fn takes_none(&self, column: &str) -> bool {
        let may_be = self
            .column(column)
            .is_some_and(|it| it.nullable && !it.generated);
        may_be && !self.rules.one_empty.contains(column)
    }

    /// The columns that an expression names.
    pub(super) fn named_in(&self, expression: &str) -> Vec<String> {
        let names = names(expression);
        let is_named = |name: &String| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let columns = self.own_columns().map(|it| it.name.clone());
        columns.filter(is_named).collect()
    }
}

/// Everything in an expression that may be a name.
fn names(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = expression.chars().peekable();
    while let Some(first) = rest.next() {
        let ends = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        if let Some(end) = ends {
            let name: String = rest.by_ref().take_while(|it| *it != end).collect();
            if first != '\'' {
                names.insert(name);
            }
        } else if first.is_alphabetic() || first == '_' {
            let mut name = first.to_string();
            while let Some(next) = rest.next_if(|it| it.is_alphanumeric() || "_$".contains(*it)) {
                name.push(next);
            }
            names.insert(name);
        }
    }
    names
}

/// A statement without the comments in it.
pub(super) fn without_comments(statement: &str) -> String {
    let mut kept = String::with_capacity(statement.len());
    let (mut quote, mut rest) = (Quote::default(), statement);
    while let Some(letter) = rest.chars().next() {
        let is_quoted = quote.0.is_some();
        let length = match rest {
            _ if is_quoted => None,
            _ if rest.starts_with("--") => Some(rest.find('\n').unwrap_or(rest.len())),
            _ if rest.starts_with("/*") => Some(rest.find("*/").map_or(rest.len(), |at| at + 2)),
            _ => None,
        };
        if let Some(length) = length {
            kept.push(' ');
            rest = &rest[length..];
            continue;
        }
        quote.holds(letter);
        kept.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    kept
}

/// The conditions that a statement gives with which a table is created; it has no comments.
pub(super) fn checks_in(statement: &str) -> Vec<String> {
    let mut checks = Vec::new();
    let mut rest = statement;
    while let Some(at) = find_check(rest) {
        rest = &rest[at..];
        let Some(end) = closing(rest) else {
            break;
        };
        checks.push(rest[1..end].to_owned());
        rest = &rest[end..];
    }
    checks
}

/// The columns of an index, without the condition on the rows that it holds.
pub(super) fn before_condition(columns: &str) -> &str {
    let whole = format!("({columns}");
    let end = closing(&whole).unwrap_or(whole.len());
    &columns[..end - 1]
}

/// Where the bracket stands that follows the next word `CHECK`.
fn find_check(text: &str) -> Option<usize> {
    let mut quote = Quote::default();
    let mut word = String::new();
    for (at, letter) in text.char_indices() {
        if quote.holds(letter) {
            word.clear();
        } else if letter == '(' && word.eq_ignore_ascii_case("check") {
            return Some(at);
        } else if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
        } else if !letter.is_whitespace() || !word.eq_ignore_ascii_case("check") {
            word.clear();
        }
    }
    None
}

/// Where the bracket is closed with which a text begins.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut depth) = (Quote::default(), 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if quote.holds(letter) => {}
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a letter stands in quotes.
#[derive(Default)]
struct Quote(Option<char>);

impl Quote {
    fn holds(&mut self, letter: char) -> bool {
        if let Some(end) = self.0 {
            self.0 = (letter != end).then_some(end);
            return true;
        }
        self.0 = match letter {
            '\'' | '"' | '`' => Some(letter),
            '[' => Some(']'),
            _ => None,
        };
        self.0.is_some()
    }
}
