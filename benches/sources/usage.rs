//! What a process takes, as Linux tells it.

use std::time::Duration;

/// The most memory that a process has had resident, in MB.
pub fn peak(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with("VmHWM"));
    let size = line.and_then(|it| it.split_whitespace().nth(1));
    size.and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) / 1024
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
