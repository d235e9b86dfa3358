//! The MC146818 real-time clock with its CMOS memory, and the second bank that later chip sets have.
//!
//! Sources: Motorola MC146818A data sheet (ADI-856); Intel 82371AB (PIIX4) data sheet, "Real Time Clock" for ports 0x70 to
//! 0x73. Modelled: time and date in BCD or binary, 12 or 24 hours, with century; SET, divider reset, UIP; update-ended, alarm
//! and periodic interrupts on IRQ 8 with the semantics of register C. Daylight saving (DSE) and the square wave (SQWE) can
//! be set and have no effect: PC chip sets have neither.
//!
//! Interrupts that a guest misses while it does not run are lost, as on the chip: register C holds each reason once.

mod alarm;
mod calendar;
mod cmos;
mod divider;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, PortDevice, PortRange, Time, Width};
use alarm::{Alarm, NEVER};
use alloc::vec::Vec;
use calendar::Calendar;
use cmos::BANK;
use divider::Divider;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[PortRange::new("RTC and CMOS", 0x70, 4)];

const IRQ: u8 = 8;

/// Register numbers.
mod register {
    pub const SECOND: usize = 0x00;
    pub const SECOND_ALARM: usize = 0x01;
    pub const MINUTE: usize = 0x02;
    pub const MINUTE_ALARM: usize = 0x03;
    pub const HOUR: usize = 0x04;
    pub const HOUR_ALARM: usize = 0x05;
    pub const WEEKDAY: usize = 0x06;
    pub const DAY: usize = 0x07;
    pub const MONTH: usize = 0x08;
    pub const YEAR: usize = 0x09;
    pub const A: usize = 0x0A;
    pub const B: usize = 0x0B;
    pub const C: usize = 0x0C;
    pub const D: usize = 0x0D;
    pub const CENTURY: usize = 0x32;
}

/// Register A.
mod a {
    pub const UIP: u8 = 1 << 7;
    /// Divider control: 11x is reset.
    pub const DIVIDER_RESET: u8 = 0x60;
    pub const RATE: u8 = 0x0F;
    /// 32.768 kHz, 1024 Hz periodic.
    pub const INITIAL: u8 = 0x26;
}

/// Register B.
mod b {
    pub const SET: u8 = 1 << 7;
    pub const PERIODIC: u8 = 1 << 6;
    pub const ALARM: u8 = 1 << 5;
    pub const UPDATE: u8 = 1 << 4;
    pub const SQUARE_WAVE: u8 = 1 << 3;
    pub const BINARY: u8 = 1 << 2;
    pub const HOURS_24: u8 = 1 << 1;
    pub const INITIAL: u8 = HOURS_24;
}

/// Register C: bits 6 to 4 are where register B enables them.
mod c {
    pub const REQUEST: u8 = 1 << 7;
    pub const REASONS: u8 = super::b::PERIODIC | super::b::ALARM | super::b::UPDATE;
}

/// Register D: the battery is good.
const VALID: u8 = 1 << 7;
/// An alarm register with both upper bits set matches everything.
const ALARM_ANY: u8 = 0xC0;
/// Hour register in 12-hour mode.
const PM: u8 = 1 << 7;

/// What the clock and the CMOS memory say at power-on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtcConfig {
    /// Seconds since 1970-01-01 UTC at the machine's time zero.
    pub wall_clock: i64,
    /// RAM in bytes, from address 0.
    pub memory_bytes: u64,
    /// How many hard disks the CMOS drive type field shows (0 to 2).
    pub disks: u8,
}

/// The clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rtc {
    calendar: Calendar,
    divider: Divider,
    a: u8,
    b: u8,
    c: u8,
    /// Both banks; the clock's registers in them are not used, but for the alarm's.
    memory: Vec<u8>,
    /// Port 0x70, with the NMI mask in bit 7.
    index: u8,
    /// Port 0x72.
    extended_index: u8,
}

impl Default for Rtc {
    fn default() -> Self {
        Self::new(RtcConfig::default())
    }
}

