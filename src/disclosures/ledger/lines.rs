//! The lines of a CSV file, each by itself: a quotation mark that nobody closed spoils its own line and not the rest of
//! the file, however long that is.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use csv::ByteRecord;

use super::line::Refusal;

/// Longer lines are refused. A line that is taken has hardly more than a tenth of it.
const LONGEST: usize = 16 * 1024;

/// A value in quotation marks may go on over so many lines.
const MOST_LINES: usize = 20;

const TOO_LONG: Refusal = Refusal {
    field: "",
    reason: "it is longer than 16,384 bytes",
};

const NOT_CLOSED: Refusal = Refusal {
    field: "",
    reason: "a quotation mark is not closed",
};

const LINES_IN_IT: Refusal = Refusal {
    field: "",
    reason: "a carriage return alone ends lines in it; save the file with line feeds, as other CSV files have",
};

/// Reads records one by one; never more of the file than one of them may have.
pub struct Lines<R> {
    source: R,
    /// Lines that were read in search of the end of a quotation.
    ahead: VecDeque<Vec<u8>>,
    /// Number of the line that was taken last, from 1.
    number: u64,
    /// So many fields the first record has.
    fields: Option<usize>,
    /// So many bytes were read.
    pub bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(source: R) -> Self {
        Lines {
            source,
            ahead: VecDeque::new(),
            number: 0,
            fields: None,
            bytes: 0,
        }
    }

    /// The next record with the number of its first line; none at the end. Empty lines are passed over.
    pub fn next(&mut self) -> io::Result<Option<(u64, Result<ByteRecord, Refusal>)>> {
        loop {
            let Some(line) = self.take()? else {
                return Ok(None);
            };
            let number = self.number;
            if line.iter().all(|it| matches!(it, b'\r' | b'\n')) {
                continue;
            }
            return Ok(Some((number, self.record(line)?)));
        }
    }

    /// What the line says with those that its quotation goes on over. Where that makes no record like the first one, the
    /// others are left for themselves.
    fn record(&mut self, line: Vec<u8>) -> io::Result<Result<ByteRecord, Refusal>> {
        if line.len() > LONGEST {
            return Ok(Err(TOO_LONG));
        }
        let Some((text, joined)) = self.until_closed(line)? else {
            return Ok(Err(NOT_CLOSED));
        };
        let Some(record) = parse(&text)? else {
            return Ok(Err(LINES_IN_IT));
        };
        let fields = *self.fields.get_or_insert(record.len());
        if joined > 0 && record.len() != fields {
            return Ok(Err(NOT_CLOSED));
        }
        self.ahead.drain(..joined);
        self.number += joined as u64;
        Ok(Ok(record))
    }

    /// The line with so many more that every quotation has ended; none when they do not end soon.
    fn until_closed(&mut self, line: Vec<u8>) -> io::Result<Option<(Vec<u8>, usize)>> {
        let mut text = line;
        for joined in 0..MOST_LINES {
            if text.len() > LONGEST {
                return Ok(None);
            }
            if is_closed(&text) {
                return Ok(Some((text, joined)));
            }
            if joined == self.ahead.len() {
                match self.read()? {
                    Some(more) => self.ahead.push_back(more),
                    None => return Ok(None),
                }
            }
            text.extend(&self.ahead[joined]);
        }
        Ok(None)
    }

    fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.read()?,
        };
        self.number += u64::from(line.is_some());
        Ok(line)
    }

    /// A line as it stands there, with its end. Of one that is too long, the rest is passed over.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let most = LONGEST as u64 + 1;
        let read = self
            .source
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut line)?;
        self.bytes += read as u64;
        if line.len() > LONGEST && !line.ends_with(b"\n") {
            self.bytes += self.source.skip_until(b'\n')? as u64;
        }
        Ok((read > 0).then_some(line))
    }
}

/// Whether every quotation in it has ended: a mark within one is written twice.
fn is_closed(text: &[u8]) -> bool {
    let marks = text.iter().filter(|it| **it == b'"');
    marks.fold(true, |is_closed, _| !is_closed)
}

/// The record; none where there are several, which nothing but a carriage return parts.
fn parse(text: &[u8]) -> io::Result<Option<ByteRecord>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(text.len())
        .from_reader(text);
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record)?;
    let has_more = reader.read_byte_record(&mut ByteRecord::new())?;
    Ok((!has_more).then_some(record))
}
