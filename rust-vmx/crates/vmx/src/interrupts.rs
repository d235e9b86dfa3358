//! The host's interrupt flag.

use crate::instructions as cpu;

/// Maskable interrupts are off for as long as this value lives; then they are as they were.
pub struct InterruptsOff {
    were_on: bool,
}

impl InterruptsOff {
    /// Disables interrupts.
    #[must_use]
    pub fn new() -> Self {
        // SAFETY: ring 0; `drop` enables them again.
        let were_on = unsafe { cpu::cli() };
        Self { were_on }
    }
}

impl Default for InterruptsOff {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for InterruptsOff {
    fn drop(&mut self) {
        if self.were_on {
            // SAFETY: they were on before, and what this value protected is over.
            unsafe { cpu::sti() }
        }
    }
}
