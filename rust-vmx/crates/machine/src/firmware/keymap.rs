//! The US keyboard: from a scancode of set 1 to the word a BIOS puts into its buffer, scancode high, ASCII low.

use super::keyboard::shift;

/// ASCII of the keys 02h to 39h, without and with Shift; 0 where there is none.
const PLAIN: &[u8; 0x38] = b"1234567890-=\x08\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
const SHIFTED: &[u8; 0x38] = b"!@#$%^&*()_+\x08\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
/// The keys of the number block, 47h to 53h, with NumLock.
const NUMBERS: &[u8; 13] = b"789-456+1230.";

/// The word for a pressed key; `flags` are the shift flags, `extended` says that E0 came before.
pub fn key(code: u8, flags: u8, extended: bool) -> Option<u16> {
    let shifted = flags & (shift::LEFT | shift::RIGHT) != 0;
    let ascii = match code {
        0x01 => 0x1B,
        0x02..=0x39 => {
            let index = usize::from(code - 2);
            let plain = *PLAIN.get(index)?;
            let upper = shifted != (plain.is_ascii_lowercase() && flags & shift::CAPS != 0);
            let ascii = if upper { *SHIFTED.get(index)? } else { plain };
            if flags & shift::ALT != 0 {
                0
            } else if flags & shift::CTRL != 0 {
                // Only letters and a few signs have a control character.
                match ascii.to_ascii_uppercase() {
                    letter @ b'@'..=b'_' => letter & 0x1F,
                    b'\r' => b'\n',
                    other @ (b' ' | 0x08) => other,
                    _ => return None,
                }
            } else {
                ascii
            }
        }
        // Function keys.
        0x3B..=0x44 | 0x57 | 0x58 => 0,
        0x47..=0x53 => {
            let digit = *NUMBERS.get(usize::from(code - 0x47))?;
            let number = (flags & shift::NUM != 0) != shifted;
            let always = matches!(digit, b'-' | b'+');
            if !extended && (number || always) { digit } else { 0 }
        }
        _ => return None,
    };
    if ascii == 0 && matches!(code, 0x2B | 0x37) {
        return None;
    }
    Some(u16::from(code) << 8 | u16::from(ascii))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert_eq!(key(0x1E, 0, false), Some(0x1E61));
        assert_eq!(key(0x1E, shift::LEFT, false), Some(0x1E41));
        assert_eq!(key(0x1E, shift::CAPS, false), Some(0x1E41));
        assert_eq!(key(0x1E, shift::CAPS | shift::RIGHT, false), Some(0x1E61));
        assert_eq!(key(0x1E, shift::CTRL, false), Some(0x1E01));
        assert_eq!(
            key(0x02, shift::CAPS, false),
            Some(0x0231),
            "digits know no CapsLock"
        );
        assert_eq!(key(0x1C, 0, false), Some(0x1C0D));
        assert_eq!(key(0x39, 0, false), Some(0x3920));
        assert_eq!(key(0x48, 0, true), Some(0x4800), "an arrow");
        assert_eq!(key(0x48, shift::NUM, false), Some(0x4838));
        assert_eq!(key(0x35, 0, false), Some(0x352F));
        assert_eq!(key(0x2C, 0, false), Some(0x2C7A));
        assert_eq!(key(0x3B, 0, false), Some(0x3B00));
        assert_eq!(key(0x7F, 0, false), None);
    }
}
