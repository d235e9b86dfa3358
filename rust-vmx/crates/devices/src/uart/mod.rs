//! The 16550A serial port.
//!
//! Source: National Semiconductor PC16550D data sheet. Complete but for the timing of the transmitter: a character is sent the
//! moment it is written, so the transmitter is always empty, which is what a very fast line would look like. The receiver's
//! time-out interrupt keeps its four character times, computed from divisor and frame. As on a PC, OUT2 lets the interrupt
//! through, and the other end is always there: CTS, DSR and DCD are on.

mod receiver;
mod registers;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, IrqLine, PortDevice, PortRange, Source, Stream, Time, Width, Wires};
use bounds::Clip;
use receiver::{Character, Receiver};
use registers::{fcr, ier, iir, lcr, lsr, mcr, msr};
use serde::{Deserialize, Serialize};

const COM1: &[PortRange] = &[PortRange::new("16550 COM1", 0x3F8, 8)];
const COM2: &[PortRange] = &[PortRange::new("16550 COM2", 0x2F8, 8)];
const COM3: &[PortRange] = &[PortRange::new("16550 COM3", 0x3E8, 8)];
const COM4: &[PortRange] = &[PortRange::new("16550 COM4", 0x2E8, 8)];

/// The divisor's input: 1.8432 MHz over the 16 samples of a bit.
const BIT_CLOCK: u64 = 115_200;
const SECOND: u64 = 1_000_000_000;
/// Bytes of a string taken at once: four times what the FIFO of a real one holds.
const MOST_AT_ONCE: usize = 64;
/// Character times until the receiver's time-out.
const TIMEOUT_CHARACTERS: u64 = 4;

/// The lines of the other end.
const CONNECTED: u8 = msr::CTS | msr::DSR | msr::DCD;

/// Which of the PC's serial ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComPort {
    /// 0x3F8, IRQ 4.
    #[default]
    Com1,
    /// 0x2F8, IRQ 3.
    Com2,
    /// 0x3E8, IRQ 4.
    Com3,
    /// 0x2E8, IRQ 3.
    Com4,
}

impl ComPort {
    fn irq(self) -> IrqLine {
        match self {
            Self::Com1 | Self::Com3 => 4,
            Self::Com2 | Self::Com4 => 3,
        }
    }
}

/// The serial port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uart {
    port: ComPort,

    receiver: Receiver,
    ier: u8,
    lcr: u8,
    mcr: u8,
    /// The lines and their changes.
    msr: u8,
    scratch: u8,
    divisor: u16,
    /// The transmitter-empty interrupt waits to be noticed.
    empty_pending: bool,
}

impl Default for Uart {
    fn default() -> Self {
        Self::new(ComPort::default())
    }
}

impl Uart {
    /// State after reset. COM1's output goes to [`Stream::Serial`], the others' to nobody.
    #[must_use]
    pub fn new(port: ComPort) -> Self {
        Self {
            port,
            receiver: Receiver::default(),
            ier: 0,
            lcr: 0,
            mcr: 0,
            msr: CONNECTED,
            scratch: 0,
            divisor: 12,
            empty_pending: false,
        }
    }

    /// Bytes arrive on the line. They wait there until the FIFO has room; the number that found room. The rest is lost, which
    /// the guest sees as an overrun: ask [`input_space`](Self::input_space) first.
    pub fn receive(&mut self, bytes: &[u8], cx: &mut Context<'_>) -> usize {
        let taken = self.receiver.arrive(bytes);
        self.update(cx);
        taken
    }

    /// How many bytes [`receive`](Self::receive) takes.
    #[must_use]
    pub fn input_space(&self) -> usize {
        self.receiver.space()
    }

    /// The time-out of the receiver in nanoseconds.
    fn patience(&self) -> u64 {
        let data = 5 + u64::from(self.lcr & 3);
        let parity = u64::from(self.lcr & lcr::PARITY != 0);
        let stop = if self.lcr & lcr::TWO_STOP_BITS != 0 { 2 } else { 1 };
        let bits = 1 + data + parity + stop;
        TIMEOUT_CHARACTERS * bits * u64::from(self.divisor.max(1)) * SECOND / BIT_CLOCK
    }

