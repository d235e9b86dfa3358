//! The VGA's registers, as far as text modes need them. Its memory is guest RAM that the machine maps at 0xB8000.
//!
//! Source: IBM VGA XGA Technical Reference. Every register can be written and read back; those that decide what a text
//! screen looks like have a meaning: start address, cursor, row length, blinking, screen on or off. Planes, fonts and graphics
//! modes are not drawn, so a guest that loads a font does no harm and sees the host's.

mod dac;
mod indexed;
mod registers;
mod retrace;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use dac::Dac;
use indexed::Indexed;
use registers::{MISC_COLOUR_PORTS, MISC_MODE_3, attribute, crtc, graphics, sequencer};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("VGA mono CRTC", 0x3B4, 2),
    PortRange::new("VGA mono status", 0x3BA, 1),
    PortRange::new("VGA", 0x3C0, 16),
    PortRange::new("VGA colour CRTC", 0x3D4, 2),
    PortRange::new("VGA colour status", 0x3DA, 1),
];

/// Input status register 0: the switch sense line of a colour display.
const SWITCH_SENSE: u8 = 1 << 4;

/// The hardware cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Column.
    pub column: u16,
    /// Row.
    pub row: u16,
}

/// The registers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vga {
    misc: u8,
    feature: u8,
    enable: u8,
    sequencer: Indexed,
    crtc: Indexed,
    graphics: Indexed,
    attribute: Indexed,
    /// The next write to 0x3C0 is data.
    attribute_data: bool,
    dac: Dac,
}

impl Default for Vga {
    fn default() -> Self {
        Self::new()
    }
}

impl Vga {
    /// 80 by 25 text, mode 3, as firmware leaves it.
    #[must_use]
    pub fn new() -> Self {
        let mut attribute = Indexed::new(&attribute::MODE_3);
        attribute.index = attribute::SCREEN_ON;
        Self {
            misc: MISC_MODE_3,
            feature: 0,
            enable: 1,
            sequencer: Indexed::new(&sequencer::MODE_3),
            crtc: Indexed::new(&crtc::MODE_3),
            graphics: Indexed::new(&graphics::MODE_3),
            attribute,
            attribute_data: false,
            dac: Dac::default(),
        }
    }

