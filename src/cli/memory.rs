//! How much memory this machine can spare for spans when nobody says. Linux tells; elsewhere it is a fixed amount.

/// A larger budget must be asked for.
const MOST: u64 = 2 << 30;

/// Where the system does not tell how much memory it has.
const UNKNOWN: u64 = 512 << 20;

/// A quarter of the memory, at most [`MOST`].
pub(super) fn spare() -> u64 {
    total().map_or(UNKNOWN, |total| (total / 4).min(MOST))
}

/// Bytes of memory: the machine's, or the container's where that is less.
#[cfg(target_os = "linux")]
fn total() -> Option<u64> {
    let machine = in_meminfo(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse().ok());
    Some(container.map_or(machine, |container: u64| container.min(machine)))
}

#[cfg(not(target_os = "linux"))]
fn total() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn in_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_a_quarter_of_the_memory_and_at_most_two_gibibytes() {
        assert_eq!(in_meminfo("MemTotal:       24684084 kB\nMemFree:        17911268 kB\n"), Some(24_684_084 * 1024));
        assert_eq!(in_meminfo("MemFree: 1 kB\n"), None);
        let (total, spare) = (total().expect("Linux tells"), spare());
        assert!(spare == MOST && total >= 4 * MOST || spare == total / 4, "{spare} of {total}");
    }
}
