//! CPUID, XSETBV, RDTSC.

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use vmx::event::Event;
use vmx::state::SystemRegister;
use vmx::state::gpr::{RAX, RBX, RCX, RDX};

/// CPUID.
#[inline]
pub fn cpuid<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let registers = cpu.registers();
    let (leaf, subleaf) = (registers.low32(RAX), registers.low32(RCX));
    let [eax, ebx, ecx, edx] = guest.cpuid.answer(cpu, leaf, subleaf);
    let registers = cpu.registers_mut();
    registers.set32(RAX, eax);
    registers.set32(RBX, ebx);
    registers.set32(RCX, ecx);
    registers.set32(RDX, edx);
    Outcome::Done
}

/// XSETBV: only XCR0 exists; the CPU checks the value against what it offers.
#[inline(never)]
pub fn xsetbv<C: VirtualCpu>(cpu: &mut C) -> Outcome {
    let registers = cpu.registers();
    if registers.low32(RCX) != 0 {
        return Outcome::Raise(Event::GP);
    }
    let value = pair(registers.low32(RDX), registers.low32(RAX));
    cpu.write(SystemRegister::Xcr0, value).into()
}

/// RDTSC and RDTSCP, in case they exit.
#[inline(never)]
pub fn rdtsc<C: VirtualCpu>(cpu: &mut C, with_aux: bool) -> Outcome {
    let tsc = cpu.host_tsc().wrapping_add(cpu.tsc_offset());
    let aux = if with_aux {
        Some(cpu.read(SystemRegister::TscAux))
    } else {
        None
    };
    let registers = cpu.registers_mut();
    registers.set32(RAX, tsc as u32);
    registers.set32(RDX, (tsc >> 32) as u32);
    if let Some(aux) = aux {
        registers.set32(RCX, aux as u32);
    }
    Outcome::Done
}

/// The 64-bit value in a pair of registers.
pub(super) fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
