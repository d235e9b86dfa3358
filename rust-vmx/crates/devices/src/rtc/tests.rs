//! The data sheet's sentences, on a clock that starts at 2024-02-28 23:59:58, a Wednesday.

use super::*;
use crate::Wires;
use proptest::prelude::*;

const START: i64 = 1_709_164_798;
const SECOND: u64 = 1_000_000_000;

struct Bench {
    rtc: Rtc,
    wires: Wires,
    now: Time,
}

impl Bench {
    fn new() -> Self {
        let rtc = Rtc::new(RtcConfig {
            wall_clock: START,
            memory_bytes: 128 << 20,
            disks: 1,
        });
        Self {
            rtc,
            wires: Wires::default(),
            now: Time::ZERO,
        }
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Rtc, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.rtc,
            &mut Context {
                now: self.now,
                wires: &mut self.wires,
            },
        )
    }

    fn read(&mut self, index: u8) -> u8 {
        self.with(|rtc, cx| {
            rtc.write(0x70, Width::Byte, index.into(), cx).unwrap();
            rtc.read(0x71, Width::Byte, cx).unwrap() as u8
        })
    }

    fn write(&mut self, index: u8, value: u8) {
        self.with(|rtc, cx| {
            rtc.write(0x70, Width::Byte, index.into(), cx).unwrap();
            rtc.write(0x71, Width::Byte, value.into(), cx).unwrap();
        });
    }

    fn date(&mut self) -> [u8; 8] {
        [0x32, 0x09, 0x08, 0x07, 0x06, 0x04, 0x02, 0x00].map(|index| self.read(index))
    }

    fn go_to_deadline(&mut self) {
        self.now = self.rtc.deadline().unwrap();
        self.with(|rtc, cx| rtc.advance(cx));
    }

    fn irq(&self) -> bool {
        self.wires.irq_levels() & 1 << 8 != 0
    }
}

#[test]
fn leap_day_begins() {
    let mut bench = Bench::new();
    assert_eq!(bench.date(), [0x20, 0x24, 0x02, 0x28, 4, 0x23, 0x59, 0x58]);
    bench.now = Time(2 * SECOND);
    assert_eq!(bench.date(), [0x20, 0x24, 0x02, 0x29, 5, 0x00, 0x00, 0x00]);
    bench.now = Time(3600 * SECOND);
    bench.write(0x0B, 0x06);
    assert_eq!(bench.date(), [20, 24, 2, 29, 5, 0, 59, 58], "binary");
}

#[test]
fn twelve_hours() {
    let mut bench = Bench::new();
    bench.write(0x0B, 0x00);
    assert_eq!(bench.read(0x04), 0x91, "11 pm");
    bench.now = Time(2 * SECOND);
    assert_eq!(bench.read(0x04), 0x12, "midnight is 12 am");
    bench.write(0x04, 0x92);
    bench.write(0x0B, 0x02);
    assert_eq!(bench.read(0x04), 0x12, "noon is 12 pm");
}

#[test]
fn set_stops_the_updates() {
    let mut bench = Bench::new();
    bench.write(0x0B, 0x92);
    assert_eq!(bench.read(0x0B), 0x82, "and clears the update interrupt's enable");
    bench.write(0x09, 0x99);
    bench.write(0x32, 0x19);
    bench.write(0x08, 0x12);
    bench.write(0x07, 0x31);
    bench.now = Time(10 * SECOND);
    assert_eq!(bench.date(), [0x19, 0x99, 0x12, 0x31, 4, 0x23, 0x59, 0x58]);
    bench.write(0x0B, 0x02);
    bench.now = Time(12 * SECOND);
    assert_eq!(bench.date(), [0x20, 0x00, 0x01, 0x01, 5, 0x00, 0x00, 0x00]);
}

#[test]
fn update_in_progress_announces_the_update() {
    let mut bench = Bench::new();
    for (time, uip) in [
        (0, 0),
        (SECOND - 250_000, 0),
        (SECOND - 240_000, 0x80),
        (SECOND - 1, 0x80),
        (SECOND, 0),
    ] {
        bench.now = Time(time);
        assert_eq!(bench.read(0x0A), 0x26 | uip, "at {time}");
    }
    bench.write(0x0B, 0x82);
    bench.now = Time(2 * SECOND - 1);
    assert_eq!(bench.read(0x0A), 0x26);
}

#[test]
fn update_interrupt_once_a_second() {
    let mut bench = Bench::new();
    bench.write(0x0B, 0x12);
    for second in 1..5 {
        bench.go_to_deadline();
        assert_eq!(bench.now, Time(second * SECOND));
        assert!(bench.irq());
        assert_eq!(
            bench.rtc.deadline(),
            None,
            "nothing new until register C was read"
        );
        // The periodic flag is set, too, and at midnight the alarm's, but they are not enabled.
        assert_eq!(bench.read(0x0C) & !0x20, 0xD0);
        assert!(!bench.irq());
        assert_eq!(bench.read(0x0C), 0x00);
    }
}

