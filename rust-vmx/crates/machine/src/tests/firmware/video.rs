//! INT 10h.

use super::program::{byte, int, memory, memory_word, text, word};
use crate::testing::{Bench, bench};
use std::vec::Vec;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBP, RBX, RCX, RDX};

/// Row and column of a page's cursor, as DX.
fn cursor(bench: &mut Bench, page: u64) -> u16 {
    int(bench, 0x10, &[(RAX, 0x0300), (RBX, page << 8)]);
    word(bench, RDX)
}

/// A register of the CRT controller.
fn crtc(bench: &mut Bench, register: u8) -> u8 {
    bench.out(0x3D4, register).run();
    bench.input(0x3D5)
}

#[test]
fn the_teletype_prints_wraps_and_scrolls() {
    let mut bench = bench();
    for character in b"one\r\ntwo" {
        int(
            &mut bench,
            0x10,
            &[(RAX, 0x0E00 | u64::from(*character)), (RBX, 0)],
        );
    }
    assert_eq!(
        (text(&mut bench, 0, 0, 4), text(&mut bench, 0, 1, 4)),
        ("one ".into(), "two ".into())
    );
    assert_eq!(cursor(&mut bench, 0), 0x0103, "row and column");
    assert_eq!(word(&mut bench, RCX), 0x0D0E, "the cursor's shape");
    int(&mut bench, 0x10, &[(RAX, 0x0200), (RBX, 0), (RDX, 0x184F)]);
    for character in b"xy" {
        int(&mut bench, 0x10, &[(RAX, 0x0E00 | u64::from(*character))]);
    }
    assert_eq!(text(&mut bench, 0, 0, 3), "two", "the first line is gone");
    assert_eq!(text(&mut bench, 0, 23, 80).chars().last(), Some('x'));
    assert_eq!(text(&mut bench, 0, 24, 2), "y ");
    // Backspace and bell print nothing.
    for character in [0x08, 0x07] {
        int(&mut bench, 0x10, &[(RAX, 0x0E00 | character)]);
    }
    assert_eq!(
        (cursor(&mut bench, 0), text(&mut bench, 0, 24, 2)),
        (0x1800, "y ".into())
    );
}

#[test]
fn windows_scroll_both_ways() {
    let mut bench = bench();
    for (row, character) in [(0, b'a'), (1, b'b'), (2, b'c')] {
        bench
            .machine
            .guest_mut()
            .memory
            .write_at(0xB_8000 + row * 160, &[character, 7]);
    }
    let window = [(RBX, 0x1F00), (RCX, 0x0000), (RDX, 0x0200)];
    let column = |bench: &mut Bench| (0..3).map(|row| text(bench, 0, row, 1)).collect::<Vec<_>>();
    int(&mut bench, 0x10, &[&window[..], &[(RAX, 0x0701)]].concat());
    assert_eq!(column(&mut bench), [" ", "a", "b"]);
    int(&mut bench, 0x10, &[&window[..], &[(RAX, 0x0602)]].concat());
    assert_eq!(column(&mut bench), ["b", " ", " "]);
    assert_eq!(memory(&mut bench, 0xB_8000 + 160, 2), [b' ', 0x1F]);
    int(&mut bench, 0x10, &[&window[..], &[(RAX, 0x0600)]].concat());
    assert_eq!(column(&mut bench), [" ", " ", " "]);
    int(&mut bench, 0x10, &[(RAX, 0x06FF), (RCX, 0xFFFF), (RDX, 0xFFFF)]);
}