impl Rtc {
    /// A clock that was set, with its battery good.
    #[must_use]
    pub fn new(config: RtcConfig) -> Self {
        let mut memory = cmos::contents(&config).to_vec();
        memory.resize(2 * BANK, 0);
        Self {
            calendar: Calendar::from_unix(config.wall_clock),
            divider: Divider::default(),
            a: a::INITIAL,
            b: b::INITIAL,
            c: 0,
            memory,
            index: register::D as u8,
            extended_index: 0,
        }
    }

    /// Whether the guest has masked NMIs (bit 7 of port 0x70).
    #[must_use]
    pub fn nmi_masked(&self) -> bool {
        self.index & 0x80 != 0
    }

    /// Sets the clock, as a program on the host would: after a snapshot was loaded, for example.
    pub fn set_wall_clock(&mut self, seconds: i64, cx: &mut Context<'_>) {
        self.catch_up(cx);
        self.calendar = Calendar::from_unix(seconds);
    }

    /// Lets the time up to the present pass.
    fn catch_up(&mut self, cx: &mut Context<'_>) {
        let passed = self.divider.advance(cx.now, self.a & a::RATE);
        if passed.periods > 0 {
            self.c |= b::PERIODIC;
        }
        if passed.seconds > 0 && self.b & b::SET == 0 {
            if self
                .alarm()
                .seconds_from(&self.calendar)
                .is_some_and(|next| next <= passed.seconds)
            {
                self.c |= b::ALARM;
            }
            self.calendar.advance(passed.seconds);
            self.c |= b::UPDATE;
        }
        self.drive(cx);
    }

    fn drive(&self, cx: &mut Context<'_>) {
        cx.wires.set_irq(IRQ, self.requested());
    }

    fn requested(&self) -> bool {
        self.b & self.c & c::REASONS != 0
    }

    fn alarm(&self) -> Alarm {
        let read = |index: usize| Some(self.memory_at(index)).filter(|&value| value < ALARM_ANY);
        // The chip compares bytes: one that the time's register never has matches at no time.
        let number = |value| Some(self.decode(value)).filter(|&number| self.encode(number) == value);
        let hour_of = |value| Some(self.decode_hour(value)).filter(|&hour| self.encode_hour(hour) == value);
        // In 12-hour mode bit 7 is PM, so both upper bits still mean "any".
        Alarm {
            hour: read(register::HOUR_ALARM).map(|value| hour_of(value).unwrap_or(NEVER)),
            minute: read(register::MINUTE_ALARM).map(|value| number(value).unwrap_or(NEVER)),
            second: read(register::SECOND_ALARM).map(|value| number(value).unwrap_or(NEVER)),
        }
    }

    fn memory_at(&self, index: usize) -> u8 {
        self.memory.get(index).copied().unwrap_or(0)
    }

    fn encode(&self, value: u8) -> u8 {
        if self.b & b::BINARY != 0 {
            value
        } else {
            ((value / 10 % 10) << 4) | (value % 10)
        }
    }

    fn decode(&self, value: u8) -> u8 {
        if self.b & b::BINARY != 0 {
            value
        } else {
            (value >> 4) * 10 + (value & 15)
        }
    }

    fn encode_hour(&self, hour: u8) -> u8 {
        if self.b & b::HOURS_24 != 0 {
            return self.encode(hour);
        }
        let pm = if hour >= 12 { PM } else { 0 };
        let hour = match hour % 12 {
            0 => 12,
            hour => hour,
        };
        self.encode(hour) | pm
    }

    fn decode_hour(&self, value: u8) -> u8 {
        if self.b & b::HOURS_24 != 0 {
            return self.decode(value);
        }
        let pm = if value & PM != 0 { 12 } else { 0 };
        self.decode(value & !PM) % 12 + pm
    }

