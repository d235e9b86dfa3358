//! INT 08h, 1Ah and 70h: the timer's ticks and the real-time clock.

use super::caller::Caller;
use super::rom::Routine;
use super::{data, keyboard};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use devices::{Time, Width};
use vmx::state::gpr::{RAX, RCX, RDX};

/// Ticks of a day at 18.2 Hz.
const DAY: u32 = 0x18_00B0;

/// Registers of the clock.
mod register {
    pub const SECOND: u8 = 0;
    pub const SECOND_ALARM: u8 = 1;
    pub const MINUTE: u8 = 2;
    pub const MINUTE_ALARM: u8 = 3;
    pub const HOUR: u8 = 4;
    pub const HOUR_ALARM: u8 = 5;
    pub const DAY: u8 = 7;
    pub const MONTH: u8 = 8;
    pub const YEAR: u8 = 9;
    pub const A: u8 = 0x0A;
    pub const B: u8 = 0x0B;
    pub const C: u8 = 0x0C;
    pub const CENTURY: u8 = 0x32;
}

/// Bits of register B. Those of interrupts are the same in register C.
pub mod register_b {
    pub const SET: u8 = 1 << 7;
    pub const PERIODIC: u8 = 1 << 6;
    pub const ALARM: u8 = 1 << 5;
    pub const HOURS_24: u8 = 1 << 1;
    pub const DAYLIGHT_SAVING: u8 = 1;
}

/// Register A: the crystal of 32,768 Hz, 1024 periodic interrupts a second.
const RUNNING: u8 = 0x26;

/// The timer's interrupt: counts.
pub fn tick<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let ticks = ticks(caller).wrapping_add(1);
    if ticks >= DAY {
        set_ticks(caller, 0);
        caller.store_byte(data::MIDNIGHT, 1);
    } else {
        set_ticks(caller, ticks);
    }
    if keyboard::waiting_fits(caller) {
        caller.go_on_in(Routine::TickKeyWaiting);
    }
    super::acknowledge(caller, 0x08);
}

fn ticks<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> u32 {
    let (low, high) = (caller.load_word(data::TICKS), caller.load_word(data::TICKS + 2));
    u32::from(high) << 16 | u32::from(low)
}

fn set_ticks<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, ticks: u32) {
    caller.store(data::TICKS, &ticks.to_le_bytes());
}

/// The clock's interrupt: tells about an alarm. The periodic one need only wake those who wait.
pub fn clock_interrupt<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let reasons = read(caller, register::C);
    if reasons & register_b::ALARM != 0 {
        caller.go_on_in(Routine::Alarm);
    }
    super::acknowledge(caller, 0x70);
}

/// INT 1Ah.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let done = match caller.ah() {
        0x00 => {
            let ticks = ticks(caller);
            caller.set_word(RCX, (ticks >> 16) as u16);
            caller.set_word(RDX, ticks as u16);
            let midnight = caller.load_byte(data::MIDNIGHT);
            caller.set_low(RAX, midnight);
            caller.store_byte(data::MIDNIGHT, 0);
            true
        }
        0x01 => {
            let ticks = u32::from(caller.cx()) << 16 | u32::from(caller.dx());
            set_ticks(caller, ticks);
            caller.store_byte(data::MIDNIGHT, 0);
            true
        }
        0x02 => {
            time(caller);
            true
        }
        0x03 => {
            set_time(caller);
            true
        }
        0x04 => {
            date(caller);
            true
        }
        0x05 => {
            set_date(caller);
            true
        }
        0x06 => set_alarm(caller),
        0x07 => {
            change_register_b(caller, register_b::ALARM, false);
            true
        }
        _ => false,
    };
    caller.set_carry(!done);
}

