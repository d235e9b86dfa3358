//! The VMX-preemption timer (SDM "VMX-Preemption Timer", 26.5.1): it counts down in VMX non-root operation, whatever the guest's
//! interrupt flag is, and exits at zero. It is armed at every entry, so that a guest that keeps interrupts off cannot keep the
//! CPU.

/// What to load into the timer at host time `now`: the guest runs until `deadline`, or for `slice` ticks if that is shorter. The
/// timer counts one for every 2^`shift` ticks of the TSC.
pub(crate) fn count(now: u64, deadline: Option<u64>, slice: u64, shift: u32) -> u32 {
    let ticks = deadline.map_or(slice, |deadline| deadline.saturating_sub(now).min(slice));
    u32::try_from(ticks >> shift).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_of_deadline_and_slice() {
        assert_eq!(count(1000, None, 320, 5), 10);
        assert_eq!(count(1000, Some(1160), 320, 5), 5);
        assert_eq!(count(1000, Some(5000), 320, 5), 10);
        assert_eq!(count(1000, Some(10), 320, 5), 0);
        assert_eq!(count(0, None, u64::MAX, 0), u32::MAX);
    }
}
