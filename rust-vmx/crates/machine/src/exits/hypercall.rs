//! VMCALL: the guest calls the hypervisor.
//!
//! RAX holds the number, and the result afterwards: not negative, or a negative error number. The firmware's services are
//! no calls in this sense: its stubs are told by their address.

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use vmx::state::gpr::RAX;

/// The interface's version, what call 0 returns.
const VERSION: u64 = 1;
/// Operation not permitted: the caller is not the guest's kernel.
const EPERM: i64 = -1;
/// No such call.
const ENOSYS: i64 = -38;

/// A call: from the CPU's registers to a result.
type Call<C> = fn(&mut C) -> i64;

/// The calls by number.
fn table<C: VirtualCpu>() -> [Call<C>; 1] {
    [|_| VERSION as i64]
}

/// Handles VMCALL.
#[inline(never)]
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    if let Some(outcome) = crate::firmware::call(cpu, guest) {
        return outcome;
    }
    let privileged = cpu.privilege() == 0;
    let number = cpu.registers().gpr[RAX];
    let result = match usize::try_from(number)
        .ok()
        .and_then(|number| table::<C>().get(number).copied())
    {
        _ if !privileged => EPERM,
        Some(call) => call(cpu),
        None => ENOSYS,
    };
    cpu.registers_mut().gpr[RAX] = result as u64;
    Outcome::Done
}