#[test]
fn alarm_interrupt() {
    let mut bench = Bench::new();
    bench.write(0x01, 0x05);
    bench.write(0x03, 0x00);
    bench.write(0x05, 0xFF);
    bench.write(0x0B, 0x22);
    bench.go_to_deadline();
    assert_eq!((bench.now, bench.irq()), (Time(7 * SECOND), true));
    assert_eq!(bench.read(0x0C) & 0xB0, 0xB0);
    assert_eq!(bench.rtc.deadline(), Some(Time(3607 * SECOND)), "each hour");
    bench.write(0x05, 0x99);
    assert_eq!(bench.rtc.deadline(), None, "never");
}

#[test]
fn periodic_interrupt_rates() {
    let mut bench = Bench::new();
    bench.write(0x0B, 0x42);
    for (rate, frequency) in [(1, 256), (2, 128), (3, 8192), (6, 1024), (15, 2)] {
        bench.read(0x0C);
        bench.write(0x0A, 0x20 | rate);
        bench.now = Time(bench.now.0.div_ceil(SECOND) * SECOND);
        bench.with(|rtc, cx| rtc.advance(cx));
        bench.read(0x0C);
        let start = bench.now.0;
        for _ in 0..frequency {
            bench.go_to_deadline();
            assert!(bench.irq());
            assert_eq!(bench.read(0x0C) & 0xC0, 0xC0);
        }
        assert_eq!(bench.now.0 - start, SECOND, "rate {rate}");
    }
    bench.write(0x0A, 0x20);
    assert_eq!(bench.rtc.deadline(), None);
}

#[test]
fn divider_reset_restarts_the_second() {
    let mut bench = Bench::new();
    bench.write(0x0A, 0x66);
    bench.now = Time(5 * SECOND + 300_000_000);
    assert_eq!(bench.read(0x00), 0x58);
    bench.write(0x0A, 0x26);
    bench.write(0x0B, 0x12);
    bench.go_to_deadline();
    assert_eq!(
        bench.now.0.div_ceil(1_000_000),
        5_800,
        "the first update comes after half a second"
    );
    assert_eq!(bench.read(0x00), 0x59);
}

#[test]
fn cmos_memory() {
    let mut bench = Bench::new();
    assert_eq!([bench.read(0x15), bench.read(0x16)], [0x80, 0x02]);
    assert_eq!(
        [bench.read(0x30), bench.read(0x31)],
        [0xFF, 0xFF],
        "64 MiB is all the field can say"
    );
    assert_eq!(
        [bench.read(0x34), bench.read(0x35)],
        [0x00, 0x07],
        "112 MiB in 64 KiB"
    );
    assert_eq!((bench.read(0x12), bench.read(0x19)), (0xF0, 47));
    let sum: u16 = (0x10..=0x2D).map(|index| u16::from(bench.read(index))).sum();
    assert_eq!(sum.to_be_bytes(), [bench.read(0x2E), bench.read(0x2F)]);
    bench.write(0xFF, 0x77);
    assert!(bench.rtc.nmi_masked());
    assert_eq!((bench.read(0x7F), bench.read(0x0D)), (0x77, 0x80));
    bench.with(|rtc, cx| {
        rtc.write(0x72, Width::Byte, 0x7F, cx).unwrap();
        rtc.write(0x73, Width::Byte, 0x12, cx).unwrap();
        assert_eq!(rtc.read(0x73, Width::Byte, cx), Ok(0x12));
    });
    assert_eq!(bench.read(0x7F), 0x77, "another bank");
}

#[test]
fn reset_keeps_time_and_memory() {
    let mut bench = Bench::new();
    bench.write(0x0B, 0x7A);
    bench.write(0x40, 0x11);
    bench.now = Time(SECOND);
    bench.with(|rtc, cx| rtc.reset(cx));
    assert_eq!(
        (bench.read(0x0B), bench.read(0x0C), bench.read(0x40), bench.irq()),
        (0x02, 0, 0x11, false)
    );
    assert_eq!(bench.read(0x00), 0x59);
    bench.with(|rtc, cx| rtc.set_wall_clock(0, cx));
    assert_eq!(bench.date(), [0x19, 0x70, 0x01, 0x01, 5, 0, 0, 0]);
}

proptest! {
    /// Whatever is written, registers read, time goes on and deadlines lie ahead.
    #[test]
    fn any_guest_is_survived(writes in prop::collection::vec((0..0x80_u8, any::<u8>(), 0..3_000_000_000_u64), 0..60)) {
        let mut bench = Bench::new();
        for (index, value, wait) in writes {
            bench.now = bench.now + wait;
            bench.with(|rtc, cx| rtc.advance(cx));
            bench.write(index % 16, value);
            bench.read(index);
            if let Some(deadline) = bench.rtc.deadline() {
                prop_assert!(deadline > bench.now);
            }
        }
    }
}