    fn looped(&self) -> bool {
        self.mcr & mcr::LOOP != 0
    }

    /// Fills the FIFO from the line and drives the interrupt.
    fn update(&mut self, cx: &mut Context<'_>) {
        // In loopback the receiver is cut off from the line.
        if !self.looped() && self.receiver.has_arrivals() {
            self.receiver.fill(cx.now, self.patience());
        }
        self.drive(cx.wires);
    }

    fn drive(&self, wires: &mut Wires) {
        // Loopback makes the OUT2 pin inactive.
        let gate = self.mcr & mcr::OUT2 != 0 && !self.looped();
        wires.set_irq(self.port.irq(), gate && self.interrupt() != iir::NONE);
    }

    /// The interrupt of highest priority.
    fn interrupt(&self) -> u8 {
        let enabled = |bit| self.ier & bit != 0;
        if enabled(ier::LINE_STATUS) && self.receiver.has_errors() {
            iir::LINE_STATUS
        } else if enabled(ier::RECEIVED) && self.receiver.triggered() {
            iir::RECEIVED
        } else if enabled(ier::RECEIVED) && self.receiver.timed_out() {
            iir::TIMEOUT
        } else if enabled(ier::TRANSMITTER_EMPTY) && self.empty_pending {
            iir::TRANSMITTER_EMPTY
        } else if enabled(ier::MODEM_STATUS) && self.msr & msr::CHANGES != 0 {
            iir::MODEM_STATUS
        } else {
            iir::NONE
        }
    }

    fn read_iir(&mut self) -> u8 {
        let interrupt = self.interrupt();
        if interrupt == iir::TRANSMITTER_EMPTY {
            self.empty_pending = false;
        }
        if self.receiver.fifo_mode() {
            interrupt | iir::FIFOS
        } else {
            interrupt
        }
    }

    fn read_lsr(&mut self) -> u8 {
        let ready = if self.receiver.data_ready() {
            lsr::DATA_READY
        } else {
            0
        };
        let fifo = if self.receiver.fifo_has_errors() {
            lsr::FIFO_ERROR
        } else {
            0
        };
        ready
            | fifo
            | lsr::HOLDING_EMPTY
            | lsr::TRANSMITTER_EMPTY
            | (self.receiver.take_errors() & lsr::ERRORS)
    }

    /// The bits of a character that go onto the line.
    fn character_mask(&self) -> u8 {
        0xFF >> (3 - (self.lcr & 3))
    }

    fn transmit(&mut self, value: u8, cx: &mut Context<'_>) {
        let byte = value & self.character_mask();
        if self.looped() {
            self.receiver
                .push(Character { byte, errors: 0 }, cx.now, self.patience());
        } else if self.port == ComPort::Com1 {
            cx.wires.send(Stream::Serial, byte);
        }
        self.sent(cx);
    }

    /// One or more characters have come and gone.
    fn sent(&mut self, cx: &mut Context<'_>) {
        // Writing takes the interrupt back for the moment the register is full: an edge for the controller.
        self.empty_pending = false;
        self.drive(cx.wires);
        self.empty_pending = true;
    }

    fn write_ier(&mut self, value: u8) {
        let value = value & ier::ALL;
        if value & !self.ier & ier::TRANSMITTER_EMPTY != 0 {
            self.empty_pending = true;
        }
        self.ier = value;
    }

    fn write_fcr(&mut self, value: u8) {
        self.receiver.set_fifo_mode(value & fcr::ENABLE != 0);
        // The other bits count only with the first one.
        if value & fcr::ENABLE != 0 {
            self.receiver.set_trigger(value >> fcr::TRIGGER_SHIFT);
            if value & fcr::CLEAR_RECEIVER != 0 {
                self.receiver.clear();
            }
        }
    }

    fn write_lcr(&mut self, value: u8, cx: &mut Context<'_>) {
        let begins_break = value & !self.lcr & lcr::BREAK != 0;
        self.lcr = value;
        if begins_break && self.looped() {
            let character = Character {
                byte: 0,
                errors: lsr::BREAK | lsr::FRAMING,
            };
            self.receiver.push(character, cx.now, self.patience());
        }
    }

