//! Figures held against what was promised. They are shown in every run; with `--strict` one that is missed fails it.

/// What was held against its limit so far.
pub struct Targets {
    is_strict: bool,
    lines: Vec<String>,
    missed: usize,
}

impl Targets {
    pub fn new(is_strict: bool) -> Self {
        Targets {
            is_strict,
            lines: Vec::new(),
            missed: 0,
        }
    }

    /// A figure that is to be no less.
    pub fn at_least(&mut self, what: &str, figure: f64, limit: f64) {
        self.note(what, figure, ("at least", limit), figure >= limit);
    }

    /// A figure that is to be no more.
    pub fn at_most(&mut self, what: &str, figure: f64, limit: f64) {
        self.note(what, figure, ("at most", limit), figure <= limit);
    }

    fn note(&mut self, what: &str, figure: f64, (how, limit): (&str, f64), is_met: bool) {
        let verdict = if is_met { "met" } else { "missed" };
        let line = format!("| {what} | {figure:.2} | {how} {limit:.2} | {verdict} |");
        self.lines.push(line);
        self.missed += usize::from(!is_met);
    }

    /// Shows all; ends the program where one was missed and none may be.
    pub fn end(self) {
        println!("\n| target | measured | limit | |\n|---|---|---|---|");
        for line in &self.lines {
            println!("{line}");
        }
        if self.is_strict && self.missed > 0 {
            std::process::exit(1);
        }
    }
}
