//! MSRs that the kernel does not use: those of SYSCALL, while IA32_EFER.SCE makes the instruction #UD, and IA32_KERNEL_GS_BASE, which
//! only SWAPGS looks at. No program can read them either. So a guest's values stay in the CPU when its thread leaves it, and are
//! exchanged when another guest's thread comes: most of the time the one that comes back is the one that was there.
//!
//! A kernel that does use them gets its own back whenever a guest leaves the CPU.

use crate::instructions as cpu;
use crate::interrupts::InterruptsOff;
use crate::msr;
use crate::registers::efer;
use alloc::sync::Arc;
use bounds::Cyclic;
use core::sync::atomic::{AtomicU64, Ordering};
use spin::Mutex;

const COUNT: usize = 5;

/// Their numbers.
const NUMBERS: Cyclic<u32, COUNT> = Cyclic([
    msr::IA32_STAR,
    msr::IA32_LSTAR,
    msr::IA32_CSTAR,
    msr::IA32_FMASK,
    msr::IA32_KERNEL_GS_BASE,
]);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Star,
    Lstar,
    Cstar,
    Fmask,
    KernelGsBase,
}

/// The MSRs of a CPU.
pub(crate) trait Cpu {
    /// RDMSR.
    fn read(&self, number: u32) -> u64;
    /// WRMSR.
    fn write(&mut self, number: u32, value: u64);
}

/// Those of this CPU, which is in ring 0 with interrupts disabled.
pub(crate) struct ThisCpu(());

impl ThisCpu {
    /// # Safety
    /// Interrupts stay disabled for as long as the value lives.
    pub(crate) const unsafe fn new() -> Self {
        Self(())
    }
}

impl Cpu for ThisCpu {
    fn read(&self, number: u32) -> u64 {
        // SAFETY: only the MSRs of this module are asked for, which exist in every 64-bit CPU.
        unsafe { cpu::rdmsr(number) }
    }

    fn write(&mut self, number: u32, value: u64) {
        // SAFETY: as for `read`; the values came from these MSRs, or `Vcpu::write` has checked that they take them. The kernel uses them
        // only when no guest is resident.
        unsafe { cpu::wrmsr(number, value) }
    }
}

/// Somebody's values while they are not in the CPU.
#[derive(Debug, Default)]
pub(crate) struct Saved(Cyclic<AtomicU64, COUNT>);

/// Whose values are in a CPU.
#[derive(Debug)]
pub(crate) struct Resident {
    /// The guest's; none while they are the kernel's.
    guest: Option<Arc<Saved>>,
    /// The kernel's values while they are not in the CPU.
    kernel: Saved,
    /// The kernel uses them.
    shared: bool,
}

impl Resident {
    /// The kernel's are, which runs with this EFER and this base of GS.
    pub(crate) fn new(cpu: &impl Cpu, efer: u64, gs_base: u64) -> Self {
        // A kernel with SWAPGS has a base in each of the two.
        let swaps_gs = gs_base != 0 || cpu.read(msr::IA32_KERNEL_GS_BASE) != 0;
        Self {
            guest: None,
            kernel: Saved::default(),
            shared: efer & efer::SCE != 0 || swaps_gs,
        }
    }

    /// A guest comes onto the CPU.
    pub(crate) fn enter(&mut self, cpu: &mut impl Cpu, guest: &Arc<Saved>) {
        if self.is(guest) {
            return;
        }
        exchange(cpu, self.guest.as_deref().unwrap_or(&self.kernel), guest);
        self.guest = Some(Arc::clone(guest));
    }

    /// It leaves the CPU, and may come back.
    pub(crate) fn leave(&mut self, cpu: &mut impl Cpu) {
        if self.shared {
            self.evict(cpu);
        }
    }

    /// The kernel gets its own back.
    pub(crate) fn evict(&mut self, cpu: &mut impl Cpu) {
        if let Some(guest) = self.guest.take() {
            exchange(cpu, &guest, &self.kernel);
        }
    }

    /// The same, if this guest is there: it ends.
    pub(crate) fn retire(&mut self, cpu: &mut impl Cpu, guest: &Arc<Saved>) {
        if self.is(guest) {
            self.evict(cpu);
        }
    }

    /// A guest's value, wherever it is.
    pub(crate) fn read(&self, cpu: &impl Cpu, guest: &Arc<Saved>, name: Name) -> u64 {
        if self.is(guest) {
            cpu.read(NUMBERS[name as usize])
        } else {
            guest.0[name as usize].load(Ordering::Relaxed)
        }
    }

    /// Sets it.
    pub(crate) fn write(&mut self, cpu: &mut impl Cpu, guest: &Arc<Saved>, name: Name, value: u64) {
        if self.is(guest) {
            cpu.write(NUMBERS[name as usize], value);
        } else {
            guest.0[name as usize].store(value, Ordering::Relaxed);
        }
    }

    fn is(&self, guest: &Arc<Saved>) -> bool {
        self.guest
            .as_ref()
            .is_some_and(|resident| Arc::ptr_eq(resident, guest))
    }
}

/// Does something with the MSRs of this CPU while nobody else can.
pub(crate) fn alone<T>(resident: &Mutex<Resident>, act: impl FnOnce(&mut Resident, &mut ThisCpu) -> T) -> T {
    let _alone = InterruptsOff::new();
    // SAFETY: interrupts stay disabled until this returns.
    let mut cpu = unsafe { ThisCpu::new() };
    act(&mut resident.lock(), &mut cpu)
}

