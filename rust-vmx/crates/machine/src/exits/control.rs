//! MOV to and from control registers, CLTS, LMSW (SDM "MOV - Move to/from Control Registers").

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::history::Detail;
use crate::host::Host;
use vmx::addr::Gpa;
use vmx::event::Event;
use vmx::exit::ControlRegisterAccess;
use vmx::state::{CpuMode, SystemRegister};

/// CR0.TS, what CLTS clears.
const CR0_TS: u64 = 1 << 3;
/// CR0.PE, which LMSW can set but not clear.
const CR0_PE: u64 = 1;
/// The bits LMSW writes: PE, MP, EM, TS.
const LMSW_BITS: u64 = 0b1111;
/// NW, CD and PG: a MOV to CR0 that changes one of them loads the PDPTEs.
const CR0_LOADS_PDPTES: u64 = 1 << 29 | 1 << 30 | 1 << 31;
/// PSE, PAE, PGE and SMEP: the same for MOV to CR4.
const CR4_LOADS_PDPTES: u64 = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 20;

/// Handles an access to a control register.
#[inline(never)]
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let access = cpu.control_register_access();
    guest.history.tell(Detail::Control(access));
    match access {
        ControlRegisterAccess::Write { control, register } => {
            let mut value = cpu.general(usize::from(register));
            // The mode takes four VMREADs, and hardly ever matters.
            if value >> 32 != 0 && cpu.mode() != CpuMode::Long {
                value &= 0xFFFF_FFFF;
            }
            name(control)
                .and_then(|name| write(cpu, guest, name, value))
                .into()
        }
        ControlRegisterAccess::Read { control, register } => match name(control) {
            Ok(name) => {
                let value = cpu.read(name);
                cpu.set_general(usize::from(register), value);
                Outcome::Done
            }
            Err(event) => Outcome::Raise(event),
        },
        ControlRegisterAccess::Clts => {
            let value = cpu.read(SystemRegister::Cr0) & !CR0_TS;
            write(cpu, guest, SystemRegister::Cr0, value).into()
        }
        ControlRegisterAccess::Lmsw(source) => {
            let old = cpu.read(SystemRegister::Cr0);
            let value = (old & !LMSW_BITS) | (u64::from(source) & LMSW_BITS) | (old & CR0_PE);
            write(cpu, guest, SystemRegister::Cr0, value).into()
        }
    }
}

/// The register behind a number; those that do not exist are #UD.
fn name(control: u8) -> Result<SystemRegister, Event> {
    match control {
        0 => Ok(SystemRegister::Cr0),
        2 => Ok(SystemRegister::Cr2),
        3 => Ok(SystemRegister::Cr3),
        4 => Ok(SystemRegister::Cr4),
        8 => Ok(SystemRegister::Cr8),
        _ => Err(Event::UD),
    }
}

/// Writes a control register, and where that loads the four entries that the CPU keeps for PAE paging, loads them: a
/// reserved bit in one of them is #GP, and then the register keeps its value. A write that does not load them must leave
/// them alone, since the guest may have changed its tables meanwhile (SDM "PDPTE Registers", 4.4.1).
fn write<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &Guest<M, H>,
    register: SystemRegister,
    value: u64,
) -> Result<(), Event> {
    let old = cpu.read(register);
    cpu.write(register, value)?;
    let changed = old ^ value;
    let loads = match register {
        SystemRegister::Cr0 => changed & CR0_LOADS_PDPTES != 0,
        SystemRegister::Cr3 => true,
        SystemRegister::Cr4 => changed & CR4_LOADS_PDPTES != 0,
        _ => false,
    };
    if loads
        && let Some(at) = cpu.pdpte_address()
        && let Err(event) = load_pdptes(cpu, guest, at)
    {
        // It was valid a moment ago.
        let _ = cpu.write(register, old);
        return Err(event);
    }
    Ok(())
}

fn load_pdptes<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &Guest<M, H>,
    at: Gpa,
) -> Result<(), Event> {
    let mut entries = [0; 4];
    for (index, entry) in entries.iter_mut().enumerate() {
        // Outside memory the bus reads ones, and reserved bits are among them.
        let at = Gpa(at.0 + 8 * index as u64);
        *entry = guest.memory.read_u64(at).unwrap_or(u64::MAX);
    }
    cpu.set_pdptes(entries)
}
