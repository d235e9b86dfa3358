//! The letters of a PC's text screen.

use std::fs;
use std::sync::OnceLock;

/// Columns of a glyph's picture.
pub(crate) const WIDTH: usize = 8;
/// Rows of a glyph's picture.
pub(crate) const HEIGHT: usize = 16;

/// Where the emulators keep their VGA BIOS, which holds the 8x16 font they draw with.
const ROMS: [&str; 3] = [
    "/usr/share/bochs/VGABIOS-lgpl-latest",
    "/usr/share/vgabios/vgabios.bin",
    "/usr/share/seabios/vgabios-stdvga.bin",
];

/// The glyph of `A`, by which the font is found in the ROM.
const LETTER_A: [u8; HEIGHT] = [
    0x00, 0x00, 0x10, 0x38, 0x6C, 0xC6, 0xC6, 0xFE, 0xC6, 0xC6, 0xC6, 0xC6, 0x00, 0x00, 0x00, 0x00,
];

/// The characters of code page 437 from 0x80 on, as the font has them.
const UPPER_HALF: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                          └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The rows of a character's picture, the leftmost pixel in the highest bit; blank when no ROM is at hand.
pub(crate) fn glyph(code: u8) -> [u8; HEIGHT] {
    static FONT: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    let mut rows = [0; HEIGHT];
    if let Some(font) = FONT.get_or_init(find) {
        let start = usize::from(code) * HEIGHT;
        rows.copy_from_slice(&font[start..start + HEIGHT]);
    }
    rows
}

fn find() -> Option<Vec<u8>> {
    ROMS.iter().find_map(|path| {
        let rom = fs::read(path).ok()?;
        let letter = rom.windows(HEIGHT).position(|window| window == LETTER_A)?;
        let start = letter.checked_sub(usize::from(b'A') * HEIGHT)?;
        rom.get(start..start + 256 * HEIGHT).map(<[u8]>::to_vec)
    })
}

/// The character a code stands for; control codes, which the screen shows as small pictures, read as blanks.
pub(crate) fn character(code: u8) -> char {
    match code {
        0x20..=0x7E => char::from(code),
        0x80.. => UPPER_HALF.chars().nth(usize::from(code) - 0x80).unwrap_or(' '),
        _ => ' ',
    }
}

/// The code that shows a character.
pub(crate) fn code(character: char) -> u8 {
    if character.is_ascii() {
        return character as u8;
    }
    UPPER_HALF
        .chars()
        .position(|c| c == character)
        .map_or(b'?', |index| 0x80 + index as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_half_is_complete_and_goes_both_ways() {
        assert_eq!(UPPER_HALF.chars().count(), 128);
        for value in 0x80..=0xFF_u8 {
            assert_eq!(code(character(value)), value);
        }
    }

    #[test]
    fn letters_have_their_own_pictures() {
        if find().is_some() {
            assert_ne!(glyph(b'A'), glyph(b'B'));
            assert_eq!(glyph(b' '), [0; HEIGHT]);
        }
    }
}
