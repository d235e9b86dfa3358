//! The US keyboard with 101 keys: from a scan code of set 1 to the word that a BIOS puts into its buffer, scan code high, ASCII
//! low.
//!
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, "Scan Code/Character Code Combinations"; Ralf Brown's Interrupt List,
//! INT 16h. The words are those of the extended functions, but for an F0h that marks what the first ones do not know.

/// Bits of the shift flags.
pub mod shift {
    pub const RIGHT: u8 = 1;
    pub const LEFT: u8 = 1 << 1;
    pub const CTRL: u8 = 1 << 2;
    pub const ALT: u8 = 1 << 3;
    pub const SCROLL: u8 = 1 << 4;
    pub const NUM: u8 = 1 << 5;
    pub const CAPS: u8 = 1 << 6;
    pub const INSERT: u8 = 1 << 7;
}

/// The columns of a key: by itself, and with Shift, Control and Alt.
type Words = [u16; 4];

/// No word. (No key has this one.)
const NONE: u16 = 0xFFFF;

/// The keys 01h to 53h, and 56h to 58h behind them.
#[rustfmt::skip]
const KEYS: [Words; 0x56] = [
    [0x011B, 0x011B, 0x011B, 0x01F0], // Esc
    [0x0231, 0x0221, NONE,   0x7800], // 1 !
    [0x0332, 0x0340, 0x0300, 0x7900], // 2 @
    [0x0433, 0x0423, NONE,   0x7A00], // 3 #
    [0x0534, 0x0524, NONE,   0x7B00], // 4 $
    [0x0635, 0x0625, NONE,   0x7C00], // 5 %
    [0x0736, 0x075E, 0x071E, 0x7D00], // 6 ^
    [0x0837, 0x0826, NONE,   0x7E00], // 7 &
    [0x0938, 0x092A, NONE,   0x7F00], // 8 *
    [0x0A39, 0x0A28, NONE,   0x8000], // 9 (
    [0x0B30, 0x0B29, NONE,   0x8100], // 0 )
    [0x0C2D, 0x0C5F, 0x0C1F, 0x8200], // - _
    [0x0D3D, 0x0D2B, NONE,   0x8300], // = +
    [0x0E08, 0x0E08, 0x0E7F, 0x0EF0], // Backspace
    [0x0F09, 0x0F00, 0x9400, 0xA500], // Tab
    [0x1071, 0x1051, 0x1011, 0x1000], // Q
    [0x1177, 0x1157, 0x1117, 0x1100], // W
    [0x1265, 0x1245, 0x1205, 0x1200], // E
    [0x1372, 0x1352, 0x1312, 0x1300], // R
    [0x1474, 0x1454, 0x1414, 0x1400], // T
    [0x1579, 0x1559, 0x1519, 0x1500], // Y
    [0x1675, 0x1655, 0x1615, 0x1600], // U
    [0x1769, 0x1749, 0x1709, 0x1700], // I
    [0x186F, 0x184F, 0x180F, 0x1800], // O
    [0x1970, 0x1950, 0x1910, 0x1900], // P
    [0x1A5B, 0x1A7B, 0x1A1B, 0x1AF0], // [ {
    [0x1B5D, 0x1B7D, 0x1B1D, 0x1BF0], // ] }
    [0x1C0D, 0x1C0D, 0x1C0A, 0x1CF0], // Enter
    [NONE,   NONE,   NONE,   NONE  ], // Control
    [0x1E61, 0x1E41, 0x1E01, 0x1E00], // A
    [0x1F73, 0x1F53, 0x1F13, 0x1F00], // S
    [0x2064, 0x2044, 0x2004, 0x2000], // D
    [0x2166, 0x2146, 0x2106, 0x2100], // F
    [0x2267, 0x2247, 0x2207, 0x2200], // G
    [0x2368, 0x2348, 0x2308, 0x2300], // H
    [0x246A, 0x244A, 0x240A, 0x2400], // J
    [0x256B, 0x254B, 0x250B, 0x2500], // K
    [0x266C, 0x264C, 0x260C, 0x2600], // L
    [0x273B, 0x273A, NONE,   0x27F0], // ; :
    [0x2827, 0x2822, NONE,   0x28F0], // ' "
    [0x2960, 0x297E, NONE,   0x29F0], // ` ~
    [NONE,   NONE,   NONE,   NONE  ], // left Shift
    [0x2B5C, 0x2B7C, 0x2B1C, 0x2BF0], // \ |
    [0x2C7A, 0x2C5A, 0x2C1A, 0x2C00], // Z
    [0x2D78, 0x2D58, 0x2D18, 0x2D00], // X
    [0x2E63, 0x2E43, 0x2E03, 0x2E00], // C
    [0x2F76, 0x2F56, 0x2F16, 0x2F00], // V
    [0x3062, 0x3042, 0x3002, 0x3000], // B
    [0x316E, 0x314E, 0x310E, 0x3100], // N
    [0x326D, 0x324D, 0x320D, 0x3200], // M
    [0x332C, 0x333C, NONE,   0x33F0], // , <
    [0x342E, 0x343E, NONE,   0x34F0], // . >
    [0x352F, 0x353F, NONE,   0x35F0], // / ?
    [NONE,   NONE,   NONE,   NONE  ], // right Shift
    [0x372A, 0x372A, 0x9600, 0x37F0], // * of the keypad
    [NONE,   NONE,   NONE,   NONE  ], // Alt
    [0x3920, 0x3920, 0x3920, 0x3920], // Space
    [NONE,   NONE,   NONE,   NONE  ], // CapsLock
    [0x3B00, 0x5400, 0x5E00, 0x6800], // F1
    [0x3C00, 0x5500, 0x5F00, 0x6900], // F2
    [0x3D00, 0x5600, 0x6000, 0x6A00], // F3
    [0x3E00, 0x5700, 0x6100, 0x6B00], // F4
    [0x3F00, 0x5800, 0x6200, 0x6C00], // F5
    [0x4000, 0x5900, 0x6300, 0x6D00], // F6
    [0x4100, 0x5A00, 0x6400, 0x6E00], // F7
    [0x4200, 0x5B00, 0x6500, 0x6F00], // F8
    [0x4300, 0x5C00, 0x6600, 0x7000], // F9
    [0x4400, 0x5D00, 0x6700, 0x7100], // F10
    [NONE,   NONE,   NONE,   NONE  ], // NumLock
    [NONE,   NONE,   NONE,   NONE  ], // ScrollLock
    [0x4700, 0x4737, 0x7700, NONE  ], // keypad: Home 7
    [0x4800, 0x4838, 0x8D00, NONE  ], // up 8
    [0x4900, 0x4939, 0x8400, NONE  ], // PgUp 9
    [0x4A2D, 0x4A2D, 0x8E00, 0x4AF0], // -
    [0x4B00, 0x4B34, 0x7300, NONE  ], // left 4
    [0x4CF0, 0x4C35, 0x8F00, NONE  ], // 5
    [0x4D00, 0x4D36, 0x7400, NONE  ], // right 6
    [0x4E2B, 0x4E2B, 0x9000, 0x4EF0], // +
    [0x4F00, 0x4F31, 0x7500, NONE  ], // End 1
    [0x5000, 0x5032, 0x9100, NONE  ], // down 2
    [0x5100, 0x5133, 0x7600, NONE  ], // PgDn 3
    [0x5200, 0x5230, 0x9200, NONE  ], // Ins 0
    [0x5300, 0x532E, 0x9300, NONE  ], // Del .
    [0x565C, 0x567C, NONE,   NONE  ], // \ | of keyboards with 102 keys
    [0x8500, 0x8700, 0x8900, 0x8B00], // F11
    [0x8600, 0x8800, 0x8A00, 0x8C00], // F12
];

