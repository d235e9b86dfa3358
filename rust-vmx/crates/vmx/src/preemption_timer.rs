//! The VMX-preemption timer (SDM "VMX-Preemption Timer", 26.5.1): it counts down in VMX non-root operation, whatever the guest's
//! interrupt flag is, and exits at zero, so that a guest that keeps interrupts off cannot keep the CPU. An exit saves it, and the next
//! entry counts on from there. The slice that it ends is a time of the host and not a count from the last entry: a guest that exits all
//! the time would never use up one of those. Nor is the timer alone to end it: the CPU may be another hypervisor's, whose timer is late or
//! never fires, while the guest exits again and again. So whoever runs the vCPU looks at the clock after each exit.

/// What to load into the timer at host time `now`: the guest runs until `deadline` or until its slice ends, whichever comes first.
/// The timer counts one for every 2^`shift` ticks of the TSC.
///
/// The guest has `progress` ticks at least: at zero the CPU exits before the first instruction, and a guest whose timer is faster than
/// the host's handling of it would stand still, as would one that is loaded for a slice that is shorter than the loading takes.
pub(crate) fn count(now: u64, deadline: Option<u64>, slice_end: u64, progress: u64, shift: u32) -> u32 {
    let end = deadline.map_or(slice_end, |deadline| deadline.min(slice_end));
    // Up, for a timer that runs out before the deadline is an exit for nothing.
    let ticks = end
        .saturating_sub(now)
        .max(progress)
        .saturating_add((1 << shift) - 1);
    u32::try_from(ticks >> shift).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_of_deadline_and_slice() {
        assert_eq!(count(1000, None, 1320, 64, 5), 10);
        assert_eq!(count(1000, Some(1160), 1320, 64, 5), 5);
        assert_eq!(count(1000, Some(5000), 1320, 64, 5), 10);
        assert_eq!(count(0, None, u64::MAX, 64, 0), u32::MAX);
    }

    #[test]
    fn what_is_over_already_leaves_some_progress() {
        assert_eq!(count(1000, Some(10), 1320, 64, 5), 2);
        assert_eq!(count(1000, Some(10), 1010, 64, 0), 64);
        assert_eq!(count(1000, None, 1010, 64, 0), 64);
        assert_eq!(count(1000, None, 999, 64, 0), 64);
    }
}
