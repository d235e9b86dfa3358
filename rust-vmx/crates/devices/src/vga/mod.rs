//! The VGA's registers, as far as text modes need them. Its memory is guest RAM that the machine maps at 0xB8000.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("VGA mono CRTC", 0x3B4, 7),
    PortRange::new("VGA", 0x3C0, 16),
    PortRange::new("VGA colour CRTC", 0x3D4, 7),
];

/// The hardware cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Column.
    pub column: u16,
    /// Row.
    pub row: u16,
}

/// The registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vga {}

impl Vga {
    /// 80 by 25 text, mode 3, as firmware leaves it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the cursor is; none when it is off or outside the screen.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        None
    }

    /// The character cell (not byte) in text memory that is shown top left.
    #[must_use]
    pub fn start_cell(&self) -> u16 {
        0
    }

    /// Character cells from one row to the next.
    #[must_use]
    pub fn cells_per_row(&self) -> u16 {
        80
    }

    /// Whether attribute bit 7 blinks (else it is the background's intensity).
    #[must_use]
    pub fn blink(&self) -> bool {
        true
    }

    /// Whether a text mode is set and the screen is on.
    #[must_use]
    pub fn text_visible(&self) -> bool {
        true
    }
}

impl PortDevice for Vga {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, _port: u16, _width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        Err(AccessError::NoRegister)
    }

    fn write(
        &mut self,
        _port: u16,
        _width: Width,
        _value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        Err(AccessError::NoRegister)
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}
