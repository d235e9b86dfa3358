//! MOV to and from debug registers (SDM vol. 3, "Debug Registers").

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use serde::{Deserialize, Serialize};
use vmx::event::Event;
use vmx::exit::DebugRegisterAccess;
use vmx::state::{CpuMode, SystemRegister};

/// CR4.DE: DR4 and DR5 are no other names of DR6 and DR7.
const CR4_DE: u64 = 1 << 3;
/// DR6 after a reset: what is always one.
const DR6_RESET: u64 = 0xFFFF_0FF0;

/// The debug registers that are not in the VMCS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugRegisters {
    addresses: [u64; 4],
    status: u64,
}

impl Default for DebugRegisters {
    fn default() -> Self {
        Self {
            addresses: [0; 4],
            status: DR6_RESET,
        }
    }
}

/// Handles an access to a debug register.
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &DebugRegisterAccess,
) -> Outcome {
    let debug_extensions = cpu.read(SystemRegister::Cr4) & CR4_DE != 0;
    let number = match access.debug {
        4 | 5 if debug_extensions => return Outcome::Raise(Event::UD),
        4 | 5 => access.debug + 2,
        other => other & 7,
    };
    let register = usize::from(access.register & 15);
    if access.read {
        let value = match number {
            6 => guest.debug.status,
            7 => cpu.read(SystemRegister::Dr7),
            address => guest.debug.addresses[usize::from(address & 3)],
        };
        cpu.registers_mut().gpr[register] = value;
        return Outcome::Done;
    }
    let mut value = cpu.registers().gpr[register];
    if cpu.mode() != CpuMode::Long {
        value &= 0xFFFF_FFFF;
    }
    match number {
        6 | 7 if value >> 32 != 0 => Outcome::Raise(Event::GP),
        6 => {
            // The upper ones are fixed; B0 to B3, BD, BS and BT are the guest's.
            guest.debug.status = DR6_RESET | value & 0xE00F;
            Outcome::Done
        }
        7 => cpu.write(SystemRegister::Dr7, value).into(),
        address => {
            guest.debug.addresses[usize::from(address & 3)] = value;
            Outcome::Done
        }
    }
}
