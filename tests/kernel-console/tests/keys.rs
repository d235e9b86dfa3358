//! Keys on their way from and to keyboards and serial terminals.

use kernel_console::ffi::{
    KeyPress, decode_scancodes, encode_ansi, encode_scancodes, parse_ansi, pass_and_release, size_reports,
    without_size_reports,
};
use proptest::prelude::*;
use std::collections::HashSet;

const UP: u8 = 151;
const F1: u8 = 129;
const F12: u8 = 140;

fn key(code: u8) -> KeyPress {
    KeyPress {
        code,
        shift: false,
        ctrl: false,
        alt: false,
    }
}

fn codes(keys: &[KeyPress]) -> Vec<u8> {
    keys.iter().map(|key| key.code).collect()
}

#[test]
fn typing_on_a_keyboard() {
    // a, Shift+a, Ctrl+c, Up, keypad 8 with and without Num Lock
    assert_eq!(
        codes(&decode_scancodes(&[0x1E, 0x9E, 0x2A, 0x1E, 0x9E, 0xAA])),
        [b'a', b'A']
    );
    assert_eq!(
        codes(&decode_scancodes(&[
            0x1D, 0x2E, 0xAE, 0x9D, 0xE0, 0x48, 0xE0, 0xC8
        ])),
        [3, UP]
    );
    assert_eq!(
        codes(&decode_scancodes(&[0x48, 0xC8, 0x45, 0xC5, 0x48])),
        [b'8', UP]
    );
}

#[test]
fn caps_lock_shifts_letters_only() {
    assert_eq!(
        codes(&decode_scancodes(&[0x3A, 0xBA, 0x1E, 0x02, 0x2A, 0x1E, 0x02])),
        *b"A1a!"
    );
}

#[test]
fn pause_is_no_key() {
    assert_eq!(
        codes(&decode_scancodes(&[0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5, 0x1E])),
        [b'a']
    );
}

#[test]
fn typing_on_a_serial_terminal() {
    assert_eq!(codes(&parse_ansi(b"ls\r\x7f\x03")), [b'l', b's', b'\n', 8, 3]);
    for up in [&b"\x1b[A"[..], b"\x1bOA", b"\x1b[1;1A"] {
        assert_eq!(codes(&parse_ansi(up)), [UP]);
    }
    for f1 in [&b"\x1bOP"[..], b"\x1b[11~", b"\x1b[[A"] {
        assert_eq!(codes(&parse_ansi(f1)), [F1]);
    }
    let shifted = KeyPress {
        shift: true,
        ..key(F1 + 1)
    };
    assert_eq!(parse_ansi(b"\x1b[1;2Q"), [shifted]);
    assert_eq!(parse_ansi(b"\x1b[12;2~"), [shifted]);
}

#[test]
fn escape_is_a_key_when_nothing_follows() {
    assert_eq!(codes(&parse_ansi(b"\x1b")), [27]);
    assert_eq!(codes(&parse_ansi(b"\x1b\x1b[A")), [27, UP]);
    assert_eq!(
        parse_ansi(b"\x1bx"),
        [KeyPress {
            alt: true,
            ..key(b'x')
        }]
    );
}

#[test]
fn every_character_has_a_key() {
    for code in 1..127 {
        let typed = decode_scancodes(&encode_scancodes(key(code)));
        assert_eq!(codes(&typed), [code], "by keyboard");
        let expected = if code == b'\r' { b'\n' } else { code };
        assert_eq!(
            codes(&parse_ansi(&encode_ansi(key(code)))),
            [expected],
            "by serial line"
        );
    }
}

proptest! {
    #[test]
    fn special_keys_keep_their_modifiers_on_a_serial_line(
        code in prop_oneof![F1..=F12, 145..=154_u8], shift: bool, ctrl: bool, alt: bool)
    {
        let pressed = KeyPress { code, shift, ctrl, alt };
        prop_assert_eq!(parse_ansi(&encode_ansi(pressed)), [pressed]);
    }

    #[test]
    fn special_keys_keep_their_modifiers_on_a_keyboard(
        code in prop_oneof![F1..=F12, 145..=154_u8], shift: bool, ctrl: bool, alt: bool)
    {
        let pressed = KeyPress { code, shift, ctrl, alt };
        prop_assert_eq!(decode_scancodes(&encode_scancodes(pressed)), [pressed]);
    }

    #[test]
    fn no_input_confuses_the_parser_for_good(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
        // Letters end any sequence, so after two of them everything is as in the beginning.
        let mut input = bytes;
        input.extend(b"\x18zz\r");
        prop_assert_eq!(parse_ansi(&input).last().map(|key| key.code), Some(b'\n'));
    }

    /// A guest whose screen is left has no key down that nobody holds.
    #[test]
    fn keys_do_not_stay_down(scancodes in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut down = HashSet::new();
        let mut extended = false;
        for code in pass_and_release(&scancodes) {
            if code == 0xE0 {
                extended = true;
                continue;
            }
            if code & 0x80 == 0 {
                down.insert((extended, code));
            } else {
                prop_assert!(down.remove(&(extended, code & 0x7F)), "released without a press");
            }
            extended = false;
        }
        prop_assert!(down.is_empty());
    }
}

/// xterm's answer to `CSI 18 t`, `CSI 8 ; rows ; columns t`, is neither a key nor input of a guest.
#[test]
fn a_report_of_the_size_is_no_key() {
    assert_eq!(without_size_reports(b"a\x1b[8;24;80tb"), b"ab");
    assert_eq!(size_reports(b"a\x1b[8;24;80tb\x1b[8;5;132t"), [80, 24, 132, 5]);
    assert_eq!(
        size_reports(b"\x1b\x1b[8;24;80t"),
        [80, 24],
        "an Escape before it is a key"
    );
    assert_eq!(without_size_reports(b"\x1b\x1b[8;24;80t"), b"\x1b");
}

#[test]
fn other_sequences_are_no_report() {
    for other in [
        "\x1b",
        "\x1b\x1b",
        "\x1b[A",
        "\x1b[8~",
        "\x1b[88;24;80t",
        "\x1b[4;480;640t",
        "\x1b[8;0;80t",
        "\x1b[8;24t",
        "\x1b[8;24;80;1t",
        "\x1b[8;24;80",
        "\x1b[8;99999999;99999999t",
        "8;24;80t",
    ] {
        assert_eq!(
            without_size_reports(other.as_bytes()),
            other.as_bytes(),
            "{other:?}"
        );
        assert!(size_reports(other.as_bytes()).is_empty(), "{other:?}");
    }
}
