//! What the machine needs of the kernel around it.

use crate::storage::Storage;
use devices::Stream;

/// The kernel around a machine. A small handle: it is cloned into whatever needs it.
pub trait Host: Storage + Clone {
    /// Nanoseconds since the host booted, monotonic.
    fn now_ns(&self) -> u64;
    /// The time-stamp counter of this CPU. Asked for at many exits: no call leads out of the hypervisor.
    fn tsc(&self) -> u64;
    /// TSC ticks per second.
    fn tsc_hz(&self) -> u64;
    /// By how much a timed sleep of the vCPU's thread may end too late, in nanoseconds.
    fn sleep_slack_ns(&self) -> u64;
    /// Whether nobody but the vCPU's thread wants the CPU.
    fn is_idle(&self) -> bool;
    /// Seconds since 1970-01-01 UTC.
    fn wall_clock(&self) -> i64;
    /// Takes output bytes of the guest. Does not block. False when there is little room left: the machine returns before it sends more,
    /// so that the vCPU's thread can pass on what waits.
    fn output(&self, stream: Stream, bytes: &[u8]) -> bool;
}
