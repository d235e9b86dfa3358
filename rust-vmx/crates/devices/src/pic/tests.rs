//! The data sheet's sentences, one by one. The reference model is in `tests/pic_model.rs`.

use super::*;
use crate::Time;

struct Bench {
    pic: Pic,
    wires: Wires,
}

impl Bench {
    /// As every PC kernel programs it: 0x20 and 0x28, nothing masked.
    fn new() -> Self {
        let mut bench = Self {
            pic: Pic::new(),
            wires: Wires::default(),
        };
        bench.initialise(0x11, 0x01);
        bench
    }

    fn initialise(&mut self, icw1: u8, icw4: u8) {
        for (port, base, icw3) in [(0x20, 0x20, 4), (0xA0, 0x28, 2)] {
            self.out(port, icw1);
            self.out(port + 1, base);
            if icw1 & 2 == 0 {
                self.out(port + 1, icw3);
            }
            if icw1 & 1 != 0 {
                self.out(port + 1, icw4);
            }
        }
    }

    fn out(&mut self, port: u16, value: u8) {
        let mut cx = Context {
            now: Time::ZERO,
            wires: &mut self.wires,
        };
        self.pic.write(port, Width::Byte, value.into(), &mut cx).unwrap();
    }

    fn inb(&mut self, port: u16) -> u8 {
        let mut cx = Context {
            now: Time::ZERO,
            wires: &mut self.wires,
        };
        self.pic.read(port, Width::Byte, &mut cx).unwrap() as u8
    }

    /// What the processor takes, or nothing while INT is low.
    fn take(&mut self) -> Option<u8> {
        self.pic.pending().then(|| self.pic.acknowledge().vector)
    }

    fn raise(&mut self, line: u8) {
        self.wires.set_irq(line, false);
        self.wires.set_irq(line, true);
        self.pic.sync(&mut self.wires);
    }

    fn lower(&mut self, line: u8) {
        self.wires.set_irq(line, false);
        self.pic.sync(&mut self.wires);
    }
}

#[test]
fn deaf_until_initialised() {
    let mut bench = Bench {
        pic: Pic::new(),
        wires: Wires::default(),
    };
    bench.raise(0);
    assert_eq!(bench.take(), None);
    bench.out(0x20, 0x11);
    bench.out(0x21, 0x20);
    bench.out(0x21, 0x04);
    assert!(!bench.pic.pending());
    bench.out(0x21, 0x01);
    // ICW1 cleared the edge; the line has to fall and rise again.
    assert!(!bench.pic.pending());
    bench.raise(0);
    assert_eq!(bench.take(), Some(0x20));
}

#[test]
fn fully_nested_priorities_and_end_of_interrupt() {
    let mut bench = Bench::new();
    bench.raise(4);
    assert_eq!(bench.take(), Some(0x24));
    bench.raise(5);
    assert_eq!(bench.take(), None, "lower priority waits");
    bench.raise(1);
    assert_eq!(bench.take(), Some(0x21), "higher priority nests");
    bench.out(0x20, 0x20);
    assert_eq!(bench.take(), None, "4 still in service");
    bench.out(0x20, 0x20);
    assert_eq!(bench.take(), Some(0x25));
}

#[test]
fn slave_goes_through_line_2() {
    let mut bench = Bench::new();
    bench.raise(14);
    assert_eq!(bench.take(), Some(0x2E));
    assert_eq!(bench.pic.in_service(), 0x4004);
    bench.raise(12);
    assert_eq!(
        bench.take(),
        None,
        "the master's fully nested mode locks its slave out"
    );
    bench.out(0xA0, 0x20);
    bench.out(0x20, 0x20);
    assert_eq!(bench.take(), Some(0x2C));
}

#[test]
fn special_fully_nested_lets_the_slave_nest() {
    let mut bench = Bench::new();
    bench.initialise(0x11, 0x11);
    bench.raise(14);
    assert_eq!(bench.take(), Some(0x2E));
    bench.raise(12);
    assert_eq!(bench.take(), Some(0x2C));
    bench.raise(3);
    assert_eq!(bench.take(), None, "but not what is below the slave");
}

#[test]
fn an_edge_is_remembered_when_its_line_falls() {
    let mut bench = Bench::new();
    for line in [5, 14] {
        let chip = if line < 8 { 0x20 } else { 0xA0 };
        bench.raise(line);
        bench.lower(line);
        assert_eq!(bench.inb(chip), 1 << (line & 7), "IRR of line {line}");
        assert_eq!(bench.take(), Some(0x20 + line));
        bench.out(0xA0, 0x20);
        bench.out(0x20, 0x20);
        assert_eq!(bench.take(), None, "one edge, one interrupt of line {line}");
    }
}

#[test]
fn an_edge_behind_the_mask_comes_when_it_is_opened() {
    let mut bench = Bench::new();
    bench.out(0xA1, 0x40);
    bench.raise(14);
    bench.lower(14);
    assert_eq!(bench.take(), None);
    bench.out(0xA1, 0x00);
    assert_eq!(bench.take(), Some(0x2E));
}

#[test]
fn icw1_forgets_the_edges_of_lines_that_have_fallen() {
    let mut bench = Bench::new();
    bench.raise(5);
    bench.lower(5);
    bench.raise(14);
    bench.lower(14);
    bench.initialise(0x11, 0x01);
    assert_eq!((bench.take(), bench.pic.requested()), (None, 0));
}

