//! RDMSR and WRMSR; the policy is in [`crate::msr`].

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use vmx::state::gpr::{RAX, RDX};

/// RDMSR.
pub fn read<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>, msr: u32) -> Outcome {
    match guest.msrs.read(cpu, msr) {
        Ok(value) => {
            let registers = cpu.registers_mut();
            registers.set32(RAX, value as u32);
            registers.set32(RDX, (value >> 32) as u32);
            Outcome::Done
        }
        Err(event) => {
            log::debug!("guest read MSR {msr:#x}: #GP");
            Outcome::Raise(event)
        }
    }
}

/// WRMSR.
pub fn write<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    msr: u32,
    value: u64,
) -> Outcome {
    let written = guest.msrs.write(cpu, msr, value);
    if written.is_err() {
        log::debug!("guest wrote {value:#x} to MSR {msr:#x}: #GP");
    }
    written.into()
}