#[test]
fn pages_have_their_own_text_and_cursor() {
    let mut bench = bench();
    int(&mut bench, 0x10, &[(RAX, 0x0200), (RBX, 0x0300), (RDX, 0x0405)]);
    assert_eq!((cursor(&mut bench, 3), cursor(&mut bench, 0)), (0x0405, 0));
    assert_eq!(
        (crtc(&mut bench, 0x0E), crtc(&mut bench, 0x0F)),
        (0, 0),
        "page 0 is shown"
    );
    // Three times, with an attribute, and then without.
    int(&mut bench, 0x10, &[(RAX, 0x0941), (RBX, 0x031E), (RCX, 3)]);
    int(&mut bench, 0x10, &[(RAX, 0x0A42), (RBX, 0x0300), (RCX, 1)]);
    let at = 0xB_8000 + 3 * 4096 + 2 * (4 * 80 + 5);
    assert_eq!(
        memory(&mut bench, at, 8),
        [0x42, 0x1E, 0x41, 0x1E, 0x41, 0x1E, 0x20, 0x07]
    );
    int(&mut bench, 0x10, &[(RAX, 0x0800), (RBX, 0x0300)]);
    assert_eq!(word(&mut bench, RAX), 0x1E42);
    assert_eq!(cursor(&mut bench, 3), 0x0405, "it stays");
    // Shown, a page is where the CRT controller starts, and where the teletype prints, whatever BH says.
    int(&mut bench, 0x10, &[(RAX, 0x0503)]);
    assert_eq!(
        (byte(&mut bench, 0x462), memory_word(&mut bench, 0x44E)),
        (3, 3 * 4096)
    );
    assert_eq!([crtc(&mut bench, 0x0C), crtc(&mut bench, 0x0D)], [0x18, 0x00]);
    assert_eq!(
        [crtc(&mut bench, 0x0E), crtc(&mut bench, 0x0F)],
        (0x1800_u16 + 325).to_be_bytes()
    );
    int(&mut bench, 0x10, &[(RAX, 0x0E21), (RBX, 0x0000)]);
    assert_eq!(memory(&mut bench, at, 2), [0x21, 0x1E]);
    assert_eq!((cursor(&mut bench, 3), cursor(&mut bench, 0)), (0x0406, 0));
    int(&mut bench, 0x10, &[(RAX, 0x0F00)]);
    assert_eq!((word(&mut bench, RAX), word(&mut bench, RBX) >> 8), (0x5003, 3));
    // A window is one of the page that is shown.
    int(
        &mut bench,
        0x10,
        &[(RAX, 0x0600), (RBX, 0x0700), (RCX, 0), (RDX, 0x184F)],
    );
    assert_eq!(memory(&mut bench, at, 2), [0x20, 0x07]);
    int(&mut bench, 0x10, &[(RAX, 0x0508)]);
    assert_eq!(byte(&mut bench, 0x462), 3, "there are eight");
}

#[test]
fn strings_go_to_their_page() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.write_at(0x9000, b"a\x1Fb\x2F");
    for (options, cells, moved) in [
        (0x1300, [b'a', 0x4E, 0x1F, 0x4E], false),
        (0x1301, [b'a', 0x4E, 0x1F, 0x4E], true),
        (0x1302, [b'a', 0x1F, b'b', 0x2F], false),
        (0x1303, [b'a', 0x1F, b'b', 0x2F], true),
    ] {
        int(&mut bench, 0x10, &[(RAX, 0x0200), (RBX, 0x0100), (RDX, 0)]);
        let call = [
            (RAX, options),
            (RBX, 0x014E),
            (RCX, 2),
            (RDX, 0x0102),
            (RBP, 0x9000),
        ];
        int(&mut bench, 0x10, &call);
        assert_eq!(memory(&mut bench, 0xB_9000 + 160 + 4, 4), cells);
        assert_eq!(cursor(&mut bench, 1), if moved { 0x0104 } else { 0 });
    }
    assert_eq!(cursor(&mut bench, 0), 0);
}

