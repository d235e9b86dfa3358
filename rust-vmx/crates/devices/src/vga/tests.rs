//! What text-mode drivers do.

use super::*;
use crate::{Time, Wires};

#[derive(Default)]
struct Bench {
    vga: Vga,
    wires: Wires,
    now: Time,
}

impl Bench {
    fn out(&mut self, port: u16, value: u8) {
        let mut cx = Context {
            now: self.now,
            wires: &mut self.wires,
        };
        self.vga.write(port, Width::Byte, value.into(), &mut cx).unwrap();
    }

    fn inb(&mut self, port: u16) -> u8 {
        let mut cx = Context {
            now: self.now,
            wires: &mut self.wires,
        };
        self.vga.read(port, Width::Byte, &mut cx).unwrap() as u8
    }

    fn crtc(&mut self, index: u8, value: u8) {
        self.out(0x3D4, index);
        self.out(0x3D5, value);
    }
}

#[test]
fn firmware_leaves_mode_3() {
    let vga = Vga::new();
    assert_eq!(
        (vga.columns(), vga.rows(), vga.cells_per_row(), vga.start_cell()),
        (80, 25, 80, 0)
    );
    assert_eq!(
        (vga.text_address(), vga.blink(), vga.text_visible()),
        (0xB8000, true, true)
    );
    assert_eq!(vga.cursor(), Some(Cursor { column: 0, row: 0 }));
}

#[test]
fn cursor_follows_its_registers_and_the_scroll() {
    let mut bench = Bench::default();
    bench.crtc(0x0E, 0x03);
    bench.crtc(0x0F, 0x21);
    assert_eq!(bench.vga.cursor(), Some(Cursor { column: 1, row: 10 }));
    bench.crtc(0x0D, 80);
    assert_eq!(bench.vga.cursor(), Some(Cursor { column: 1, row: 9 }));
    bench.crtc(0x0C, 0x10);
    assert_eq!(bench.vga.cursor(), None, "scrolled out");
    bench.crtc(0x0C, 0);
    bench.crtc(0x0A, 0x2D);
    assert_eq!(bench.vga.cursor(), None, "switched off");
    bench.crtc(0x0A, 0x0F);
    assert_eq!(bench.vga.cursor(), None, "starts below its end");
    bench.crtc(0x0A, 0x0D);
    bench.crtc(0x13, 0);
    assert_eq!(bench.vga.cursor(), None, "rows without length");
}

#[test]
fn crtc_protection() {
    let mut bench = Bench::default();
    bench.crtc(0x01, 0x27);
    bench.crtc(0x07, 0x00);
    assert_eq!(
        (bench.vga.columns(), bench.vga.crtc.get(7)),
        (80, 0x0F),
        "only line compare can change"
    );
    bench.crtc(0x11, 0x0E);
    bench.crtc(0x01, 0x27);
    assert_eq!(bench.vga.columns(), 40);
    bench.crtc(0x30, 0xFF);
    assert_eq!(bench.inb(0x3D5), 0);
}

#[test]
fn attribute_flip_flop_and_blink() {
    let mut bench = Bench::default();
    bench.inb(0x3DA);
    bench.out(0x3C0, 0x30);
    bench.out(0x3C0, 0x04);
    assert!(!bench.vga.blink());
    bench.out(0x3C0, 0x30);
    assert_eq!(bench.inb(0x3C1), 0x04);
    bench.inb(0x3DA);
    bench.out(0x3C0, 0x01);
    assert!(!bench.vga.text_visible(), "the palette is the CPU's");
    bench.out(0x3C0, 0x15);
    bench.out(0x3C0, 0x21);
    bench.out(0x3C0, 0x3F);
    assert_eq!(bench.inb(0x3C1), 0x15, "the screen's palette is not writable");
    assert!(bench.vga.text_visible());
}

#[test]
fn palette_counts_on_by_itself() {
    let mut bench = Bench::default();
    bench.out(0x3C7, 7);
    assert_eq!(
        [bench.inb(0x3C9), bench.inb(0x3C9), bench.inb(0x3C9)],
        [42, 42, 42]
    );
    assert_eq!(bench.inb(0x3C7), 3);
    bench.out(0x3C8, 0xFF);
    for value in [1, 2, 0xFF, 4] {
        bench.out(0x3C9, value);
    }
    assert_eq!((bench.inb(0x3C8), bench.inb(0x3C7)), (0, 0));
    bench.out(0x3C7, 0xFF);
    assert_eq!(
        [
            bench.inb(0x3C9),
            bench.inb(0x3C9),
            bench.inb(0x3C9),
            bench.inb(0x3C9)
        ],
        [1, 2, 0x3F, 4]
    );
}

#[test]
fn mono_ports_answer_instead_of_colour_ones() {
    let mut bench = Bench::default();
    let mut wires = Wires::default();
    let mut cx = Context {
        now: Time::ZERO,
        wires: &mut wires,
    };
    assert_eq!(
        bench.vga.read(0x3B4, Width::Byte, &mut cx),
        Err(AccessError::NoRegister)
    );
    bench.out(0x3C2, 0x66);
    bench.out(0x3B4, 0x0E);
    assert_eq!((bench.inb(0x3B4), bench.inb(0x3CC)), (0x0E, 0x66));
    let mut cx = Context {
        now: Time::ZERO,
        wires: &mut wires,
    };
    assert_eq!(
        bench.vga.read(0x3D4, Width::Byte, &mut cx),
        Err(AccessError::NoRegister)
    );
}

#[test]
fn retrace_comes_70_times_a_second() {
    let mut bench = Bench::default();
    let mut retraces = 0;
    let mut last = 0;
    for microsecond in 0..1_000_000_u64 / 50 {
        bench.now = Time(microsecond * 50_000);
        let bit = bench.inb(0x3DA) & 8;
        retraces += u32::from(bit != 0 && last == 0);
        last = bit;
    }
    assert_eq!(retraces, 70);
}

#[test]
fn masked_and_missing_bits() {
    let mut bench = Bench::default();
    bench.out(0x3C4, 4);
    bench.out(0x3C5, 0xFF);
    assert_eq!(bench.inb(0x3C5), 0x0E);
    bench.out(0x3CE, 6);
    bench.out(0x3CF, 0x09);
    assert_eq!(
        (bench.vga.text_address(), bench.vga.text_visible()),
        (0xB0000, false)
    );
    bench.out(0x3CE, 0xFF);
    bench.out(0x3CF, 0x55);
    assert_eq!(bench.inb(0x3CF), 0);
}
