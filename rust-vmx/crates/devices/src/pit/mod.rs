//! The 8254 programmable interval timer and the port that is wired to it, 0x61.
//!
//! Sources: Intel 8254 data sheet (231164); Intel 82371AB (PIIX4) data sheet, "NMI Status and Control Register" for port 0x61.
//! All six modes, binary and BCD, the three access modes, counter latch and read-back commands; GATE of channels 0 and 1
//! is tied high, channel 2's is bit 0 of port 0x61. Time is exact: pulses follow the machine's clock at 1.193182 MHz
//! without accumulating error. What happens to ticks that a guest was not there to see is told in `ticks.rs`.

mod channel;
mod counter;
#[cfg(test)]
mod tests;
mod ticks;

use crate::{AccessError, Context, Frequency, PortDevice, PortRange, Time, Width};
use bounds::Cyclic;
use channel::Channel;
use serde::{Deserialize, Serialize};
use ticks::Ticks;

const PORTS: &[PortRange] = &[
    PortRange::new("8254", 0x40, 4),
    PortRange::new("system control port B", 0x61, 1),
];

/// A third of the colour carrier: 14.31818 MHz / 12.
const CLOCK: Frequency = Frequency::hertz(1_193_182);

const IRQ: u8 = 0;

/// The channel that interrupts, and the one that is heard.
const TIMER: usize = 0;
const SPEAKER_TONE: usize = 2;

/// Port 0x61: GATE of channel 2.
const GATE_2: u8 = 1 << 0;
/// Port 0x61: the speaker hears OUT of channel 2.
const SPEAKER: u8 = 1 << 1;
/// Port 0x61: bits that read as written; 2 and 3 enable NMI sources that this machine does not have.
const WRITABLE: u8 = 0x0F;
/// Port 0x61: changes with every refresh cycle of the memory.
const REFRESH_TOGGLE: u8 = 1 << 4;
/// Port 0x61: OUT of channel 2.
const OUT_2: u8 = 1 << 5;
/// Pulses between refresh cycles: 15 microseconds.
const REFRESH_PULSES: u64 = 18;

/// The timer: channel 0 drives IRQ 0, channel 1 once asked for memory refresh, channel 2 drives the speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pit {
    channels: Cyclic<Channel, 3>,
    /// Bits 3 to 0 of port 0x61.
    control: u8,
    /// The pulses that each channel has seen: nobody pays for those that he does not ask.
    pulses: Cyclic<u64, 3>,
    ticks: Ticks,
    /// When OUT of channel 0 next rises: recomputed when something changed, asked for at every entry.
    next_rise: Option<Time>,
}

impl Default for Pit {
    fn default() -> Self {
        Self::new()
    }
}

impl Pit {
    /// As firmware leaves it: channel 0 a square wave of 18.2 Hz, channel 1 the refresh rate, channel 2 silent.
    #[must_use]
    pub fn new() -> Self {
        let mut pit = Self {
            channels: Cyclic([Channel::new(true), Channel::new(true), Channel::new(false)]),
            control: 0,
            pulses: Cyclic([0; 3]),
            ticks: Ticks::default(),
            next_rise: None,
        };
        let [timer, refresh, speaker] = &mut pit.channels.0;
        for (channel, control, count) in [(timer, 0x36, 0_u16), (refresh, 0x74, 18), (speaker, 0xB6, 0x0533)]
        {
            channel.write_control(control);
            for byte in count.to_le_bytes() {
                channel.write(byte);
            }
        }
        pit.schedule();
        pit
    }

    /// Tells the timer that the processor took its interrupt (an [`Acknowledged`](crate::Acknowledged) with line 0), so
    /// that a tick missed while the guest did not run can follow.
    pub fn interrupt_taken(&mut self, cx: &mut Context<'_>) {
        self.catch_up_timer(cx);
        self.ticks.taken(cx.now, self.channels[0].counter.period());
    }

    /// The speaker's tone in pulses per period, if it is on.
    #[must_use]
    pub fn speaker(&self) -> Option<u32> {
        let on = self.control & (GATE_2 | SPEAKER) == GATE_2 | SPEAKER;
        on.then(|| self.channels[2].counter.period()).flatten()
    }

    /// Lets a channel's pulses up to the present happen.
    fn catch_up(&mut self, channel: usize, cx: &mut Context<'_>) {
        if channel == TIMER {
            self.catch_up_timer(cx);
        } else {
            self.run(channel, cx.now);
        }
    }

