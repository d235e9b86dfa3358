//! EPT violations: memory on demand, and addresses where nothing is.

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam, Touch};
use crate::history::Detail;
use crate::host::Host;
use crate::memory::MemoryError;
use crate::unowned::Place;
use vmx::exit::EptViolation;

/// Handles an access that EPT did not allow.
#[inline(never)]
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let address = cpu.guest_physical();
    guest.history.tell(Detail::Address(address));
    match guest.memory.touch(address) {
        Ok(Touch::Fresh) => {
            guest.count_frames();
            Outcome::Resume
        }
        Ok(Touch::Later) => Outcome::Populate(address),
        // The access was the CPU's own, and the instruction at RIP has nothing to do with the IDT or the stack that is not there.
        Ok(Touch::Present) | Err(MemoryError::NotRam(_)) if cpu.interrupted_event().is_some() => {
            Outcome::Fail(Failure::Mmio(cpu.ept_violation()))
        }
        Ok(Touch::Present) | Err(MemoryError::NotRam(_)) => {
            let violation = cpu.ept_violation();
            if violation.allowed == 0 {
                let place = Place::page(address, violation.write);
                guest.board.unowned.note(place);
            }
            open_bus(cpu, guest, &violation)
        }
        Err(error) => Outcome::Fail(Failure::Memory(error)),
    }
}

/// Nobody answers: a read yields ones and a write is lost, if the instruction is one that is understood.
#[cfg(feature = "mmio")]
fn open_bus<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    violation: &EptViolation,
) -> Outcome {
    super::mmio::open_bus(cpu, guest, violation).unwrap_or(Outcome::Fail(Failure::Mmio(*violation)))
}

/// Nobody answers, and instructions are not decoded in this build.
#[cfg(not(feature = "mmio"))]
fn open_bus<C: VirtualCpu, M: GuestRam, H: Host>(
    _cpu: &mut C,
    _guest: &mut Guest<M, H>,
    violation: &EptViolation,
) -> Outcome {
    Outcome::Fail(Failure::Mmio(*violation))
}
