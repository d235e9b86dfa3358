//! The controller as drivers use it.

use super::*;
use crate::Time;
use proptest::prelude::*;

#[derive(Default)]
struct Bench {
    kbc: Kbc,
    wires: Wires,
}

impl Bench {
    fn with<R>(&mut self, action: impl FnOnce(&mut Kbc, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.kbc,
            &mut Context {
                now: Time::ZERO,
                wires: &mut self.wires,
            },
        )
    }

    fn out(&mut self, port: u16, value: u8) {
        self.with(|kbc, cx| kbc.write(port, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn inb(&mut self, port: u16) -> u8 {
        self.with(|kbc, cx| kbc.read(port, Width::Byte, cx)).unwrap() as u8
    }

    fn keys(&mut self, codes: &[u8]) {
        for &code in codes {
            self.with(|kbc, cx| kbc.key(code, cx));
        }
    }

    /// What the guest reads from one device until the buffer is empty.
    fn drain(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.inb(0x64) & 1 != 0 {
            bytes.push(self.inb(0x60));
        }
        bytes
    }

    fn keyboard(&mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().for_each(|&byte| self.out(0x60, byte));
        self.drain()
    }

    fn mouse(&mut self, bytes: &[u8]) -> Vec<u8> {
        for &byte in bytes {
            self.out(0x64, 0xD4);
            self.out(0x60, byte);
        }
        self.drain()
    }

    fn configure(&mut self, value: u8) {
        self.out(0x64, 0x60);
        self.out(0x60, value);
    }

    fn move_mouse(&mut self, dx: i16, dy: i16, dz: i8, buttons: u8) {
        self.with(|kbc, cx| kbc.mouse(MouseEvent { dx, dy, dz, buttons }, cx));
    }
}

#[test]
fn keys_come_one_by_one_with_an_edge_each() {
    let mut bench = Bench::default();
    bench.keys(&[0x1E, 0x9E]);
    assert_eq!((bench.wires.irq_levels(), bench.wires.take_dips()), (2, 0));
    assert_eq!(bench.inb(0x64), 0x15);
    assert_eq!(bench.inb(0x60), 0x1E);
    assert_eq!(
        (bench.wires.irq_levels(), bench.wires.take_dips()),
        (2, 2),
        "the second byte's edge"
    );
    assert_eq!(bench.inb(0x60), 0x9E);
    assert_eq!((bench.wires.irq_levels(), bench.inb(0x64)), (0, 0x14));
    assert_eq!(bench.inb(0x60), 0x9E, "an empty buffer reads its last byte");
}

#[test]
fn without_translation_the_keyboard_speaks_set_2_or_1() {
    let mut bench = Bench::default();
    bench.configure(0x05);
    bench.keys(&[0xE0, 0x48, 0xE0, 0xC8]);
    assert_eq!(bench.drain(), [0xE0, 0x75, 0xE0, 0xF0, 0x75]);
    assert_eq!(bench.keyboard(&[0xF0, 0x00]), [0xFA, 0xFA, 0x02]);
    assert_eq!(bench.keyboard(&[0xF0, 0x01]), [0xFA, 0xFA]);
    bench.keys(&[0xE0, 0xC8]);
    assert_eq!(bench.drain(), [0xE0, 0xC8]);
}

#[test]
fn keyboard_commands() {
    let mut bench = Bench::default();
    assert_eq!(bench.keyboard(&[0xFF]), [0xFA, 0xAA]);
    assert_eq!(
        bench.keyboard(&[0xF2]),
        [0xFA, 0xAB, 0x41],
        "the identity is translated, too"
    );
    assert_eq!(bench.keyboard(&[0xEE]), [0xEE]);
    assert_eq!(bench.keyboard(&[0xED]), [0xFA]);
    assert_eq!(bench.keyboard(&[0x04]), [0xFA]);
    assert_eq!(bench.kbc.leds(), 4);
    assert_eq!(bench.keyboard(&[0xF3]), [0xFA]);
    assert_eq!(
        bench.keyboard(&[0xF5]),
        [0xFA],
        "a command instead of the parameter"
    );
    bench.keys(&[0x1E]);
    assert_eq!(bench.drain(), []);
    assert_eq!(bench.keyboard(&[0xF4]), [0xFA]);
    bench.keys(&[0x1E]);
    assert_eq!(bench.drain(), [0x1E]);
    assert_eq!(bench.keyboard(&[0x00]), [0xFE]);
    assert_eq!(bench.keyboard(&[0xFE]), [0xFE]);
}

#[test]
fn controller_commands() {
    let mut bench = Bench::default();
    for (command, answer) in [
        (0xAA, 0x55),
        (0xAB, 0x00),
        (0xA9, 0x00),
        (0x20, 0x45),
        (0xA4, 0xF1),
        (0xD0, 0xCF),
    ] {
        bench.out(0x64, command);
        assert_eq!(bench.inb(0x64) & 0x09, 0x09);
        assert_eq!(bench.drain(), [answer], "command {command:#x}");
    }
    bench.out(0x64, 0xAD);
    bench.keys(&[0x1E]);
    assert_eq!(bench.drain(), []);
    bench.out(0x64, 0xAE);
    assert_eq!(bench.drain(), [0x1E]);
    bench.out(0x64, 0x65);
    bench.out(0x60, 0x77);
    bench.out(0x64, 0x25);
    assert_eq!(bench.drain(), [0x77]);
    bench.out(0x64, 0xD3);
    bench.out(0x60, 0x12);
    assert_eq!(bench.inb(0x64) & 0x21, 0x21);
    assert_eq!(bench.drain(), [0x12]);
}

#[test]
fn a20_and_reset() {
    let mut bench = Bench::default();
    bench.out(0x64, 0xDD);
    assert!(!bench.wires.a20);
    bench.out(0x64, 0xD1);
    bench.out(0x60, 0xDF);
    assert!(bench.wires.a20);
    bench.out(0x64, 0xFF);
    assert_eq!(bench.wires.power, None);
    bench.out(0x64, 0xFE);
    assert_eq!(bench.wires.power.take(), Some(PowerEvent::Reset));
    bench.out(0x64, 0xD1);
    bench.out(0x60, 0x02);
    assert_eq!(bench.wires.power, Some(PowerEvent::Reset));
}

#[test]
fn mouse_streams_packets() {
    let mut bench = Bench::default();
    bench.configure(0x47);
    assert_eq!(bench.mouse(&[0xFF]), [0xFA, 0xAA, 0x00]);
    bench.move_mouse(5, 5, 0, 0);
    assert_eq!(bench.drain(), [], "reporting is off");
    assert_eq!(bench.mouse(&[0xF4]), [0xFA]);
    bench.move_mouse(3, -2, 0, 1);
    assert_eq!(bench.wires.irq_levels(), 1 << 12);
    assert_eq!(bench.drain(), [0x29, 3, 0xFE]);
    bench.move_mouse(300, 0, 1, 1);
    assert_eq!(bench.drain(), [0x09, 255, 0, 0x09, 45, 0]);
    assert_eq!(bench.mouse(&[0xE9]), [0xFA, 0x24, 2, 100]);
}

#[test]
fn wheel_and_side_buttons_for_those_who_knock() {
    let mut bench = Bench::default();
    for rate in [200, 100, 80] {
        assert_eq!(bench.mouse(&[0xF3, rate]).last(), Some(&0xFA));
    }
    assert_eq!(bench.mouse(&[0xF2]), [0xFA, 3]);
    bench.mouse(&[0xF4]);
    bench.move_mouse(0, 0, -1, 0);
    assert_eq!(bench.drain(), [0x08, 0, 0, 0xFF]);
    for rate in [200, 200, 80] {
        bench.mouse(&[0xF3, rate]);
    }
    bench.move_mouse(0, 0, 1, 0x10);
    assert_eq!(bench.drain(), [0x08, 0, 0, 0x21]);
}

#[test]
fn remote_wrap_and_scaling() {
    let mut bench = Bench::default();
    bench.mouse(&[0xF0]);
    bench.move_mouse(7, 8, 0, 0);
    assert_eq!(bench.mouse(&[0xEB]), [0xFA, 0x08, 7, 8]);
    assert_eq!(bench.mouse(&[0xEE]), [0xFA]);
    assert_eq!(bench.mouse(&[0xF4]), [0xF4]);
    assert_eq!(bench.mouse(&[0xEC]), [0xFA]);
    bench.mouse(&[0xEA]);
    bench.mouse(&[0xE7]);
    bench.mouse(&[0xF4]);
    bench.move_mouse(-4, 50, 0, 0);
    assert_eq!(bench.drain(), [0x18, 0xFA, 100]);
}

#[test]
fn keys_are_read_when_nothing_of_them_is_left() {
    let mut bench = Bench::default();
    assert!(bench.kbc.keys_read());
    bench.keys(&[0xE0, 0x48]);
    assert!(!bench.kbc.keys_read());
    assert_eq!(bench.inb(0x60), 0xE0);
    assert!(!bench.kbc.keys_read(), "half of it");
    assert_eq!(bench.inb(0x60), 0x48);
    assert!(bench.kbc.keys_read());
    bench.out(0x64, 0xAD);
    bench.keys(&[0x1E]);
    assert!(!bench.kbc.keys_read(), "it waits in the keyboard");
    bench.out(0x60, 0xF4);
    assert_eq!(bench.drain(), [0xFA]);
    assert!(bench.kbc.keys_read(), "the guest had it thrown away");
    bench.out(0x60, 0xF5);
    bench.drain();
    bench.keys(&[0x1E]);
    assert!(bench.kbc.keys_read(), "nobody wants it");
}

#[test]
fn too_many_keys_become_one_overrun_code() {
    let mut bench = Bench::default();
    bench.keys(&[0x1E; 100]);
    // One in the controller, sixteen in the keyboard.
    assert_eq!(bench.drain(), [vec![0x1E; 17], vec![0xFF]].concat());
    bench.keys(&[0x30]);
    assert_eq!(bench.drain(), [0x30]);
}

proptest! {
    /// Whatever a guest writes, the controller stays in bounds, and after a reset it works.
    #[test]
    fn any_guest_is_survived(actions in prop::collection::vec((0..5_u8, any::<u8>()), 0..400)) {
        let mut bench = Bench::default();
        for (action, value) in actions {
            match action {
                0 => bench.out(0x60, value),
                1 => bench.out(0x64, value),
                2 => { bench.inb(0x60); }
                3 => bench.keys(&[value]),
                _ => bench.move_mouse(i16::from(value) * 100, -3, value as i8, value),
            }
        }
        bench.with(|kbc, cx| kbc.reset(cx));
        bench.keys(&[0x1E]);
        prop_assert_eq!(bench.drain(), [0x1E]);
    }
}