/// The keys with the prefix E0.
#[rustfmt::skip]
const GREY_KEYS: [(u8, Words); 12] = [
    (0x1C, [0xE00D, 0xE00D, 0xE00A, 0xA600]), // Enter of the keypad
    (0x35, [0xE02F, 0xE02F, 0x9500, 0xA400]), // / of the keypad
    (0x47, [0x47E0, 0x47E0, 0x77E0, 0x9700]), // Home
    (0x48, [0x48E0, 0x48E0, 0x8DE0, 0x9800]), // up
    (0x49, [0x49E0, 0x49E0, 0x84E0, 0x9900]), // PgUp
    (0x4B, [0x4BE0, 0x4BE0, 0x73E0, 0x9B00]), // left
    (0x4D, [0x4DE0, 0x4DE0, 0x74E0, 0x9D00]), // right
    (0x4F, [0x4FE0, 0x4FE0, 0x75E0, 0x9F00]), // End
    (0x50, [0x50E0, 0x50E0, 0x91E0, 0xA000]), // down
    (0x51, [0x51E0, 0x51E0, 0x76E0, 0xA100]), // PgDn
    (0x52, [0x52E0, 0x52E0, 0x92E0, 0xA200]), // Ins
    (0x53, [0x53E0, 0x53E0, 0x93E0, 0xA300]), // Del
];

