//! INT 08h and 1Ah: the timer's ticks and the real-time clock.

use super::caller::Caller;
use super::{data, keyboard};
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use devices::Width;
use vmx::addr::Gpa;
use vmx::state::gpr::{RAX, RCX, RDX};

/// Ticks of a day at 18.2 Hz.
const DAY: u32 = 0x18_00B0;

/// The timer's interrupt: counts.
pub fn tick<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    let ticks = guest
        .memory
        .read_u32(Gpa(data::TICKS))
        .unwrap_or(0)
        .wrapping_add(1);
    let (ticks, midnight) = if ticks >= DAY { (0, 1) } else { (ticks, 0) };
    data::store(&mut guest.memory, data::TICKS, &ticks.to_le_bytes());
    if midnight != 0 {
        data::store(&mut guest.memory, data::TICKS + 4, &[midnight]);
    }
    keyboard::receive(guest);
    super::acknowledge(0x08, guest);
}

/// INT 1Ah.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    let known = match caller.ah() {
        0x00 => {
            let ticks = guest.memory.read_u32(Gpa(data::TICKS)).unwrap_or(0);
            caller.set_word(RCX, (ticks >> 16) as u16);
            caller.set_word(RDX, ticks as u16);
            let midnight = data::byte(&guest.memory, data::TICKS + 4);
            caller.set_low(RAX, midnight);
            data::store(&mut guest.memory, data::TICKS + 4, &[0]);
            true
        }
        0x01 => {
            let ticks = u32::from(caller.cx()) << 16 | u32::from(caller.dx());
            data::store(&mut guest.memory, data::TICKS, &ticks.to_le_bytes());
            data::store(&mut guest.memory, data::TICKS + 4, &[0]);
            true
        }
        // Time and date, in BCD as the clock keeps them.
        0x02 => {
            let (hours, minutes, seconds) = (cmos(guest, 4), cmos(guest, 2), cmos(guest, 0));
            caller.set_word(RCX, pair(hours, minutes));
            caller.set_word(RDX, pair(seconds, 0));
            true
        }
        0x04 => {
            let (century, year, month, day) =
                (cmos(guest, 0x32), cmos(guest, 9), cmos(guest, 8), cmos(guest, 7));
            caller.set_word(RCX, pair(century, year));
            caller.set_word(RDX, pair(month, day));
            true
        }
        _ => false,
    };
    caller.set_carry(&mut guest.memory, !known);
}

fn pair(high: u8, low: u8) -> u16 {
    u16::from(high) << 8 | u16::from(low)
}

/// A byte of the clock's memory.
fn cmos<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, index: u8) -> u8 {
    let now = guest.now();
    guest.board.write(0x70, Width::Byte, u32::from(index), now);
    guest.board.read(0x71, Width::Byte, now) as u8
}
