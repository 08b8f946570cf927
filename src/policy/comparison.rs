//! What differs between two texts: section by section, block by block, word by word.

use similar::{Algorithm, DiffTag, capture_diff_slices, diff_ratio};

use super::text::{Block, BlockKind, Section, Text};

/// Blocks that share at least this part of their words are one block that was rewritten.
const ALIKE: f32 = 0.4;

/// So few equal words between two replaced passages do not make the passages easier to read.
const ISLAND: usize = 2;

/// So many steps may a comparison take, about a second's fourth: a page that anybody can ask for must not hold up others.
/// Passages that are left then stand side by side as a whole.
const MOST_STEPS: usize = 20_000_000;

/// What happened to something on the way from the older text to the newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is in both texts.
    Same,
    /// It is only in the newer text.
    Added,
    /// It is only in the older text.
    Removed,
    /// It was rewritten.
    Changed,
}

/// Two texts side by side, in the order of the newer one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Every section of either text.
    pub sections: Vec<SectionChange>,
}

/// A section of either text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionChange {
    /// Its anchor on the page, which may show the newer text too.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// Taken as a whole.
    pub change: Change,
    /// In reading order.
    pub blocks: Vec<BlockChange>,
}

/// A paragraph, an item or a heading of either text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChange {
    /// How it is set.
    pub kind: BlockKind,
    /// Its words: same, added or removed.
    pub runs: Vec<Run>,
}

/// Words that share their fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Never [`Change::Changed`].
    pub change: Change,
    /// With one space between them.
    pub words: String,
}

impl Comparison {
    /// Compares an older text with a newer one.
    pub fn of(older: &Text, newer: &Text) -> Self {
        let (old, new) = (&older.sections, &newer.sections);
        let namesake = |of: &Section, among: &[Section]| {
            among
                .iter()
                .position(|section| section.heading == of.heading)
        };
        let headings = |sections: &[Section]| -> Vec<String> {
            sections
                .iter()
                .map(|section| section.heading.clone())
                .collect()
        };
        let (mut sections, mut work) = (Vec::new(), Work(MOST_STEPS));
        for op in capture_diff_slices(Algorithm::Myers, &headings(old), &headings(new)) {
            if op.tag() != DiffTag::Equal {
                // One that stands elsewhere in the newer text is compared there.
                let gone = old[op.old_range()]
                    .iter()
                    .filter(|it| namesake(it, new).is_none());
                sections.extend(gone.map(|section| whole_section(section, Change::Removed)));
            }
            for section in &new[op.new_range()] {
                sections.push(match namesake(section, old) {
                    Some(at) => compare_sections(&old[at], section, &mut work),
                    None => whole_section(section, Change::Added),
                });
            }
        }
        Comparison { sections }
    }

    /// The sections with which this happened.
    pub fn with(&self, change: Change) -> Vec<&SectionChange> {
        self.sections
            .iter()
            .filter(|it| it.change == change)
            .collect()
    }
}

fn whole_section(section: &Section, change: Change) -> SectionChange {
    let prefix = if change == Change::Removed {
        "removed"
    } else {
        "change"
    };
    SectionChange {
        id: format!("{prefix}-{}", section.id),
        heading: title(section),
        change,
        blocks: section
            .blocks
            .iter()
            .map(|block| whole_block(block, change))
            .collect(),
    }
}

fn title(section: &Section) -> String {
    if section.heading.is_empty() {
        "Introduction".to_owned()
    } else {
        section.heading.clone()
    }
}

fn compare_sections(old: &Section, new: &Section, work: &mut Work) -> SectionChange {
    let mut blocks = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old.blocks, &new.blocks) {
        let (before, after) = (&old.blocks[op.old_range()], &new.blocks[op.new_range()]);
        match op.tag() {
            DiffTag::Equal => blocks.extend(after.iter().map(|it| whole_block(it, Change::Same))),
            _ => pair_blocks(before, after, work, &mut blocks),
        }
    }
    let is_same = old.blocks == new.blocks;
    SectionChange {
        id: format!("change-{}", new.id),
        heading: title(new),
        change: if is_same {
            Change::Same
        } else {
            Change::Changed
        },
        blocks,
    }
}

fn whole_block(block: &Block, change: Change) -> BlockChange {
    let words = block.words.clone();
    BlockChange {
        kind: block.kind,
        runs: vec![Run { change, words }],
    }
}

