//! One 8259A, as its data sheet (Intel order number 231468) describes it.

use serde::{Deserialize, Serialize};

use super::command::{Icw1, Icw4, Ocw2, Ocw3};

/// Where the chip is in its initialisation sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Sequence {
    /// No ICW1 since power-on: the chip requests nothing.
    #[default]
    Uninitialised,
    /// The next write to the odd port is ICW2, then ICW3 in cascade mode, then ICW4 if ICW1 announced it.
    Icw2,
    Icw3,
    Icw4,
    /// Initialised; writes to the odd port are OCW1.
    Ready,
}

/// The answer of one chip to an acknowledge or a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The input served, 7 when there was none left.
    pub(super) input: u8,
    /// Whether there was none left: the default IR7.
    pub(super) spurious: bool,
}

/// One controller with its part of the ELCR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chip {
    /// The inputs as they are.
    lines: u8,
    /// Edges seen and not yet served.
    edges: u8,
    /// In-service register.
    isr: u8,
    /// Interrupt mask register (OCW1).
    imr: u8,
    /// Edge/level control: 1 makes the input level-triggered. Not part of the 8259A; the PC's chip set adds it.
    elcr: u8,
    /// The input of lowest priority; the next one upwards has the highest.
    lowest: u8,
    sequence: Sequence,
    icw1: Icw1,
    vector_base: u8,
    /// Master: the inputs with a slave behind. Slave: its identity.
    icw3: u8,
    icw4: Icw4,
    /// Reads of the even port give ISR instead of IRR.
    read_isr: bool,
    /// The next read is a poll.
    poll: bool,
    special_mask: bool,
    rotate_on_auto_eoi: bool,
}

impl Default for Chip {
    fn default() -> Self {
        Self {
            lines: 0,
            edges: 0,
            isr: 0,
            imr: 0,
            elcr: 0,
            lowest: 7,
            sequence: Sequence::default(),
            icw1: Icw1::empty(),
            vector_base: 0,
            icw3: 0,
            icw4: Icw4::empty(),
            read_isr: false,
            poll: false,
            special_mask: false,
            rotate_on_auto_eoi: false,
        }
    }
}

impl Chip {
    /// The inputs as they are.
    pub(super) fn lines(&self) -> u8 {
        self.lines
    }

    /// Drives all eight inputs. An edge waits to be served, whatever its line does meanwhile; a level is there or not.
    pub(super) fn set_lines(&mut self, lines: u8) {
        self.edges = (self.edges | (lines & !self.lines)) & (lines | !self.level_triggered());
        self.lines = lines;
    }

    /// Drives the input that a slave's INT is wired to. A request that the slave takes back goes from here, too: else the
    /// acknowledge would find nothing at the slave.
    pub(super) fn set_cascade(&mut self, input: u8, int: bool) {
        let bit = 1 << (input & 7);
        if int {
            self.set_lines(self.lines | bit);
        } else {
            self.set_lines(self.lines & !bit);
            self.edges &= !bit;
        }
    }

    /// Interrupt request register: level-triggered inputs as they are, edge-triggered ones while their edge waits.
    pub(super) fn irr(&self) -> u8 {
        let level = self.level_triggered();
        (self.lines & level) | (self.edges & !level)
    }

    /// In-service register.
    pub(super) fn isr(&self) -> u8 {
        self.isr
    }

    /// Interrupt mask register.
    pub(super) fn imr(&self) -> u8 {
        self.imr
    }

    /// Edge/level control register.
    pub(super) fn elcr(&self) -> u8 {
        self.elcr
    }

    /// Writes the edge/level control register.
    pub(super) fn set_elcr(&mut self, value: u8) {
        self.elcr = value;
    }

    /// Whether the INT output is high.
    pub(super) fn int(&self) -> bool {
        self.request().is_some()
    }

    /// Whether there is a slave on `input`, as a master sees it.
    pub(super) fn has_slave(&self, input: u8) -> bool {
        !self.icw1.contains(Icw1::SINGLE) && self.icw3 & (1 << (input & 7)) != 0
    }

    /// Whether the chip, as a slave, answers when the master puts `identity` on the cascade lines.
    pub(super) fn answers_to(&self, identity: u8) -> bool {
        self.sequence == Sequence::Ready && !self.icw1.contains(Icw1::SINGLE) && self.icw3 & 7 == identity
    }

    /// The vector of `input` in the processor's acknowledge cycle. In MCS-80 mode it is the low byte of the CALL address:
    /// what an x86 processor would take from the bus then.
    pub(super) fn vector(&self, input: u8) -> u8 {
        if self.icw4.contains(Icw4::MODE_8086) {
            self.vector_base | input
        } else if self.icw1.contains(Icw1::INTERVAL_4) {
            (self.icw1.bits() & 0xE0) | (input << 2)
        } else {
            (self.icw1.bits() & 0xC0) | (input << 3)
        }
    }

    /// An acknowledge cycle: serves the best request.
    pub(super) fn acknowledge(&mut self) -> Answer {
        let Some(input) = self.request() else {
            return Answer {
                input: 7,
                spurious: true,
            };
        };
        let bit = 1 << input;
        self.edges &= !bit;
        if self.icw4.contains(Icw4::AUTO_EOI) {
            if self.rotate_on_auto_eoi {
                self.lowest = input;
            }
        } else {
            self.isr |= bit;
        }
        Answer {
            input,
            spurious: false,
        }
    }