    fn write_mcr(&mut self, value: u8) {
        self.mcr = value & mcr::ALL;
        let lines = if self.looped() {
            [
                (mcr::RTS, msr::CTS),
                (mcr::DTR, msr::DSR),
                (mcr::OUT1, msr::RING),
                (mcr::OUT2, msr::DCD),
            ]
            .iter()
            .fold(0, |lines, &(output, input)| {
                if self.mcr & output != 0 {
                    lines | input
                } else {
                    lines
                }
            })
        } else {
            CONNECTED
        };
        self.set_lines(lines);
    }

    /// The modem lines change: CTS, DSR and DCD report any change, RING only its end.
    fn set_lines(&mut self, lines: u8) {
        let old = self.msr & msr::LINES;
        let ring_ended = if old & !lines & msr::RING != 0 {
            msr::RING_ENDED
        } else {
            0
        };
        let changed = ((old ^ lines) >> 4) & !msr::RING_ENDED;
        self.msr = lines | (self.msr & msr::CHANGES) | changed | ring_ended;
    }
}

impl PortDevice for Uart {
    fn ports(&self) -> &'static [PortRange] {
        match self.port {
            ComPort::Com1 => COM1,
            ComPort::Com2 => COM2,
            ComPort::Com3 => COM3,
            ComPort::Com4 => COM4,
        }
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let divisor = self.lcr & lcr::DIVISOR_ACCESS != 0;
        let [divisor_low, divisor_high] = self.divisor.to_le_bytes();
        let value = match port & 7 {
            0 if divisor => divisor_low,
            1 if divisor => divisor_high,
            0 => self.receiver.pop(cx.now, self.patience()),
            1 => self.ier,
            2 => self.read_iir(),
            3 => self.lcr,
            4 => self.mcr,
            5 => self.read_lsr(),
            6 => {
                let value = self.msr;
                self.msr &= !msr::CHANGES;
                value
            }
            _ => self.scratch,
        };
        self.update(cx);
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
        let divisor = self.lcr & lcr::DIVISOR_ACCESS != 0;
        let [divisor_low, divisor_high] = self.divisor.to_le_bytes();
        match port & 7 {
            0 if divisor => self.divisor = u16::from_le_bytes([value, divisor_high]),
            1 if divisor => self.divisor = u16::from_le_bytes([divisor_low, value]),
            0 => self.transmit(value, cx),
            1 => self.write_ier(value),
            2 => self.write_fcr(value),
            3 => self.write_lcr(value, cx),
            4 => self.write_mcr(value),
            // Line and modem status are written in factory tests only.
            5 | 6 => {}
            _ => self.scratch = value,
        }
        self.update(cx);
        Ok(())
    }

    fn writable(&self, port: u16, width: Width) -> usize {
        let transmitter = port & 7 == 0 && self.lcr & lcr::DIVISOR_ACCESS == 0 && !self.looped();
        if transmitter && width == Width::Byte && self.port == ComPort::Com1 {
            MOST_AT_ONCE
        } else {
            0
        }
    }

    fn write_block(&mut self, _port: u16, length: usize, source: Source<'_>, cx: &mut Context<'_>) {
        let mut bytes = [0; MOST_AT_ONCE];
        let bytes = bytes.upto_mut(length);
        source(bytes);
        let mask = self.character_mask();
        let characters = bytes.iter().map(|byte| (Stream::Serial, byte & mask));
        cx.wires.output.extend(characters);
        self.sent(cx);
        self.update(cx);
    }

    fn advance(&mut self, cx: &mut Context<'_>) {
        if self.deadline().is_some_and(|deadline| deadline <= cx.now) {
            self.receiver.advance(cx.now);
            self.drive(cx.wires);
        }
    }

    fn deadline(&self) -> Option<Time> {
        self.receiver.deadline()
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        *self = Self::new(self.port);
        self.drive(cx.wires);
    }
}
