//! Barriers between guests in what the CPU keeps beside its architectural state: branch predictors and the first-level data
//! cache. No instruction reads them, but their traces can be measured (docs/SECURITY.md says what is promised).
//!
//! They cost some thousand cycles each on a real CPU, so they stand where the owner of the CPU changes and not at each exit.

use crate::cpuid;
use crate::instructions as cpu;
use crate::msr;
use core::sync::atomic::{AtomicU64, Ordering};

/// What this CPU offers and needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Barriers {
    /// IA32_PRED_CMD.IBPB: indirect branches predicted from now on do not depend on what ran before.
    pub predictors: bool,
    /// IA32_FLUSH_CMD.L1D_FLUSH: writes back and empties the first-level data cache.
    pub l1d: bool,
}

/// What the barriers took since the vCPU was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BarrierCost {
    /// How often at least one was raised.
    pub count: u64,
    /// TSC ticks, all together.
    pub ticks: u64,
}

/// CPUID.(EAX=7,ECX=0):EDX.
const IBRS_IBPB: u32 = 1 << 26;
const L1D_FLUSH: u32 = 1 << 28;
const ARCH_CAPABILITIES: u32 = 1 << 29;
/// IA32_ARCH_CAPABILITIES: rogue data cache loads do not work here, nor what builds on them.
const RDCL_NO: u64 = 1 << 0;
/// IA32_ARCH_CAPABILITIES: whoever runs this hypervisor flushes at entry already.
const SKIP_L1DFL_VMENTRY: u64 = 1 << 3;
/// The only bit of IA32_PRED_CMD and of IA32_FLUSH_CMD.
const COMMAND: u64 = 1;

/// The vCPU that was on this CPU last; numbers from [`owner`], 0 for none.
static LAST_OWNER: AtomicU64 = AtomicU64::new(0);

/// A number for a vCPU that no other ever had.
pub(crate) fn owner() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Barriers {
    /// Those of this CPU.
    #[must_use]
    pub fn of_this_cpu() -> Self {
        let features = cpuid::structured_features();
        let capabilities = if features & ARCH_CAPABILITIES == 0 {
            0
        } else {
            // SAFETY: CPUID enumerates the MSR.
            unsafe { cpu::rdmsr(msr::IA32_ARCH_CAPABILITIES) }
        };
        Self::decide(features, capabilities)
    }

    fn decide(features: u32, capabilities: u64) -> Self {
        Self {
            predictors: features & IBRS_IBPB != 0,
            l1d: features & L1D_FLUSH != 0 && capabilities & (RDCL_NO | SKIP_L1DFL_VMENTRY) == 0,
        }
    }

    /// Called when vCPU `owner` comes onto this CPU, before its first entry there. The cache may hold the host's data whoever
    /// was here last; predictors are trained by guests. Returns what it took.
    pub(crate) fn raise(self, owner: u64) -> BarrierCost {
        // Also without barriers of its own: the next owner must know of it.
        let changed = LAST_OWNER.swap(owner, Ordering::Relaxed) != owner;
        let predictors = self.predictors && changed;
        if !predictors && !self.l1d {
            return BarrierCost::default();
        }
        let begin = cpu::rdtsc();
        // SAFETY: `of_this_cpu` found both MSRs enumerated. Writing the commands changes no architectural state.
        unsafe {
            if predictors {
                cpu::wrmsr(msr::IA32_PRED_CMD, COMMAND);
            }
            if self.l1d {
                cpu::wrmsr(msr::IA32_FLUSH_CMD, COMMAND);
            }
        }
        BarrierCost {
            count: 1,
            ticks: cpu::rdtsc().wrapping_sub(begin),
        }
    }
}

impl core::ops::AddAssign for BarrierCost {
    fn add_assign(&mut self, more: Self) {
        self.count = self.count.wrapping_add(more.count);
        self.ticks = self.ticks.wrapping_add(more.ticks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_enumerated_and_needed() {
        let (none, both) = (
            Barriers::default(),
            Barriers {
                predictors: true,
                l1d: true,
            },
        );
        assert_eq!(Barriers::decide(0, 0), none);
        assert_eq!(Barriers::decide(IBRS_IBPB | L1D_FLUSH, 0), both);
        for immune in [RDCL_NO, SKIP_L1DFL_VMENTRY] {
            let barriers = Barriers::decide(IBRS_IBPB | L1D_FLUSH | ARCH_CAPABILITIES, immune);
            assert_eq!(barriers, Barriers { l1d: false, ..both });
        }
        assert!(!Barriers::decide(L1D_FLUSH, 0).predictors);
    }

    #[test]
    fn owners_are_never_the_same() {
        assert_ne!(owner(), owner());
    }

    #[test]
    fn nothing_to_raise_costs_nothing() {
        assert_eq!(Barriers::default().raise(owner()), BarrierCost::default());
    }
}
