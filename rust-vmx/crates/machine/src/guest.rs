//! Everything of a machine but its CPU: what exit handlers act on.

use crate::board::Board;
use crate::control::Control;
use crate::cpuid::Cpuid;
use crate::disks::Disks;
use crate::firmware::Firmware;
use crate::history::History;
use crate::host::Host;
use crate::memory::{Layout, MemoryError, PhysicalMemory};
use crate::msr::Msrs;
use crate::typist::Typist;
use alloc::sync::Arc;
use alloc::vec::Vec;
use devices::Time;
use vmx::addr::Gpa;
pub use vmx::memory::Touch;

/// Guest-physical memory that takes its frames from the host as they are touched.
pub trait GuestRam: PhysicalMemory {
    /// Makes the page at `at` present, if that does not take long.
    fn touch(&mut self, at: Gpa) -> Result<Touch, MemoryError>;
    /// Makes the page at `at` present; true when it was not before.
    fn populate(&mut self, at: Gpa) -> Result<bool, MemoryError>;
    /// Writes all of `bytes`, also to memory the guest cannot write, or fails.
    fn install(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError>;
    /// Makes all of it zero, and gives its frames back.
    fn clear(&mut self);
    /// Bytes of host frames taken.
    fn frame_bytes(&self) -> u64;
}

impl<F: vmx::frames::Frames + Clone> GuestRam for vmx::memory::GuestMemory<F> {
    fn touch(&mut self, at: Gpa) -> Result<Touch, MemoryError> {
        vmx::memory::GuestMemory::touch(self, at)
    }

    fn populate(&mut self, at: Gpa) -> Result<bool, MemoryError> {
        vmx::memory::GuestMemory::populate(self, at)
    }

    fn install(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        vmx::memory::GuestMemory::install(self, at, bytes)
    }

    fn clear(&mut self) {
        vmx::memory::GuestMemory::clear(self);
    }

    fn frame_bytes(&self) -> u64 {
        vmx::memory::GuestMemory::frame_bytes(self)
    }
}

/// A machine without its CPU.
pub struct Guest<M: GuestRam, H: Host> {
    /// The kernel around the machine.
    pub host: H,
    /// Guest-physical memory.
    pub memory: M,
    /// What is where in it.
    pub layout: Layout,
    /// The devices.
    pub board: Board,
    /// Who types at the keyboard.
    pub typist: Typist,
    /// What is behind the drives.
    pub disks: Disks<H>,
    /// The BIOS of guests that start in real mode.
    pub firmware: Firmware,
    /// What CPUID answers.
    pub cpuid: Cpuid,
    /// MSRs that no CPU register holds.
    pub msrs: Msrs,
    /// The machine's time.
    pub clock: Clock,
    /// What other threads share.
    pub control: Arc<Control>,
    /// The last exits.
    pub history: History,
    /// Where the items of a string instruction are on their way, [`LONGEST_BY_ITEMS`](crate::exits::io::LONGEST_BY_ITEMS) bytes. Kept,
    /// for clearing it would take longer than filling it.
    pub items: Vec<u8>,
}

impl<M: GuestRam, H: Host> Guest<M, H> {
    /// Tells other threads how many bytes of frames the VM holds.
    pub fn count_frames(&self) {
        self.control.statistics.frame_bytes.set(self.memory.frame_bytes());
    }

    /// The present on the machine's clock.
    #[inline]
    pub fn now(&self) -> Time {
        self.clock.now(&self.host)
    }
}

/// The machine's time: nanoseconds of the host's TSC, counted from power-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The TSC at the machine's time zero.
    zero_tsc: u64,
    /// TSC ticks per nanosecond and the reverse, with 32 bits behind the point.
    ticks_per_ns: u64,
    ns_per_tick: u64,
}

impl Clock {
    /// A clock that starts now.
    pub fn start<H: Host>(host: &H) -> Self {
        const SECOND: u128 = 1_000_000_000;
        let hz = u128::from(host.tsc_hz().max(1));
        // A TSC of 4 GHz and more is below 2^35 of these, and one of 1 Hz has 2^62 nanoseconds a tick.
        let fixed =
            |dividend: u128, divisor: u128| u64::try_from((dividend << 32) / divisor).unwrap_or(u64::MAX);
        Self {
            zero_tsc: host.tsc(),
            ticks_per_ns: fixed(hz, SECOND),
            ns_per_tick: fixed(SECOND, hz),
        }
    }

    /// The machine's time.
    #[inline]
    pub fn now<H: Host>(&self, host: &H) -> Time {
        let ticks = host.tsc().saturating_sub(self.zero_tsc);
        // 64 bits of nanoseconds are five centuries.
        Time(((u128::from(ticks) * u128::from(self.ns_per_tick)) >> 32) as u64)
    }

    /// The host's time at a machine time that lies ahead. The two are compared only for the moment: whatever happens in between makes
    /// nothing but this answer late.
    pub fn host_ns<H: Host>(&self, host: &H, time: Time) -> u64 {
        let ahead = time.since(self.now(host));
        host.now_ns().saturating_add(ahead)
    }

    /// How many TSC ticks so many nanoseconds are.
    #[must_use]
    pub fn ticks(&self, nanoseconds: u64) -> u64 {
        let ticks = (u128::from(nanoseconds) * u128::from(self.ticks_per_ns)) >> 32;
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }
}