    /// A read of the even (`false`) or odd (`true`) port.
    pub(super) fn read(&mut self, odd: bool) -> u8 {
        if core::mem::take(&mut self.poll) {
            let answer = self.acknowledge();
            return if answer.spurious { 0 } else { 0x80 | answer.input };
        }
        match (odd, self.read_isr) {
            (true, _) => self.imr,
            (false, true) => self.isr,
            (false, false) => self.irr(),
        }
    }

    /// A write to the even (`false`) or odd (`true`) port.
    pub(super) fn write(&mut self, odd: bool, value: u8) {
        if odd {
            self.write_odd(value);
        } else if value & Icw1::THIS.bits() != 0 {
            self.initialise(Icw1::from_bits_retain(value));
        } else if value & Ocw3::THIS.bits() != 0 {
            self.write_ocw3(Ocw3::from_bits_retain(value));
        } else {
            self.write_ocw2(Ocw2::decode(value), value & 7);
        }
    }

    fn write_odd(&mut self, value: u8) {
        match self.sequence {
            Sequence::Uninitialised | Sequence::Ready => self.imr = value,
            Sequence::Icw2 => {
                self.vector_base = value & 0xF8;
                self.sequence = if self.icw1.contains(Icw1::SINGLE) {
                    self.after_icw3()
                } else {
                    Sequence::Icw3
                };
            }
            Sequence::Icw3 => {
                self.icw3 = value;
                self.sequence = self.after_icw3();
            }
            Sequence::Icw4 => {
                self.icw4 = Icw4::from_bits_truncate(value);
                self.sequence = Sequence::Ready;
            }
        }
    }

    fn after_icw3(&self) -> Sequence {
        if self.icw1.contains(Icw1::ICW4_FOLLOWS) {
            Sequence::Icw4
        } else {
            Sequence::Ready
        }
    }

    /// ICW1 (data sheet, "Initialization Command Words 1 and 2"): edge latches and mask cleared, IR7 lowest, slave
    /// identity 7, special mask mode off, status read IRR, all ICW4 functions zero.
    fn initialise(&mut self, icw1: Icw1) {
        *self = Self {
            lines: self.lines,
            elcr: self.elcr,
            icw1,
            icw3: 7,
            vector_base: 0,
            sequence: Sequence::Icw2,
            ..Self::default()
        };
    }

    fn write_ocw2(&mut self, command: Ocw2, level: u8) {
        match command {
            Ocw2::RotateOnAutoEoi(on) => self.rotate_on_auto_eoi = on,
            Ocw2::Eoi { rotate } => {
                // In special mask mode a masked level is out of the priority structure, so it is not "the highest".
                let eligible = if self.special_mask {
                    self.isr & !self.imr
                } else {
                    self.isr
                };
                if let Some(input) = self.best(eligible) {
                    self.end(input, rotate);
                }
            }
            Ocw2::SpecificEoi { rotate } => self.end(level, rotate),
            Ocw2::SetPriority => self.lowest = level,
            Ocw2::Nothing => {}
        }
    }

    fn end(&mut self, input: u8, rotate: bool) {
        self.isr &= !(1 << input);
        if rotate {
            self.lowest = input;
        }
    }

    fn write_ocw3(&mut self, value: Ocw3) {
        if value.contains(Ocw3::ENABLE_SPECIAL_MASK) {
            self.special_mask = value.contains(Ocw3::SPECIAL_MASK);
        }
        if value.contains(Ocw3::POLL) {
            self.poll = true;
        } else if value.contains(Ocw3::READ_REGISTER) {
            self.read_isr = value.contains(Ocw3::READ_ISR);
        }
    }

    fn level_triggered(&self) -> u8 {
        if self.icw1.contains(Icw1::LEVEL) {
            0xFF
        } else {
            self.elcr
        }
    }

    /// How far `input` is from the highest priority, 0 to 7.
    fn rank(&self, input: u8) -> u8 {
        input.wrapping_sub(self.lowest).wrapping_sub(1) & 7
    }

    /// The input of highest priority among `set`.
    fn best(&self, set: u8) -> Option<u8> {
        // Turned so that the highest priority is bit 0, the lowest bit set is the answer.
        let first = self.lowest.wrapping_add(1) & 7;
        let turned = set.rotate_right(u32::from(first));
        (turned != 0).then(|| (turned.trailing_zeros() as u8 + first) & 7)
    }

    /// The request that INT stands for: the best unmasked one, if nothing in service holds it back.
    fn request(&self) -> Option<u8> {
        if self.sequence != Sequence::Ready {
            return None;
        }
        let wanted = self.irr() & !self.imr;
        if wanted == 0 {
            return None;
        }
        // Special mask mode: a level in service that is masked holds nobody back but itself.
        let serving = if self.special_mask {
            self.isr & !self.imr
        } else {
            self.isr
        };
        let input = self.best(wanted)?;
        let Some(served) = self.best(serving) else {
            return Some(input);
        };
        // Special fully nested mode: a slave may ask again while one of its requests is served.
        let again = self.icw4.contains(Icw4::SPECIAL_FULLY_NESTED) && self.has_slave(input);
        let allowed = self.rank(input) < self.rank(served) || (input == served && again);
        allowed.then_some(input)
    }
}
