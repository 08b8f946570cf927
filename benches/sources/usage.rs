//! What a process takes, as Linux tells it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most memory that a process has had resident, in MB.
pub fn peak(process: &str) -> u64 {
    megabytes(process, "VmHWM")
}

/// A figure of the process's own, in MB; 0 once it has ended.
fn megabytes(process: &str, figure: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with(figure));
    let size = line.and_then(|it| it.split_whitespace().nth(1));
    size.and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// What a command took.
pub struct Taken {
    pub time: Duration,
    /// The most memory that it had resident, in MB.
    pub peak: u64,
    /// The same without the files that are mapped, such as a database: the system takes that back when it needs it.
    pub own: u64,
}

/// Runs a command to its end, which must be a good one.
pub fn run(command: &mut Command) -> Taken {
    let start = Instant::now();
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = quiet.spawn().unwrap();
    let (id, mut highest, mut own) = (process.id().to_string(), 0, 0);
    loop {
        highest = peak(&id).max(highest);
        own = megabytes(&id, "RssAnon").max(own);
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success());
            return Taken {
                time: start.elapsed(),
                peak: highest,
                own,
            };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The processor time that this process has taken since it had taken so much.
pub fn processor_since(before: Duration) -> Duration {
    processor().saturating_sub(before)
}

/// The processor time that this process has taken.
pub fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|it| it.parse::<u64>().unwrap()).sum();
    // A tick is a hundredth of a second on Linux.
    Duration::from_millis(ticks * 10)
}
