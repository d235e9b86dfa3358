//! Reset and power-off: every port a kernel may try, and the ACPI fixed hardware.
//!
//! | port | what a write does | source |
//! |---|---|---|
//! | 0x92 | bit 0 resets on its rise, bit 1 is the A20 gate | IBM PS/2 Hardware Interface Technical Reference |
//! | 0xCF9 | bit 2 resets on its rise; only as a byte, since 0xCF8 as a whole is PCI's (absent here) | Intel 82371AB (PIIX4) data sheet, "Reset Control Register" |
//! | 0x600 to 0x60B | PM1a event block, PM1a control (0x604: 0x2000 is off), PM timer | ACPI; QEMU's address |
//! | 0xB004 | PM1a control again | Bochs' and older QEMUs' address |
//! | 0x8900 | the word "Shutdown", letter by letter, is off | Bochs |
//! | 0xF4 | off with the value written as the result | QEMU's isa-debug-exit |

mod acpi;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, PortDevice, PortRange, PowerEvent, Time, Width};
use acpi::Acpi;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("system control port A", 0x92, 1),
    PortRange::new("isa-debug-exit", 0xF4, 4),
    PortRange::new("ACPI PM1a and PM timer", 0x600, 12),
    // With the neighbours: a PCI address written to 0xCF8 in one access must not be taken for four bytes.
    PortRange::new("reset control", 0xCF8, 4),
    PortRange::new("Bochs power-off", 0x8900, 1),
    PortRange::new("Bochs ACPI PM1a control", 0xB004, 2),
];

/// Port 0x92.
mod fast {
    pub const RESET: u8 = 1 << 0;
    pub const A20: u8 = 1 << 1;
    /// Two lights of a PS/2's front and the CMOS password lock: they read as written.
    pub const OTHERS: u8 = 0xC8;
}

/// Port 0xCF9.
mod reset_control {
    /// A rise of this bit resets.
    pub const RESET_CPU: u8 = 1 << 2;
    /// Bits that read as written: which kind of reset, all the same here.
    pub const WRITABLE: u8 = 0x0E;
}

/// What turns a Bochs off.
const SHUTDOWN: &[u8] = b"Shutdown";

/// The ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {
    acpi: Acpi,
    /// Port 0x92 without the A20 bit.
    fast: u8,
    reset_control: u8,
    /// Letters of "Shutdown" seen so far.
    letters: u8,
}

impl Power {
    /// Power-on state.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Presses the power button: an ACPI event the guest may act on.
    pub fn press_button(&mut self, cx: &mut Context<'_>) {
        self.acpi.press_button(cx);
    }

    fn write_fast(&mut self, value: u8, cx: &mut Context<'_>) {
        if value & !self.fast & fast::RESET != 0 {
            cx.wires.power = Some(PowerEvent::Reset);
        }
        cx.wires.a20 = value & fast::A20 != 0;
        self.fast = value & (fast::RESET | fast::OTHERS);
    }

    fn write_reset_control(&mut self, value: u8, cx: &mut Context<'_>) {
        if value & !self.reset_control & reset_control::RESET_CPU != 0 {
            cx.wires.power = Some(PowerEvent::Reset);
        }
        self.reset_control = value & reset_control::WRITABLE;
    }

    fn write_letter(&mut self, letter: u8, cx: &mut Context<'_>) {
        let expected = |position: u8| SHUTDOWN.get(usize::from(position)) == Some(&letter);
        self.letters = match self.letters {
            seen if expected(seen) => seen + 1,
            _ => u8::from(expected(0)),
        };
        if usize::from(self.letters) == SHUTDOWN.len() {
            self.letters = 0;
            cx.wires.power = Some(PowerEvent::Off);
        }
    }

    /// The ACPI registers take every width that does not cross one of them.
    fn write_acpi(&mut self, offset: u16, width: Width, value: u32, cx: &mut Context<'_>) {
        let first = u64::from(value) << (8 * (offset & 1));
        let mask = (u64::MAX >> (64 - 8 * width.bytes())) << (8 * (offset & 1));
        for step in 0..3_u16 {
            let shift = 16 * step;
            let (value, mask) = ((first >> shift) as u16, (mask >> shift) as u16);
            if mask != 0 {
                self.acpi.write(offset / 2 + step, value, mask, cx);
            }
        }
    }

    fn read_acpi(&mut self, offset: u16, width: Width, cx: &mut Context<'_>) -> u32 {
        let bytes = self.acpi.bytes(cx);
        let mut value = [0; 4];
        let tail = bytes.get(usize::from(offset)..).unwrap_or_default();
        for (target, source) in value.iter_mut().zip(tail).take(width.bytes()) {
            *target = *source;
        }
        u32::from_le_bytes(value)
    }
}

/// The offset of PM1a control in the block.
const PM1A_CONTROL: u16 = 4;

/// The offset of a port in the ACPI block, whichever of its two addresses it is.
fn acpi_offset(port: u16) -> Option<u16> {
    match port {
        0x600..=0x60B => Some(port - 0x600),
        0xB004..=0xB005 => Some(PM1A_CONTROL + port - 0xB004),
        _ => None,
    }
}

impl PortDevice for Power {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if let Some(offset) = acpi_offset(port) {
            return Ok(self.read_acpi(offset, width, cx));
        }
        let value = match port {
            // QEMU's device reads 0.
            0xF4..=0xF7 => return Ok(0),
            0xCF8 => return Err(AccessError::NoRegister),
            _ if width != Width::Byte => return Err(AccessError::BadWidth),
            0x92 => self.fast | if cx.wires.a20 { fast::A20 } else { 0 },
            0xCF9 => self.reset_control,
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
        if let Some(offset) = acpi_offset(port) {
            self.write_acpi(offset, width, value, cx);
            return Ok(());
        }
        match port {
            0xF4..=0xF7 => cx.wires.power = Some(PowerEvent::Exit(value)),
            0xCF8 => return Err(AccessError::NoRegister),
            _ if width != Width::Byte => return Err(AccessError::BadWidth),
            0x92 => self.write_fast(value as u8, cx),
            0xCF9 => self.write_reset_control(value as u8, cx),
            0x8900 => self.write_letter(value as u8, cx),
            _ => return Err(AccessError::NoRegister),
        }
        Ok(())
    }

    fn advance(&mut self, cx: &mut Context<'_>) {
        if self.deadline().is_some_and(|deadline| deadline <= cx.now) {
            self.acpi.advance(cx);
        }
    }

    fn deadline(&self) -> Option<Time> {
        self.acpi.deadline()
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        *self = Self::default();
        // The timer runs on; what it did before is nobody's event.
        self.acpi.advance(cx);
        self.acpi.write(0, u16::MAX, u16::MAX, cx);
        cx.wires.a20 = true;
    }
}
