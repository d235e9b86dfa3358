//! Every way out of the machine.

use super::*;
use crate::Wires;

#[derive(Default)]
struct Bench {
    power: Power,
    wires: Wires,
    now: Time,
}

impl Bench {
    fn with<R>(&mut self, action: impl FnOnce(&mut Power, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.power,
            &mut Context {
                now: self.now,
                wires: &mut self.wires,
            },
        )
    }

    fn write(&mut self, port: u16, width: Width, value: u32) -> Option<PowerEvent> {
        self.with(|power, cx| power.write(port, width, value, cx))
            .unwrap();
        self.wires.power.take()
    }

    fn read(&mut self, port: u16, width: Width) -> u32 {
        self.with(|power, cx| power.read(port, width, cx)).unwrap()
    }

    fn irq(&self) -> bool {
        self.wires.irq_levels() & 1 << 9 != 0
    }
}

#[test]
fn acpi_power_off_at_both_addresses() {
    let mut bench = Bench::default();
    assert_eq!(bench.write(0x604, Width::Word, 0x0001), None);
    assert_eq!(bench.write(0x604, Width::Word, 0x2400), None, "S3 is not offered");
    assert_eq!(bench.write(0x604, Width::Word, 0x2000), Some(PowerEvent::Off));
    assert_eq!(bench.write(0xB004, Width::Word, 0x2000), Some(PowerEvent::Off));
    assert_eq!(
        bench.write(0x605, Width::Byte, 0x34),
        Some(PowerEvent::Off),
        "type 5, by bytes"
    );
}

#[test]
fn shutdown_by_letters() {
    let mut bench = Bench::default();
    let mut last = None;
    for &letter in b"ShuShutdown" {
        assert_eq!(last, None);
        last = bench.write(0x8900, Width::Byte, letter.into());
    }
    assert_eq!(last, Some(PowerEvent::Off));
    for &letter in b"Shut down" {
        assert_eq!(bench.write(0x8900, Width::Byte, letter.into()), None);
    }
}

#[test]
fn debug_exit_reports_its_value() {
    let mut bench = Bench::default();
    assert_eq!(bench.write(0xF4, Width::Byte, 0x10), Some(PowerEvent::Exit(0x10)));
    assert_eq!(
        bench.write(0xF4, Width::Dword, 0x1234_5678),
        Some(PowerEvent::Exit(0x1234_5678))
    );
}

#[test]
fn resets_happen_on_the_rise_of_their_bit() {
    let mut bench = Bench::default();
    assert_eq!(bench.write(0xCF9, Width::Byte, 0x02), None);
    assert_eq!(bench.write(0xCF9, Width::Byte, 0x06), Some(PowerEvent::Reset));
    assert_eq!(bench.read(0xCF9, Width::Byte), 0x06);
    assert_eq!(bench.write(0x92, Width::Byte, 0x01), Some(PowerEvent::Reset));
    assert!(!bench.wires.a20);
    assert_eq!(bench.write(0x92, Width::Byte, 0x03), None);
    assert_eq!((bench.wires.a20, bench.read(0x92, Width::Byte)), (true, 0x03));
}

#[test]
fn probing_for_pci_does_not_reset() {
    let mut bench = Bench::default();
    for width in [Width::Word, Width::Dword] {
        let answer = bench.with(|power, cx| power.write(0xCF8, width, 0x8000_0400, cx));
        assert_eq!(answer, Err(AccessError::NoRegister));
        assert_eq!(
            bench.with(|power, cx| power.read(0xCF8, width, cx)),
            answer.map(|()| 0)
        );
    }
    assert_eq!((bench.wires.power, bench.read(0xCF9, Width::Byte)), (None, 0));
}

#[test]
fn pm_timer_counts_at_3_58_mhz_and_wraps() {
    let mut bench = Bench {
        now: Time(1_000_000_000),
        ..Bench::default()
    };
    assert_eq!(bench.read(0x608, Width::Dword), 3_579_545);
    bench.now = Time(10_000_000_000);
    assert_eq!(bench.read(0x608, Width::Dword), 35_795_450 % (1 << 24));
    assert_eq!(bench.read(0x60A, Width::Word), (35_795_450 % (1 << 24)) >> 16);
}

#[test]
fn timer_overflow_and_power_button_raise_the_sci() {
    let mut bench = Bench::default();
    bench.write(0x602, Width::Word, 0x0101);
    assert_eq!(bench.power.deadline(), None);
    bench.write(0x604, Width::Word, 0x0001);
    let deadline = bench.power.deadline().unwrap();
    assert_eq!(deadline.0 / 1_000_000, 2343);
    bench.now = deadline;
    bench.with(|power, cx| power.advance(cx));
    assert!(bench.irq());
    assert_eq!(bench.read(0x600, Width::Dword), 0x0101_0001);
    bench.write(0x600, Width::Word, 0x0001);
    assert!(!bench.irq());
    bench.with(|power, cx| power.press_button(cx));
    assert!(bench.irq());
    bench.write(0x601, Width::Byte, 0x01);
    assert_eq!((bench.irq(), bench.read(0x600, Width::Word)), (false, 0));
}