/// What is in the CPU goes to `old`, and `new` comes into it.
fn exchange(cpu: &mut impl Cpu, old: &Saved, new: &Saved) {
    for ((number, old), new) in NUMBERS.0.into_iter().zip(old.0.iter()).zip(new.0.iter()) {
        let (present, next) = (cpu.read(number), new.load(Ordering::Relaxed));
        old.store(present, Ordering::Relaxed);
        // Reading is cheaper than writing, and many guests leave most of them at 0.
        if present != next {
            cpu.write(number, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// What the kernel has in STAR, as a sign that it is the kernel's.
    const KERNELS: u64 = 0xC0;

    #[derive(Default)]
    struct FakeCpu {
        values: HashMap<u32, u64>,
        writes: usize,
    }

    impl Cpu for FakeCpu {
        fn read(&self, number: u32) -> u64 {
            self.values.get(&number).copied().unwrap_or_default()
        }

        fn write(&mut self, number: u32, value: u64) {
            self.writes += 1;
            self.values.insert(number, value);
        }
    }

    impl FakeCpu {
        fn star(&self) -> u64 {
            self.read(msr::IA32_STAR)
        }
    }

    fn machine(efer: u64, gs_base: u64) -> (FakeCpu, Resident) {
        let cpu = FakeCpu {
            values: HashMap::from([(msr::IA32_STAR, KERNELS)]),
            writes: 0,
        };
        let resident = Resident::new(&cpu, efer, gs_base);
        (cpu, resident)
    }

    #[test]
    fn a_guest_that_comes_back_finds_its_values_untouched() {
        let (mut cpu, mut resident) = machine(0, 0);
        let guest = Arc::new(Saved::default());
        resident.enter(&mut cpu, &guest);
        assert_eq!(cpu.star(), 0, "not the kernel's");
        cpu.write(msr::IA32_STAR, 1);
        let before = cpu.writes;
        resident.leave(&mut cpu);
        assert_eq!(resident.read(&cpu, &guest, Name::Star), 1);
        resident.enter(&mut cpu, &guest);
        assert_eq!((cpu.star(), cpu.writes), (1, before));
    }

    #[test]
    fn each_guest_has_its_own() {
        let (mut cpu, mut resident) = machine(0, 0);
        let guests = [Arc::new(Saved::default()), Arc::new(Saved::default())];
        for (guest, value) in guests.iter().zip(1..) {
            resident.enter(&mut cpu, guest);
            assert_eq!(cpu.star(), 0);
            // The guest's own WRMSR and SWAPGS; then the monitor's.
            cpu.write(msr::IA32_STAR, value);
            cpu.write(msr::IA32_KERNEL_GS_BASE, 10 * value);
            resident.write(&mut cpu, guest, Name::Fmask, 100 * value);
            resident.leave(&mut cpu);
        }
        for (guest, value) in guests.iter().zip(1..) {
            let read = |cpu: &FakeCpu, resident: &Resident| {
                [Name::Star, Name::KernelGsBase, Name::Fmask].map(|name| resident.read(cpu, guest, name))
            };
            let expected = [value, 10 * value, 100 * value];
            assert_eq!(read(&cpu, &resident), expected, "resident or not");
            resident.enter(&mut cpu, guest);
            assert_eq!(cpu.star(), value);
            assert_eq!(read(&cpu, &resident), expected);
        }
    }

    #[test]
    fn what_is_set_while_another_guest_is_there_comes_with_its_own() {
        let (mut cpu, mut resident) = machine(0, 0);
        let guests = [Arc::new(Saved::default()), Arc::new(Saved::default())];
        resident.enter(&mut cpu, &guests[0]);
        resident.write(&mut cpu, &guests[1], Name::Lstar, 7);
        assert_eq!(cpu.read(msr::IA32_LSTAR), 0);
        resident.enter(&mut cpu, &guests[1]);
        assert_eq!(cpu.read(msr::IA32_LSTAR), 7);
    }

    #[test]
    fn the_kernel_gets_its_own_back_when_the_guest_ends() {
        let (mut cpu, mut resident) = machine(0, 0);
        let guests = [Arc::new(Saved::default()), Arc::new(Saved::default())];
        resident.enter(&mut cpu, &guests[0]);
        resident.retire(&mut cpu, &guests[1]);
        assert_eq!(cpu.star(), 0, "it was not there");
        resident.retire(&mut cpu, &guests[0]);
        assert_eq!(cpu.star(), KERNELS);
    }

    #[test]
    fn a_kernel_that_uses_them_has_them_whenever_no_guest_runs() {
        for (efer, gs_base) in [(efer::SCE, 0), (0, 0xFFFF_8000_0000_0000)] {
            let (mut cpu, mut resident) = machine(efer, gs_base);
            let guest = Arc::new(Saved::default());
            for value in 1..3 {
                resident.enter(&mut cpu, &guest);
                assert_eq!(cpu.star(), value - 1);
                cpu.write(msr::IA32_STAR, value);
                resident.leave(&mut cpu);
                assert_eq!(cpu.star(), KERNELS + value - 1);
                // It may change them meanwhile.
                cpu.write(msr::IA32_STAR, KERNELS + value);
            }
        }
    }
}
