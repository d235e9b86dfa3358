//! RDMSR and WRMSR; the policy is in [`crate::msr`].

use super::Outcome;
use super::system::pair;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::history::Detail;
use crate::host::Host;
use vmx::state::gpr::{RAX, RCX, RDX};

/// RDMSR.
#[inline(never)]
pub fn read<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let msr = cpu.registers().low32(RCX);
    guest.history.tell(Detail::Msr(msr));
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
#[inline(never)]
pub fn write<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let registers = cpu.registers();
    let msr = registers.low32(RCX);
    let value = pair(registers.low32(RDX), registers.low32(RAX));
    guest.history.tell(Detail::Msr(msr));
    let written = guest.msrs.write(cpu, msr, value);
    if written.is_err() {
        log::debug!("guest wrote {value:#x} to MSR {msr:#x}: #GP");
    }
    written.into()
}