/// Sets each new block beside the old one that it was made from, where there is one; their order is kept.
fn pair_blocks(old: &[Block], new: &[Block], work: &mut Work, into: &mut Vec<BlockChange>) {
    let old: Vec<_> = old.iter().map(Words::of).collect();
    let mut old = &old[..];
    let removed = |it: &Words<'_>| whole_block(it.block, Change::Removed);
    for block in new {
        match most_alike(old, &Words::of(block), work) {
            Some((at, runs)) => {
                into.extend(old[..at].iter().map(removed));
                old = &old[at + 1..];
                into.push(BlockChange {
                    kind: block.kind,
                    runs,
                });
            }
            None => into.push(whole_block(block, Change::Added)),
        }
    }
    into.extend(old.iter().map(removed));
}

fn most_alike(old: &[Words<'_>], new: &Words<'_>, work: &mut Work) -> Option<(usize, Vec<Run>)> {
    let mut best = None;
    let mut best_ratio = ALIKE;
    let of_kind = |it: &Words<'_>| it.block.kind == new.block.kind;
    for (at, block) in old.iter().enumerate().filter(|(_, it)| of_kind(it)) {
        if !work.take(block.sorted.len() + new.sorted.len()) {
            break;
        }
        // In whatever order they stand, no more than these can be the same.
        let is_worth_it = block.most_alike(new) > best_ratio;
        if !is_worth_it || !work.take(block.sorted.len() * new.sorted.len()) {
            continue;
        }
        let (ratio, runs) = compare_words(&block.block.words, &new.block.words);
        if ratio > best_ratio {
            (best_ratio, best) = (ratio, Some((at, runs)));
        }
    }
    best
}

/// The steps that are left.
struct Work(usize);

impl Work {
    /// Whether there are so many; then they are taken.
    fn take(&mut self, steps: usize) -> bool {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// A block with its words in their order in the dictionary.
struct Words<'a> {
    block: &'a Block,
    sorted: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn of(block: &'a Block) -> Self {
        let mut sorted: Vec<_> = block.words.split(' ').collect();
        sorted.sort_unstable();
        Words { block, sorted }
    }

    /// How alike two blocks with these words can be, from 0 to 1.
    fn most_alike(&self, other: &Words<'_>) -> f32 {
        let (mut one, mut two) = (&self.sorted[..], &other.sorted[..]);
        let mut shared = 0_u16;
        while let ([first, ..], [second, ..]) = (one, two) {
            let order = first.cmp(second);
            shared = shared.saturating_add(u16::from(order.is_eq()));
            one = &one[usize::from(order.is_le())..];
            two = &two[usize::from(order.is_ge())..];
        }
        let all = u16::try_from(self.sorted.len() + other.sorted.len()).unwrap_or(u16::MAX);
        2.0 * f32::from(shared) / f32::from(all)
    }
}

/// How alike they are, from 0 to 1, and the words of both.
fn compare_words(old: &str, new: &str) -> (f32, Vec<Run>) {
    let (old, new): (Vec<_>, Vec<_>) = (old.split(' ').collect(), new.split(' ').collect());
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let ratio = diff_ratio(&ops, old.len(), new.len());
    let replaces = |at: usize| ops.get(at).is_some_and(|op| op.tag() == DiffTag::Replace);
    let mut runs = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for (at, op) in ops.iter().enumerate() {
        let (before, after) = (&old[op.old_range()], &new[op.new_range()]);
        let is_island = after.len() <= ISLAND && at > 0 && replaces(at - 1) && replaces(at + 1);
        if op.tag() == DiffTag::Equal && !is_island {
            push_run(&mut runs, Change::Removed, &mut removed);
            push_run(&mut runs, Change::Added, &mut added);
            push_run(&mut runs, Change::Same, &mut after.to_vec());
        } else {
            removed.extend_from_slice(before);
            added.extend_from_slice(after);
        }
    }
    push_run(&mut runs, Change::Removed, &mut removed);
    push_run(&mut runs, Change::Added, &mut added);
    (ratio, runs)
}

fn push_run(runs: &mut Vec<Run>, change: Change, words: &mut Vec<&str>) {
    if !words.is_empty() {
        let words = std::mem::take(words).join(" ");
        runs.push(Run { change, words });
    }
}