/// AH=02h: hours, minutes, seconds in BCD as the clock keeps them, and whether it knows daylight saving.
fn time<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let [hours, minutes, seconds, b] = read_at_once(
        caller,
        [register::HOUR, register::MINUTE, register::SECOND, register::B],
    );
    caller.set_word(RCX, pair(hours, minutes));
    caller.set_word(RDX, pair(seconds, b & register_b::DAYLIGHT_SAVING));
}

/// AH=03h: the same, the other way round.
fn set_time<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let ([hours, minutes], [seconds, daylight]) = (caller.cx().to_be_bytes(), caller.dx().to_be_bytes());
    let values = [
        (register::SECOND, seconds),
        (register::MINUTE, minutes),
        (register::HOUR, hours),
    ];
    set_clock(caller, &values);
    let saving = daylight & register_b::DAYLIGHT_SAVING != 0;
    change_register_b(caller, register_b::DAYLIGHT_SAVING, saving);
}

/// AH=04h: century, year, month, day.
fn date<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let [century, year, month, day] = read_at_once(
        caller,
        [register::CENTURY, register::YEAR, register::MONTH, register::DAY],
    );
    caller.set_word(RCX, pair(century, year));
    caller.set_word(RDX, pair(month, day));
}

/// AH=05h: the same, the other way round.
fn set_date<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let ([century, year], [month, day]) = (caller.cx().to_be_bytes(), caller.dx().to_be_bytes());
    let values = [
        (register::DAY, day),
        (register::MONTH, month),
        (register::YEAR, year),
        (register::CENTURY, century),
    ];
    set_clock(caller, &values);
}

/// AH=06h: an alarm at CH:CL:DH, unless one is set already.
fn set_alarm<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> bool {
    if read(caller, register::B) & register_b::ALARM != 0 {
        return false;
    }
    let ([hours, minutes], [seconds, _]) = (caller.cx().to_be_bytes(), caller.dx().to_be_bytes());
    write(caller, register::HOUR_ALARM, hours);
    write(caller, register::MINUTE_ALARM, minutes);
    write(caller, register::SECOND_ALARM, seconds);
    change_register_b(caller, register_b::ALARM, true);
    open_clock_interrupt(caller);
    true
}

/// Writes registers while the clock does not change them. It counts in BCD and 24 hours, as these calls do.
fn set_clock<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, values: &[(u8, u8)]) {
    const BINARY: u8 = 1 << 2;
    let b = read(caller, register::B) & !BINARY | register_b::HOURS_24;
    write(caller, register::A, RUNNING);
    write(caller, register::B, b | register_b::SET);
    for (register, value) in values {
        write(caller, *register, *value);
    }
    write(caller, register::B, b & !register_b::SET);
}

/// Sets or clears a bit of register B.
pub fn change_register_b<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    bit: u8,
    on: bool,
) {
    let b = read(caller, register::B);
    write(caller, register::B, if on { b | bit } else { b & !bit });
}

/// Lets the clock's interrupt through both controllers.
pub fn open_clock_interrupt<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const CLOCK: u8 = 1;
    const SECOND_CONTROLLER: u8 = 1 << 2;
    for (port, line) in [(0x21, SECOND_CONTROLLER), (0xA1, CLOCK)] {
        let mask = caller.input(port);
        caller.output(port, mask & !line);
    }
}

fn pair(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}

/// Registers of the clock at one moment: it may go on between two accesses.
fn read_at_once<const N: usize, C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    registers: [u8; N],
) -> [u8; N] {
    let now = caller.guest.now();
    registers.map(|register| read_at(caller, register, now))
}

fn read<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, register: u8) -> u8 {
    let now = caller.guest.now();
    read_at(caller, register, now)
}

fn read_at<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    register: u8,
    now: Time,
) -> u8 {
    let board = &mut caller.guest.board;
    board.write(0x70, Width::Byte, u32::from(register), now);
    board.read(0x71, Width::Byte, now) as u8
}

fn write<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, register: u8, value: u8) {
    caller.output(0x70, register);
    caller.output(0x71, value);
}