    /// Where the cursor is; none when it is off or outside the screen.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        let (start, end) = (self.crtc.get(crtc::CURSOR_START), self.crtc.get(crtc::CURSOR_END));
        let first_line = start & 0x1F;
        let drawn = first_line <= end & 0x1F && first_line <= self.crtc.get(crtc::MAXIMUM_SCAN_LINE) & 0x1F;
        if start & crtc::CURSOR_OFF != 0 || !drawn {
            return None;
        }
        let position = self
            .pair(crtc::CURSOR_HIGH, crtc::CURSOR_LOW)
            .wrapping_sub(self.start_cell());
        let cells = self.cells_per_row();
        let row = position.checked_div(cells)?;
        let cursor = Cursor {
            column: position - row * cells,
            row,
        };
        (cursor.column < self.columns() && cursor.row < self.rows()).then_some(cursor)
    }

    /// The character cell (not byte) in text memory that is shown top left.
    #[must_use]
    pub fn start_cell(&self) -> u16 {
        self.pair(crtc::START_ADDRESS_HIGH, crtc::START_ADDRESS_LOW)
    }

    /// Character cells from one row to the next.
    #[must_use]
    pub fn cells_per_row(&self) -> u16 {
        2 * u16::from(self.crtc.get(crtc::OFFSET))
    }

    /// Characters in a row.
    #[must_use]
    pub fn columns(&self) -> u16 {
        u16::from(self.crtc.get(crtc::END_HORIZONTAL_DISPLAY)) + 1
    }

    /// Rows of characters.
    #[must_use]
    pub fn rows(&self) -> u16 {
        let overflow = u16::from(self.crtc.get(crtc::OVERFLOW));
        let last_line = u16::from(self.crtc.get(crtc::VERTICAL_DISPLAY_END))
            | (overflow & 2) << 7
            | (overflow & 0x40) << 3;
        let character_height = u16::from(self.crtc.get(crtc::MAXIMUM_SCAN_LINE) & 0x1F) + 1;
        (last_line + 1) / character_height
    }

    /// Physical address of the window that shows text memory: 0xB8000 in colour modes, 0xB0000 in mode 7.
    #[must_use]
    pub fn text_address(&self) -> u32 {
        match self.graphics.get(graphics::MISCELLANEOUS) >> 2 & 3 {
            0 | 1 => 0xA_0000,
            2 => 0xB_0000,
            _ => 0xB_8000,
        }
    }

    /// Whether attribute bit 7 blinks (else it is the background's intensity).
    #[must_use]
    pub fn blink(&self) -> bool {
        self.attribute.get(attribute::MODE) & attribute::BLINK != 0
    }

    /// Whether a text mode is set and the screen is on.
    #[must_use]
    pub fn text_visible(&self) -> bool {
        let text = self.graphics.get(graphics::MISCELLANEOUS) & graphics::GRAPHICS_MODE == 0;
        let palette = self.attribute.index & attribute::SCREEN_ON != 0;
        let off = self.sequencer.get(sequencer::CLOCKING_MODE) & sequencer::SCREEN_OFF != 0;
        text && palette && !off
    }

    fn pair(&self, high: usize, low: usize) -> u16 {
        u16::from_be_bytes([self.crtc.get(high), self.crtc.get(low)])
    }

    /// CRT controller and status are at 0x3Dx or 0x3Bx, never at both.
    fn answers(&self, port: u16) -> bool {
        let colour = self.misc & MISC_COLOUR_PORTS != 0;
        match port & 0x3F0 {
            0x3B0 => !colour,
            0x3D0 => colour,
            _ => true,
        }
    }

    fn read_status(&mut self, cx: &Context<'_>) -> u8 {
        self.attribute_data = false;
        retrace::status(cx.now)
    }

    fn write_attribute(&mut self, value: u8) {
        if self.attribute_data {
            let index = self.attribute.index;
            self.attribute.index = index & 0x1F;
            // The palette registers belong to the CPU only while the screen is off.
            if self.attribute.index >= 0x10 || index & attribute::SCREEN_ON == 0 {
                self.attribute.write(value, &attribute::WRITABLE);
            }
            self.attribute.index = index;
        } else {
            self.attribute.index = value & 0x3F;
        }
        self.attribute_data = !self.attribute_data;
    }

    fn write_crtc(&mut self, value: u8) {
        let protected = self.crtc.get(crtc::VERTICAL_RETRACE_END) & crtc::PROTECT != 0;
        let mask = match usize::from(self.crtc.index) {
            crtc::OVERFLOW if protected => crtc::LINE_COMPARE_8,
            0..=7 if protected => 0,
            _ => 0xFF,
        };
        self.crtc.write_masked(value, mask);
    }
}

impl PortDevice for Vga {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        if !self.answers(port) {
            return Err(AccessError::NoRegister);
        }
        let value = match port {
            0x3B4 | 0x3D4 => self.crtc.index,
            0x3B5 | 0x3D5 => self.crtc.read(),
            0x3BA | 0x3DA => self.read_status(cx),
            0x3C0 => self.attribute.index,
            0x3C1 => self.attribute.get(usize::from(self.attribute.index & 0x1F)),
            0x3C2 => SWITCH_SENSE,
            0x3C3 => self.enable,
            0x3C4 => self.sequencer.index,
            0x3C5 => self.sequencer.read(),
            0x3C6 => self.dac.mask,
            0x3C7 => self.dac.state(),
            0x3C8 => self.dac.write_index(),
            0x3C9 => self.dac.read(),
            0x3CA => self.feature,
            0x3CC => self.misc,
            0x3CE => self.graphics.index,
            0x3CF => self.graphics.read(),
            _ => return Err(AccessError::NoRegister),
        };
        Ok(value.into())
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        if !self.answers(port) {
            return Err(AccessError::NoRegister);
        }
        let value = value as u8;
        match port {
            0x3B4 | 0x3D4 => self.crtc.index = value,
            0x3B5 | 0x3D5 => self.write_crtc(value),
            0x3BA | 0x3DA => self.feature = value,
            0x3C0 => self.write_attribute(value),
            0x3C2 => self.misc = value,
            0x3C3 => self.enable = value & 1,
            0x3C4 => self.sequencer.index = value,
            0x3C5 => self.sequencer.write(value, &sequencer::WRITABLE),
            0x3C6 => self.dac.mask = value,
            0x3C7 => self.dac.start_reading(value),
            0x3C8 => self.dac.start_writing(value),
            0x3C9 => self.dac.write(value),
            0x3CE => self.graphics.index = value,
            0x3CF => self.graphics.write(value, &graphics::WRITABLE),
            _ => return Err(AccessError::NoRegister),
        }
        Ok(())
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {
        *self = Self::new();
    }
}