    /// Lets a channel's pulses up to `now` happen; how often OUT rose, if there were any.
    fn run(&mut self, channel: usize, now: Time) -> Option<u64> {
        let pulses = CLOCK.pulses_at(now);
        let passed = pulses.saturating_sub(self.pulses[channel]);
        if passed == 0 {
            return None;
        }
        self.pulses[channel] = pulses;
        Some(self.channels[channel].counter.run(passed))
    }

    /// The same for channel 0, with the interrupts that follow.
    fn catch_up_timer(&mut self, cx: &mut Context<'_>) {
        let Some(rises) = self.run(TIMER, cx.now) else {
            return;
        };
        let timer = &self.channels[TIMER];
        if let Some(period) = timer.counter.period() {
            self.ticks.rise(rises, period, cx.wires);
        } else {
            if rises > 0 {
                cx.wires.pulse_irq(IRQ);
            }
            cx.wires.set_irq(IRQ, timer.counter.out());
        }
        // Until it has risen, the moment at which OUT rises stays what it is.
        if rises > 0 {
            self.schedule();
        }
    }

    fn schedule(&mut self) {
        let distance = self.channels[0].counter.pulses_to_rise();
        self.next_rise = distance.map(|distance| CLOCK.time_of(self.pulses[TIMER].saturating_add(distance)));
    }

    /// After the guest touched channel 0: what was owed is forgotten, the line follows OUT. A square wave's low half does not
    /// take back a tick, as a guest that was away for half a period would miss it.
    fn timer_programmed(&mut self, cx: &mut Context<'_>) {
        let counter = &self.channels[0].counter;
        self.ticks.forget();
        cx.wires.set_irq(IRQ, counter.out() || counter.period().is_some());
        self.schedule();
    }

    fn write_control(&mut self, value: u8, cx: &mut Context<'_>) {
        match usize::from(value >> 6) {
            3 => {
                for channel in 0..3 {
                    self.catch_up(channel, cx);
                }
                self.read_back(value);
            }
            select => {
                self.catch_up(select, cx);
                self.channels[select].write_control(value);
                // A counter latch command (RW = 00) changes nothing.
                if select == 0 && value & 0x30 != 0 {
                    self.timer_programmed(cx);
                }
            }
        }
    }

    /// The read-back command: bits 5 and 4, active low, latch counts and status of the channels in bits 3 to 1.
    fn read_back(&mut self, value: u8) {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            if value & (2 << index) == 0 {
                continue;
            }
            if value & 0x20 == 0 {
                channel.latch_count();
            }
            if value & 0x10 == 0 {
                channel.latch_status();
            }
        }
    }

    fn read_control_port(&self) -> u8 {
        let toggle = if (self.pulses[SPEAKER_TONE] / REFRESH_PULSES) & 1 != 0 {
            REFRESH_TOGGLE
        } else {
            0
        };
        let out = if self.channels[SPEAKER_TONE].counter.out() {
            OUT_2
        } else {
            0
        };
        self.control | toggle | out
    }
}

impl PortDevice for Pit {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let value = match port {
            0x40..=0x42 => {
                let channel = usize::from(port & 3);
                self.catch_up(channel, cx);
                self.channels[channel].read()
            }
            0x61 => {
                self.catch_up(SPEAKER_TONE, cx);
                self.read_control_port()
            }
            // The control word register cannot be read; the bus floats.
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
        let value = value as u8;
        match port {
            0x40 => {
                self.catch_up_timer(cx);
                self.channels[TIMER].write(value);
                self.timer_programmed(cx);
            }
            0x41 | 0x42 => {
                let channel = usize::from(port & 3);
                self.catch_up(channel, cx);
                self.channels[channel].write(value);
            }
            0x43 => self.write_control(value, cx),
            0x61 => {
                self.catch_up(SPEAKER_TONE, cx);
                self.control = value & WRITABLE;
                self.channels[2].counter.set_gate(value & GATE_2 != 0);
            }
            _ => return Err(AccessError::NoRegister),
        }
        Ok(())
    }

    fn advance(&mut self, cx: &mut Context<'_>) {
        if self.deadline().is_some_and(|deadline| deadline <= cx.now) {
            self.catch_up_timer(cx);
            self.ticks.advance(cx.now, cx.wires);
        }
    }

    fn deadline(&self) -> Option<Time> {
        match (self.next_rise, self.ticks.deadline()) {
            (Some(rise), Some(owed)) => Some(rise.min(owed)),
            (rise, owed) => rise.or(owed),
        }
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        *self = Self {
            pulses: Cyclic([CLOCK.pulses_at(cx.now); 3]),
            ..Self::new()
        };
        self.timer_programmed(cx);
    }
}
