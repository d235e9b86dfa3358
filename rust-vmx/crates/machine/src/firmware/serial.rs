//! INT 14h: the serial port, as far as sending to it.

use super::caller::Caller;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use devices::Width;
use vmx::state::gpr::RAX;

/// The first port.
const COM1: u16 = 0x3F8;
/// Line status: the transmitter is empty.
const READY: u8 = 0x60;
/// Line status of a call that timed out.
const TIMED_OUT: u8 = 0x80;

/// Carries out a service.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    let now = guest.now();
    match caller.ah() {
        // Initialise, and ask for the status.
        0x00 | 0x03 => caller.set_word(RAX, u16::from(READY) << 8),
        0x01 => {
            let byte = caller.al();
            guest.board.write(COM1, Width::Byte, u32::from(byte), now);
            caller.set_high(RAX, READY);
        }
        // Receive: a byte that has come, or none within the time allowed.
        0x02 if guest.board.read(COM1 + 5, Width::Byte, now) & 1 != 0 => {
            let byte = guest.board.read(COM1, Width::Byte, now);
            caller.set_word(RAX, byte as u16 & 0xFF);
        }
        _ => caller.set_high(RAX, TIMED_OUT),
    }
}
