//! Indexed register files of the VGA, and their contents in mode 3 (80 by 25 text, 16 colours).
//!
//! Source: IBM VGA XGA Technical Reference, "VGA Function"; the values are those every VGA BIOS sets for mode 3.

/// CRT controller registers used by name.
pub(super) mod crtc {
    pub const END_HORIZONTAL_DISPLAY: usize = 0x01;
    pub const OVERFLOW: usize = 0x07;
    pub const MAXIMUM_SCAN_LINE: usize = 0x09;
    pub const CURSOR_START: usize = 0x0A;
    pub const CURSOR_END: usize = 0x0B;
    pub const START_ADDRESS_HIGH: usize = 0x0C;
    pub const START_ADDRESS_LOW: usize = 0x0D;
    pub const CURSOR_HIGH: usize = 0x0E;
    pub const CURSOR_LOW: usize = 0x0F;
    pub const VERTICAL_RETRACE_END: usize = 0x11;
    pub const VERTICAL_DISPLAY_END: usize = 0x12;
    pub const OFFSET: usize = 0x13;

    /// In CURSOR_START.
    pub const CURSOR_OFF: u8 = 1 << 5;
    /// In VERTICAL_RETRACE_END: registers 0 to 7 cannot be written.
    pub const PROTECT: u8 = 1 << 7;
    /// The bit of OVERFLOW that can be written all the same.
    pub const LINE_COMPARE_8: u8 = 1 << 4;

    #[rustfmt::skip]
    pub const MODE_3: [u8; 25] = [
        0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00,
        0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF,
    ];
}

/// Sequencer registers.
pub(super) mod sequencer {
    pub const CLOCKING_MODE: usize = 1;
    /// In CLOCKING_MODE.
    pub const SCREEN_OFF: u8 = 1 << 5;

    pub const MODE_3: [u8; 5] = [0x03, 0x00, 0x03, 0x00, 0x02];
    pub const WRITABLE: [u8; 5] = [0x03, 0x3D, 0x0F, 0x3F, 0x0E];
}

/// Graphics controller registers.
pub(super) mod graphics {
    pub const MISCELLANEOUS: usize = 6;
    /// In MISCELLANEOUS: not a text mode.
    pub const GRAPHICS_MODE: u8 = 1 << 0;

    pub const MODE_3: [u8; 9] = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x0F, 0xFF];
    pub const WRITABLE: [u8; 9] = [0x0F, 0x0F, 0x0F, 0x1F, 0x03, 0x7B, 0x0F, 0x0F, 0xFF];
}

/// Attribute controller registers.
pub(super) mod attribute {
    pub const MODE: usize = 0x10;
    /// In MODE: attribute bit 7 blinks.
    pub const BLINK: u8 = 1 << 3;
    /// In the index: the palette belongs to the screen; off, the screen shows the overscan colour.
    pub const SCREEN_ON: u8 = 1 << 5;

    #[rustfmt::skip]
    pub const MODE_3: [u8; 21] = [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F,
        0x0C, 0x00, 0x0F, 0x08, 0x00,
    ];
    #[rustfmt::skip]
    pub const WRITABLE: [u8; 21] = [
        0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F,
        0xEF, 0xFF, 0x3F, 0x0F, 0x0F,
    ];
}

/// Miscellaneous output register of mode 3: colour ports, RAM on, 28 MHz, 400 lines.
pub(super) const MISC_MODE_3: u8 = 0x67;
/// In the miscellaneous output register: the CRT controller is at 0x3D4, else at 0x3B4.
pub(super) const MISC_COLOUR_PORTS: u8 = 1 << 0;
