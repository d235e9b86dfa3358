//! Scan code sets 1 and 2, and the controller's translation from 2 to 1.

/// Set 2 code to set 1 code, as the 8042's ROM has it (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
/// Auxiliary Device Controller"); keys that no keyboard has included.
#[rustfmt::skip]
const TO_SET_1: [u8; 128] = [
    0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,
    0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,
    0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,
    0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,
    0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,
    0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
];

/// F7 and Alt+PrintScreen have set 2 codes above 0x7F.
const F7: (u8, u8) = (0x83, 0x41);
const SYSRQ: (u8, u8) = (0x84, 0x54);

/// Set 2: the next byte is a key that was released.
pub(super) const RELEASE: u8 = 0xF0;
/// Set 1: a key was released.
const RELEASED: u8 = 0x80;
/// One more byte belongs to the key.
pub(super) const EXTENDED: u8 = 0xE0;
/// Two more bytes belong to the key: Pause.
pub(super) const EXTENDED_TWICE: u8 = 0xE1;

/// The controller's translation of one byte; what a keyboard answers to commands passes unchanged.
pub(super) fn to_set_1(code: u8) -> u8 {
    match code {
        code if code == F7.0 => F7.1,
        code if code == SYSRQ.0 => SYSRQ.1,
        code => TO_SET_1.get(usize::from(code)).copied().unwrap_or(code),
    }
}

/// What a keyboard in set 2 sends for one byte of set 1: up to two bytes; none for a byte that is no key's.
pub(super) fn to_set_2(byte: u8) -> impl Iterator<Item = u8> {
    let prefix = matches!(byte, EXTENDED | EXTENDED_TWICE);
    let release = (!prefix && byte & RELEASED != 0).then_some(RELEASE);
    let code = if prefix { Some(byte) } else { key(byte & !RELEASED) };
    release.into_iter().filter(move |_| code.is_some()).chain(code)
}

/// The set 2 code of a set 1 make code.
fn key(make: u8) -> Option<u8> {
    match make {
        make if make == F7.1 => Some(F7.0),
        make if make == SYSRQ.1 => Some(SYSRQ.0),
        make => TO_SET_1
            .iter()
            .position(|&code| code == make)
            .map(|code| code as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_survives_the_way_there_and_back() {
        for make in 1..=0x7F {
            let there: Vec<u8> = to_set_2(make).collect();
            assert_eq!(there.len(), 1, "set 1 code {make:#x}");
            assert_eq!(to_set_1(there[0]), make);
        }
    }

    #[test]
    fn known_keys() {
        let set_2 = |bytes: &[u8]| bytes.iter().flat_map(|&byte| to_set_2(byte)).collect::<Vec<_>>();
        assert_eq!(set_2(&[0x1E, 0x9E]), [0x1C, 0xF0, 0x1C], "A");
        assert_eq!(set_2(&[0xE0, 0xC8]), [0xE0, 0xF0, 0x75], "cursor up, released");
        assert_eq!(
            set_2(&[0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5]),
            [0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77],
            "Pause"
        );
        assert_eq!(set_2(&[0x41]), [0x83], "F7");
        assert_eq!(set_2(&[0x00, 0x80]), [], "no key");
    }
}