#[test]
fn a_level_that_goes_away_is_spurious() {
    let mut bench = Bench::new();
    bench.out(0x4D0, 0x20);
    bench.raise(5);
    assert!(bench.pic.pending());
    bench.lower(5);
    assert!(!bench.pic.pending());
    assert_eq!(
        bench.pic.acknowledge(),
        Acknowledged {
            vector: 0x27,
            line: None
        }
    );
    assert_eq!(bench.pic.in_service(), 0, "a default IR7 is not in service");
    bench.out(0x4D0, 0x00);
    assert_eq!(bench.take(), None, "nor does a level leave an edge behind");
}

#[test]
fn a_slave_that_is_masked_too_late_takes_its_request_back() {
    let mut bench = Bench::new();
    bench.raise(14);
    bench.out(0xA1, 0x40);
    assert_eq!(bench.take(), None, "no default IR7 of the slave");
    bench.raise(9);
    assert_eq!(bench.take(), Some(0x29));
}

#[test]
fn edges_between_two_looks_count_once() {
    let mut bench = Bench::new();
    bench.raise(0);
    assert_eq!(bench.take(), Some(0x20));
    bench.out(0x20, 0x20);
    assert_eq!(bench.take(), None, "still high, no new edge");
    bench.wires.pulse_irq(0);
    bench.wires.pulse_irq(0);
    bench.pic.sync(&mut bench.wires);
    assert_eq!(bench.take(), Some(0x20));
}

#[test]
fn level_triggered_lines_ask_again_until_they_fall() {
    let mut bench = Bench::new();
    bench.out(0x4D0, 0xFF);
    bench.out(0x4D1, 0xFF);
    assert_eq!((bench.inb(0x4D0), bench.inb(0x4D1)), (0xF8, 0xDE));
    bench.raise(11);
    for _ in 0..3 {
        assert_eq!(bench.take(), Some(0x2B));
        assert_eq!(bench.take(), None);
        bench.out(0xA0, 0x20);
        bench.out(0x20, 0x20);
    }
    bench.lower(11);
    assert_eq!(bench.take(), None);
}

#[test]
fn automatic_eoi_with_rotation_is_fair() {
    let mut bench = Bench::new();
    bench.initialise(0x11, 0x03);
    bench.out(0x20, 0x80);
    bench.raise(3);
    bench.raise(4);
    assert_eq!(bench.take(), Some(0x23));
    bench.raise(3);
    assert_eq!(bench.take(), Some(0x24), "3 is lowest now");
    assert_eq!(bench.take(), Some(0x23));
    assert_eq!(bench.pic.in_service(), 0);
}

#[test]
fn set_priority_and_rotating_eoi() {
    let mut bench = Bench::new();
    bench.out(0x20, 0xC4);
    bench.raise(1);
    bench.raise(5);
    assert_eq!(bench.take(), Some(0x25), "5 is the highest when 4 is the lowest");
    bench.out(0x20, 0xA0);
    bench.raise(5);
    assert_eq!(bench.take(), Some(0x21), "5 became the lowest");
    bench.out(0x20, 0x61);
    assert_eq!(bench.take(), Some(0x25));
    bench.out(0x20, 0xE5);
    assert_eq!(bench.pic.in_service(), 0);
}

#[test]
fn special_mask_mode_opens_lower_levels() {
    let mut bench = Bench::new();
    bench.raise(1);
    assert_eq!(bench.take(), Some(0x21));
    bench.raise(6);
    bench.out(0x20, 0x68);
    assert_eq!(bench.take(), None, "1 is not masked yet");
    bench.out(0x21, 0x02);
    assert_eq!(bench.take(), Some(0x26));
    bench.out(0x20, 0x20);
    assert_eq!(
        bench.pic.in_service(),
        0x02,
        "a non-specific EOI spares the masked level"
    );
    bench.out(0x20, 0x48);
    bench.out(0x20, 0x20);
    assert_eq!(bench.pic.in_service(), 0);
}

#[test]
fn poll_acknowledges() {
    let mut bench = Bench::new();
    bench.out(0x20, 0x0C);
    assert_eq!(bench.inb(0x20), 0);
    bench.raise(10);
    bench.out(0x20, 0x0C);
    assert_eq!(bench.inb(0x21), 0x82, "either port answers the poll");
    bench.out(0xA0, 0x0C);
    assert_eq!(bench.inb(0xA0), 0x82);
    assert_eq!(bench.pic.in_service(), 0x0404);
}

#[test]
fn status_reads() {
    let mut bench = Bench::new();
    bench.out(0x21, 0xFB);
    assert_eq!(bench.wires.masked_irqs, 0x00FB);
    bench.raise(3);
    assert_eq!(bench.inb(0x20), 0x08);
    bench.out(0x21, 0xF3);
    assert_eq!(bench.take(), Some(0x23));
    bench.out(0x20, 0x0B);
    assert_eq!((bench.inb(0x20), bench.inb(0x21)), (0x08, 0xF3));
    bench.out(0x20, 0x0A);
    assert_eq!(bench.inb(0x20), 0x00);
}

#[test]
fn single_mode_and_mcs_80_vectors() {
    let mut bench = Bench::new();
    bench.initialise(0x17, 0x01);
    bench.raise(9);
    assert_eq!(bench.take(), Some(0x22), "without a cascade line 2 is a line");
    bench.initialise(0xB4, 0);
    bench.raise(6);
    assert_eq!(bench.take(), Some(0xA0 | (6 << 2)));
}

#[test]
fn masking_the_cascade_masks_the_slave() {
    let mut bench = Bench::new();
    bench.out(0x21, 0x04);
    assert_eq!(bench.pic.masked(), 0xFF04);
    bench.raise(8);
    assert_eq!(bench.take(), None);
    bench.out(0x21, 0x00);
    assert_eq!(bench.take(), Some(0x28));
}