    /// A read of bank 0.
    fn read_register(&mut self, index: usize, cx: &mut Context<'_>) -> u8 {
        let time = self.calendar;
        match index {
            register::SECOND => self.encode(time.second),
            register::MINUTE => self.encode(time.minute),
            register::HOUR => self.encode_hour(time.hour),
            register::WEEKDAY => self.encode(time.weekday),
            register::DAY => self.encode(time.day),
            register::MONTH => self.encode(time.month),
            register::YEAR => self.encode(time.year),
            register::CENTURY => self.encode(time.century),
            register::A => {
                let updating = self.b & b::SET == 0 && self.divider.update_in_progress();
                self.a | if updating { a::UIP } else { 0 }
            }
            register::B => self.b,
            register::C => {
                let request = if self.requested() { c::REQUEST } else { 0 };
                let value = core::mem::take(&mut self.c) | request;
                self.drive(cx);
                value
            }
            register::D => VALID,
            _ => self.memory_at(index),
        }
    }

    /// A write to bank 0.
    fn write_register(&mut self, index: usize, value: u8, cx: &mut Context<'_>) {
        let number = self.decode(value);
        match index {
            register::SECOND => self.calendar.second = number,
            register::MINUTE => self.calendar.minute = number,
            register::HOUR => self.calendar.hour = self.decode_hour(value),
            register::WEEKDAY => self.calendar.weekday = number,
            register::DAY => self.calendar.day = number,
            register::MONTH => self.calendar.month = number,
            register::YEAR => self.calendar.year = number,
            register::CENTURY => self.calendar.century = number,
            register::A => {
                self.a = value & !a::UIP;
                self.divider
                    .set_stopped(cx.now, value & a::DIVIDER_RESET == a::DIVIDER_RESET);
            }
            register::B => {
                // Setting SET clears the update interrupt's enable.
                self.b = if value & b::SET != 0 {
                    value & !b::UPDATE
                } else {
                    value
                };
                self.drive(cx);
            }
            register::C | register::D => {}
            _ => self.write_memory(index, value),
        }
    }

    fn write_memory(&mut self, index: usize, value: u8) {
        if let Some(byte) = self.memory.get_mut(index) {
            *byte = value;
        }
    }
}

impl PortDevice for Rtc {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        self.catch_up(cx);
        let value = match port {
            0x71 => self.read_register(usize::from(self.index & 0x7F), cx),
            0x72 => self.extended_index,
            0x73 => self.memory_at(BANK + usize::from(self.extended_index & 0x7F)),
            // The index port is write-only.
            _ => return Err(AccessError::NoRegister),
        };
        Ok(value.into())
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        self.catch_up(cx);
        let value = value as u8;
        match port {
            0x70 => self.index = value,
            0x71 => self.write_register(usize::from(self.index & 0x7F), value, cx),
            0x72 => self.extended_index = value & 0x7F,
            _ => self.write_memory(BANK + usize::from(self.extended_index & 0x7F), value),
        }
        Ok(())
    }

    fn advance(&mut self, cx: &mut Context<'_>) {
        if self.deadline().is_some_and(|deadline| deadline <= cx.now) {
            self.catch_up(cx);
        }
    }

    /// The next interrupt, if one is enabled and none is waiting.
    fn deadline(&self) -> Option<Time> {
        if self.requested() || self.b & c::REASONS == 0 {
            return None;
        }
        let enabled = |bit| self.b & bit != 0;
        let running = self.b & b::SET == 0;
        let periodic = if enabled(b::PERIODIC) {
            self.divider.period_time(self.a & a::RATE)
        } else {
            None
        };
        let update = if enabled(b::UPDATE) && running {
            self.divider.update_time(1)
        } else {
            None
        };
        let alarm = if enabled(b::ALARM) && running {
            self.alarm()
                .seconds_from(&self.calendar)
                .and_then(|seconds| self.divider.update_time(seconds))
        } else {
            None
        };
        [periodic, update, alarm].into_iter().flatten().min()
    }

    /// The chip's RESET pin: interrupts off, time and memory untouched.
    fn reset(&mut self, cx: &mut Context<'_>) {
        self.catch_up(cx);
        self.b &= !(c::REASONS | b::SQUARE_WAVE);
        self.c = 0;
        self.index = register::D as u8;
        self.extended_index = 0;
        self.drive(cx);
    }
}
