//! INT 15h, AH=86h: waiting, halted, for so many microseconds.
//!
//! As on the PC/AT the clock's periodic interrupt, 1024 times a second, is what the time is looked at with.

use super::caller::Caller;
use super::data;
use super::rom::Routine;
use super::time::{self, register_b};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use devices::Time;
use vmx::state::gpr::RAX;

/// A wait is in progress.
const ACTIVE: u8 = 1;
/// AH of a call during another one's wait.
const BUSY: u8 = 0x83;

/// The wait in progress, if there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wait {
    until: Option<Time>,
}

/// Begins to wait CX:DX microseconds.
pub fn begin<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    if caller.load_byte(data::WAIT_ACTIVE) & ACTIVE != 0 {
        caller.set_high(RAX, BUSY);
        caller.set_carry(true);
        return;
    }
    let microseconds = u64::from(caller.cx()) << 16 | u64::from(caller.dx());
    caller.guest.firmware.wait.until = Some(caller.guest.now() + microseconds * 1000);
    caller.store_byte(data::WAIT_ACTIVE, ACTIVE);
    caller.set_carry(false);
    time::change_register_b(caller, register_b::PERIODIC, true);
    time::open_clock_interrupt(caller);
    look(caller);
}

/// Looks at the time.
pub fn look<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let now = caller.guest.now();
    if caller.guest.firmware.wait.until.is_some_and(|until| now < until) {
        caller.go_on_in(Routine::WaitForTime);
        return;
    }
    caller.guest.firmware.wait.until = None;
    caller.store_byte(data::WAIT_ACTIVE, 0);
    time::change_register_b(caller, register_b::PERIODIC, false);
}