#[test]
fn a_mode_is_set_with_all_that_belongs_to_it() {
    let mut bench = bench();
    int(&mut bench, 0x10, &[(RAX, 0x0502)]);
    int(&mut bench, 0x10, &[(RAX, 0x0100), (RCX, 0x2000)]);
    int(&mut bench, 0x10, &[(RAX, 0x1003), (RBX, 0)]);
    bench.out(0x3D4, 0x13).out(0x3D5, 0x50).run();
    bench.machine.guest_mut().memory.write_at(0xB_8000, b"x\x1F");
    bench.machine.guest_mut().memory.write_at(0xB_A000, b"y\x1F");
    int(&mut bench, 0x10, &[(RAX, 0x0082)]);
    assert_eq!(
        memory(&mut bench, 0xB_8000, 2),
        b"x\x1F",
        "bit 7 keeps the memory"
    );
    int(&mut bench, 0x10, &[(RAX, 0x0F00)]);
    assert_eq!((word(&mut bench, RAX), word(&mut bench, RBX) >> 8), (0x5082, 0));
    assert_eq!((cursor(&mut bench, 0), word(&mut bench, RCX)), (0, 0x0D0E));
    assert_eq!(
        (
            crtc(&mut bench, 0x13),
            crtc(&mut bench, 0x0C),
            crtc(&mut bench, 0x0A)
        ),
        (0x28, 0, 0x0D)
    );
    assert_eq!(byte(&mut bench, 0x465) & 0x20, 0x20);
    int(&mut bench, 0x10, &[(RAX, 0x0003)]);
    for page in [0xB_8000, 0xB_A000] {
        assert_eq!(memory(&mut bench, page, 2), b" \x07");
    }
    int(&mut bench, 0x10, &[(RAX, 0x0F00)]);
    assert_eq!(word(&mut bench, RAX), 0x5003);
    // A mode that is not there is not set.
    bench.machine.guest_mut().memory.write_at(0xB_8000, b"x\x1F");
    for mode in [0x0000, 0x0001, 0x0007, 0x0012, 0x0013] {
        int(&mut bench, 0x10, &[(RAX, mode)]);
        assert_eq!((byte(&mut bench, 0x449), byte(&mut bench, 0xB_8000)), (3, b'x'));
    }
}

#[test]
fn blinking_or_bright_backgrounds() {
    let mut bench = bench();
    for (bl, bit) in [(0, 0), (1, 8), (7, 8)] {
        int(&mut bench, 0x10, &[(RAX, 0x1003), (RBX, bl)]);
        bench.input(0x3DA);
        bench.out(0x3C0, 0x30).run();
        assert_eq!(bench.input(0x3C1), 0x04 | bit, "mode register");
        assert_eq!(byte(&mut bench, 0x465) & 0x20, bit << 2);
        bench.input(0x3DA);
        assert_eq!(bench.input(0x3C0) & 0x20, 0x20, "the screen stays on");
    }
}

#[test]
fn the_adapter_is_a_vga() {
    let mut bench = bench();
    int(&mut bench, 0x10, &[(RAX, 0x1200), (RBX, 0xFF10), (RCX, 0xFFFF)]);
    // Colour, 256 KiB or more; switches of an EGA or VGA with a colour display.
    assert_eq!(word(&mut bench, RBX), 0x0003);
    assert_eq!(word(&mut bench, RCX) & 0xFF, 0x09);
    int(&mut bench, 0x10, &[(RAX, 0x1A00), (RBX, 0xFFFF)]);
    assert_eq!(
        (word(&mut bench, RAX) & 0xFF, word(&mut bench, RBX)),
        (0x1A, 0x0008)
    );
    for font in 0..8 {
        int(
            &mut bench,
            0x10,
            &[(RAX, 0x1130), (RBX, font << 8), (RDX, 0xAA55)],
        );
        assert_eq!(word(&mut bench, RCX), 16, "bytes of a character");
        assert_eq!(word(&mut bench, RDX), 0xAA18, "the last row");
        let at = bench.cpu().segments[&SegmentName::Es].base + u64::from(word(&mut bench, RBP));
        assert_eq!(memory(&mut bench, at, 4096), [0; 4096], "blank glyphs");
    }
    assert_eq!(
        (byte(&mut bench, 0x484), memory_word(&mut bench, 0x485)),
        (24, 16)
    );
}

#[test]
fn what_is_not_there_leaves_the_registers() {
    let mut bench = bench();
    for ax in [
        0x4F00, 0x4F02, 0x1A01, 0x1B00, 0x1C00, 0x1000, 0x1112, 0x0B00, 0x0D00, 0xFE00,
    ] {
        let registers = [(RAX, ax), (RBX, 0x1234), (RCX, 0x5678), (RDX, 0x9ABC)];
        int(&mut bench, 0x10, &registers);
        for (register, value) in registers {
            assert_eq!(u64::from(word(&mut bench, register)), value, "AX={ax:04X}h");
        }
    }
    int(&mut bench, 0x10, &[(RAX, 0x1200), (RBX, 0x0030)]);
    assert_eq!(word(&mut bench, RAX), 0x1200, "scan lines");
}
