//! What a scenario costs: it runs in a process of its own, so that its peak of memory is its own too.

use std::{
    process::Command,
    time::{Duration, Instant},
};

/// One line of the table.
pub struct Figures {
    pub by_hand: Duration,
    pub ours: Duration,
    /// Of both, user and system.
    pub cpu_seconds: f64,
    pub peak_mb: f64,
    pub note: String,
}

impl Figures {
    pub fn ratio(&self) -> f64 {
        self.ours.as_secs_f64() / self.by_hand.as_secs_f64()
    }
}

/// The median of each of two kinds of work that take turns, since the machine's speed changes.
pub fn in_turns(
    rounds: usize,
    mut by_hand: impl FnMut(),
    mut ours: impl FnMut(),
) -> (Duration, Duration) {
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let (mut hand, mut own) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        hand.push(timed(&mut by_hand));
        own.push(timed(&mut ours));
    }
    (median(hand), median(own))
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Runs a scenario in a process of its own; `None` when it failed.
pub fn apart(scenario: &str, size: u64, server: Option<&str>) -> Option<Figures> {
    let own = std::env::current_exe().ok()?;
    let mut command = Command::new(own);
    command.args(["--scenario", scenario, "--size", &size.to_string()]);
    command.args(server.map(|it| format!("--postgres={it}")));
    let ran = command.output().ok()?;
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    let Some(line) = out.lines().find_map(|it| it.strip_prefix("FIGURES ")) else {
        eprintln!(
            "{scenario} failed: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        return None;
    };
    let mut parts = line.splitn(5, ' ');
    let mut number = || parts.next()?.parse::<f64>().ok();
    Some(Figures {
        by_hand: Duration::from_secs_f64(number()?),
        ours: Duration::from_secs_f64(number()?),
        cpu_seconds: number()?,
        peak_mb: number()?,
        note: parts.next().unwrap_or_default().to_owned(),
    })
}

/// Tells the process that started this one.
pub fn tell(by_hand: Duration, ours: Duration, note: &str) {
    println!(
        "FIGURES {} {} {} {} {note}",
        by_hand.as_secs_f64(),
        ours.as_secs_f64(),
        cpu_seconds(),
        peak_mb()
    );
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// The kernel counts in hundredths of a second.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let mut fields = rest.split(' ').skip(11);
    let mut ticks = || fields.next().and_then(|it| it.parse::<f64>().ok());
    (ticks().unwrap_or_default() + ticks().unwrap_or_default()) / 100.0
}
