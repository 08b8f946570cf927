//! Changes values inside of a JSON text and leaves everything else as it is written: long numbers, keys that occur
//! twice, their order, and what no reader of JSON takes in.

/// Deeper lists are not entered.
const DEEPEST: usize = 100;

/// The text with other values in the place of every value at the end of these keys, also inside of lists. `new` is given
/// each as it is written. `None` when the text is no JSON, or holds something else where an object should be.
pub fn replaced(
    text: &str,
    keys: &[String],
    new: &mut dyn FnMut(&str) -> String,
) -> Option<String> {
    if text.trim().is_empty() {
        return Some(text.to_owned());
    }
    let mut splice = Splice {
        text,
        at: 0,
        copied: 0,
        changed: String::with_capacity(text.len()),
        new,
    };
    splice.value(keys, 0)?;
    splice.spaces();
    let is_whole = splice.at == text.len();
    splice.changed.push_str(&text[splice.copied..]);
    is_whole.then_some(splice.changed)
}

struct Splice<'a> {
    text: &'a str,
    /// So far it was read.
    at: usize,
    /// So far it was written.
    copied: usize,
    changed: String,
    new: &'a mut dyn FnMut(&str) -> String,
}

impl<'a> Splice<'a> {
    fn value(&mut self, keys: &[String], depth: usize) -> Option<()> {
        self.spaces();
        let start = self.at;
        match (self.next()?, keys.split_first()) {
            (_, None) => {
                let held = self.skip()?;
                let new = (self.new)(held);
                self.changed.push_str(&self.text[self.copied..start]);
                self.changed.push_str(&new);
                self.copied = self.at;
            }
            (b'[', Some(_)) if depth < DEEPEST => {
                self.each(b']', |splice| splice.value(keys, depth + 1))?;
            }
            (b'{', Some((first, rest))) => self.each(b'}', |splice| {
                let name = splice.skip()?;
                let name: Option<String> = serde_json::from_str(name).ok();
                splice.spaces();
                splice.take(b':')?;
                if name.as_ref() == Some(first) {
                    splice.value(rest, depth)
                } else {
                    splice.spaces();
                    splice.skip().map(drop)
                }
            })?,
            _ => return (self.skip()? == "null").then_some(()),
        }
        Some(())
    }

    /// What stands between brackets.
    fn each(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.spaces();
        if self.next()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            self.spaces();
            item(self)?;
            self.spaces();
            let next = self.next()?;
            self.at += 1;
            match next {
                b',' => {}
                next if next == end => return Some(()),
                _ => return None,
            }
        }
    }

    /// Goes over one value, and gives it.
    fn skip(&mut self) -> Option<&'a str> {
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.next()? {
                b'"' => self.skip_text()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                byte if depth > 0 && b" \t\r\n,:".contains(&byte) => self.at += 1,
                _ => self.skip_word()?,
            }
            if depth == 0 {
                return Some(&self.text[start..self.at]);
            }
        }
    }

    fn skip_text(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.next()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// A number, or one of the words of JSON.
    fn skip_word(&mut self) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = rest.iter().take_while(is_of_word).count();
        self.at += length;
        (length > 0).then_some(())
    }

    fn spaces(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let spaces = rest.iter().take_while(|byte| b" \t\r\n".contains(byte));
        self.at += spaces.count();
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let is_it = self.next()? == byte;
        self.at += 1;
        is_it.then_some(())
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
