//! ACPI fixed hardware: the PM1a event and control blocks and the power management timer.
//!
//! Source: ACPI specification 6.4, 4.8.3 "Fixed Hardware Registers"; the sleep types are QEMU's PIIX4's and Bochs'.

use crate::{Context, Frequency, PowerEvent, Time};
use serde::{Deserialize, Serialize};

/// The timer's clock: 14.31818 MHz / 4.
const CLOCK: Frequency = Frequency::hertz(3_579_545);
const TIMER_BITS: u64 = 24;

/// The system control interrupt.
const SCI: u8 = 9;

/// Bits of status and enable.
mod event {
    /// The timer's highest bit changed.
    pub const TIMER: u16 = 1 << 0;
    pub const POWER_BUTTON: u16 = 1 << 8;
    /// Status bits that exist, and are cleared by writing 1; WAK is set by nothing here.
    pub const STATUS: u16 = TIMER | POWER_BUTTON;
    /// Enable bits: also global lock, sleep button and RTC, which never happen.
    pub const ENABLE: u16 = TIMER | 1 << 5 | POWER_BUTTON | 1 << 9 | 1 << 10;
}

/// Bits of the control register.
mod control {
    /// Events raise an SCI. Without this they would raise an SMI, of which this machine has none.
    pub const SCI_ENABLE: u16 = 1 << 0;
    pub const SLEEP_TYPE_SHIFT: u16 = 10;
    /// Write-only: go.
    pub const SLEEP: u16 = 1 << 13;
    /// Bits that read as written.
    pub const READABLE: u16 = 0x1C07;
}

/// Sleep types that mean soft off (S5): 0 on PIIX4 as QEMU models it, 5 and 7 on other chip sets.
const SOFT_OFF: [u16; 3] = [0, 5, 7];

/// The registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acpi {
    status: u16,
    enable: u16,
    control: u16,
    /// Changes of the timer's highest bit that the status has seen.
    half_turns: u64,
}

impl Acpi {
    /// A write to the PM1a control register.
    pub(super) fn write_control(&mut self, value: u16, cx: &mut Context<'_>) {
        self.control = value & control::READABLE;
        let sleep_type = value >> control::SLEEP_TYPE_SHIFT & 7;
        if value & control::SLEEP != 0 && SOFT_OFF.contains(&sleep_type) {
            cx.wires.power = Some(PowerEvent::Off);
        }
        self.drive(cx);
    }

    /// The power button.
    pub(super) fn press_button(&mut self, cx: &mut Context<'_>) {
        self.status |= event::POWER_BUTTON;
        self.drive(cx);
    }

    /// The register bytes 0 to 11: status, enable, control, two reserved bytes, timer.
    pub(super) fn bytes(&mut self, cx: &mut Context<'_>) -> [u8; 12] {
        self.advance(cx);
        let [status_low, status_high] = self.status.to_le_bytes();
        let [enable_low, enable_high] = self.enable.to_le_bytes();
        let [control_low, control_high] = self.control.to_le_bytes();
        let [timer_0, timer_1, timer_2, timer_3] = timer(cx.now).to_le_bytes();
        [
            status_low,
            status_high,
            enable_low,
            enable_high,
            control_low,
            control_high,
            0,
            0,
            timer_0,
            timer_1,
            timer_2,
            timer_3,
        ]
    }

    /// A write of some bytes of one 16-bit register: 0 status, 1 enable, 2 control. `mask` says which bits were written.
    pub(super) fn write(&mut self, register: u16, value: u16, mask: u16, cx: &mut Context<'_>) {
        self.advance(cx);
        match register {
            0 => self.status &= !(value & mask & event::STATUS),
            1 => self.enable = ((self.enable & !mask) | (value & mask)) & event::ENABLE,
            2 => self.write_control((self.control & !mask) | (value & mask), cx),
            // The timer is read-only.
            _ => {}
        }
        self.drive(cx);
    }

    /// Sees whether the timer's highest bit has changed.
    pub(super) fn advance(&mut self, cx: &mut Context<'_>) {
        let half_turns = CLOCK.pulses_at(cx.now) >> (TIMER_BITS - 1);
        if half_turns != self.half_turns {
            self.half_turns = half_turns;
            self.status |= event::TIMER;
            self.drive(cx);
        }
    }

    /// The next change of the timer's highest bit, if somebody waits for it.
    pub(super) fn deadline(&self) -> Option<Time> {
        let wanted = self.control & control::SCI_ENABLE != 0 && self.enable & event::TIMER != 0;
        let waiting = wanted && self.status & event::TIMER == 0;
        waiting.then(|| CLOCK.time_of((self.half_turns + 1) << (TIMER_BITS - 1)))
    }

    fn drive(&self, cx: &mut Context<'_>) {
        let level = self.control & control::SCI_ENABLE != 0 && self.status & self.enable != 0;
        cx.wires.set_irq(SCI, level);
    }
}

/// The timer's 24 bits.
fn timer(now: Time) -> u32 {
    (CLOCK.pulses_at(now) & ((1 << TIMER_BITS) - 1)) as u32
}
