//! The host's interrupt flag.

use crate::instructions as cpu;
use crate::registers::rflags;

/// Maskable interrupts are off for as long as this value lives; then RFLAGS is as it was, of which an exit leaves nothing (SDM "Loading
/// Host RIP, RSP, RFLAGS, and SSP", 28.5.3).
pub struct InterruptsOff {
    flags: u64,
}

impl InterruptsOff {
    /// Disables interrupts.
    #[must_use]
    pub fn new() -> Self {
        // SAFETY: ring 0; `drop` gives the flags back.
        let flags = unsafe { cpu::cli() };
        Self { flags }
    }
}

impl Default for InterruptsOff {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for InterruptsOff {
    fn drop(&mut self) {
        if self.flags & rflags::IF != 0 {
            // SAFETY: interrupts were on before, and what this value protected is over.
            unsafe { cpu::restore_flags(self.flags) }
        }
    }
}