/// The word for a pressed key; `flags` are the shift flags, `grey` says that E0 came before.
pub fn word(code: u8, grey: bool, flags: u8) -> Option<u16> {
    let [plain, shifted, control, alt] = words(code, grey)?;
    let word = if flags & shift::ALT != 0 {
        alt
    } else if flags & shift::CTRL != 0 {
        control
    } else if is_shifted(code, grey, plain, flags) {
        shifted
    } else {
        plain
    };
    (word != NONE).then_some(word)
}

fn words(code: u8, grey: bool) -> Option<Words> {
    if grey {
        return GREY_KEYS
            .iter()
            .find(|(key, _)| *key == code)
            .map(|(_, words)| *words);
    }
    let index = match code {
        0x01..=0x53 => code - 1,
        0x56..=0x58 => code - 3,
        _ => return None,
    };
    KEYS.get(usize::from(index)).copied()
}

/// Whether a key has its shifted meaning: CapsLock turns letters round, NumLock the digits of the keypad.
fn is_shifted(code: u8, grey: bool, plain: u16, flags: u8) -> bool {
    let shifted = flags & (shift::LEFT | shift::RIGHT) != 0;
    let lock = if (plain as u8).is_ascii_lowercase() {
        shift::CAPS
    } else if !grey && keypad(code).is_some() {
        shift::NUM
    } else {
        0
    };
    shifted != (flags & lock != 0)
}

/// The digit of a key of the keypad, or its point.
pub fn keypad(code: u8) -> Option<u8> {
    const FIRST: u8 = 0x47;
    let key = *b"789-456+1230.".get(usize::from(code.checked_sub(FIRST)?))?;
    (!matches!(key, b'-' | b'+')).then_some(key)
}

/// What of a word INT 16h, AH=00h and 01h, tell: of keys that the first keyboards had not either what those had for it, or nothing.
pub fn standard(word: u16) -> Option<u16> {
    const LAST: u8 = 0x84;
    match word.to_be_bytes() {
        // A character by its number.
        [0x00, _] => Some(word),
        [0xE0, b'/'] => Some(0x352F),
        [0xE0, character] => Some(u16::from_be_bytes([0x1C, character])),
        [scan, 0xF0] if scan <= LAST => None,
        [scan, 0xE0] if scan <= LAST => Some(u16::from_be_bytes([scan, 0])),
        [scan, _] if scan <= LAST => Some(word),
        _ => None,
    }
}

/// What of a word INT 16h, AH=10h and 11h, tell.
pub fn extended(word: u16) -> u16 {
    match word.to_be_bytes() {
        [0x00, _] => word,
        [scan, 0xF0] => u16::from_be_bytes([scan, 0]),
        _ => word,
    }
}
