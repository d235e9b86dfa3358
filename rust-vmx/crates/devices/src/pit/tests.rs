//! The data sheet's figures and the PC's wiring. The pulse-by-pulse reference model is in `tests/pit_model.rs`.

use super::*;
use crate::Wires;

/// In pulses.
const HUNDRED_SECONDS: u64 = CLOCK.per_second() * 100;

struct Bench {
    pit: Pit,
    wires: Wires,
    now: Time,
    edges: u32,
}

impl Bench {
    fn new() -> Self {
        Self {
            pit: Pit::new(),
            wires: Wires::default(),
            now: Time::ZERO,
            edges: 0,
        }
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Pit, &mut Context<'_>) -> R) -> R {
        let result = action(
            &mut self.pit,
            &mut Context {
                now: self.now,
                wires: &mut self.wires,
            },
        );
        let before = self.wires.take_dips();
        self.edges += u32::from(before & 1 != 0 && self.wires.irq_levels() & 1 != 0);
        result
    }

    fn out(&mut self, port: u16, value: u8) {
        self.with(|pit, cx| pit.write(port, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn inb(&mut self, port: u16) -> u8 {
        self.with(|pit, cx| pit.read(port, Width::Byte, cx)).unwrap() as u8
    }

    fn pulses(&mut self, pulses: u64) {
        self.now = CLOCK.time_of(CLOCK.pulses_at(self.now) + pulses);
        self.with(|pit, cx| pit.advance(cx));
    }

    fn rate(&mut self, count: u16) {
        self.out(0x43, 0x34);
        for byte in count.to_le_bytes() {
            self.out(0x40, byte);
        }
    }
}

#[test]
fn a_guest_that_keeps_up_gets_a_tick_per_period() {
    let mut bench = Bench::new();
    bench.rate(1000);
    for tick in 1..=100 {
        let deadline = bench.pit.deadline().unwrap();
        // One pulse loads the count first.
        assert_eq!(CLOCK.pulses_at(deadline), tick * 1000 + 1);
        bench.now = deadline;
        bench.with(|pit, cx| pit.advance(cx));
        bench.with(|pit, cx| pit.interrupt_taken(cx));
    }
    assert_eq!(bench.edges, 100);
}

#[test]
fn ticks_missed_while_away_follow_at_double_speed() {
    let mut bench = Bench::new();
    bench.rate(1000);
    bench.pulses(5001);
    assert_eq!(bench.edges, 1);
    for tick in 2..=9 {
        bench.with(|pit, cx| pit.interrupt_taken(cx));
        bench.pulses(500);
        assert_eq!(bench.edges, tick, "4 owed, 4 new ones in 4000 pulses");
    }
    bench.with(|pit, cx| pit.interrupt_taken(cx));
    bench.pulses(500);
    assert_eq!(bench.edges, 9, "caught up");
}

#[test]
fn a_masked_timer_owes_nothing_and_debt_is_bounded() {
    let mut bench = Bench::new();
    bench.rate(1000);
    bench.wires.masked_irqs = 1;
    bench.pulses(50_001);
    bench.wires.masked_irqs = 0;
    bench.with(|pit, cx| pit.interrupt_taken(cx));
    bench.pulses(500);
    assert_eq!(bench.edges, 1);
    bench.pulses(HUNDRED_SECONDS);
    assert_eq!(bench.pit.ticks, {
        let mut ticks = bench.pit.ticks.clone();
        ticks.rise(1_000_000, 1000, &mut bench.wires);
        ticks
    });
}

#[test]
fn one_shot_for_a_tickless_kernel() {
    let mut bench = Bench::new();
    bench.out(0x43, 0x30);
    assert_eq!(bench.wires.irq_levels() & 1, 0);
    assert_eq!(bench.pit.deadline(), None);
    bench.out(0x40, 100);
    assert_eq!(bench.pit.deadline(), None, "half a count does not count");
    bench.out(0x40, 0);
    bench.pulses(100);
    assert_eq!(bench.wires.irq_levels() & 1, 0);
    bench.pulses(1);
    assert_eq!(
        bench.wires.irq_levels() & 1,
        1,
        "N + 1 pulses after the count was written"
    );
    assert_eq!(bench.pit.deadline(), None);
}

#[test]
fn calibration_through_port_61() {
    let mut bench = Bench::new();
    bench.out(0x61, 0);
    bench.out(0x43, 0xB0);
    bench.out(0x42, 0x10);
    bench.out(0x42, 0x00);
    bench.pulses(100);
    assert_eq!(bench.inb(0x61) & 0x20, 0, "GATE is low: loaded, not counting");
    bench.out(0x61, 1);
    bench.pulses(15);
    assert_eq!(bench.inb(0x61) & 0x21, 0x01);
    bench.pulses(1);
    assert_eq!(bench.inb(0x61) & 0x21, 0x21);
}

#[test]
fn refresh_bit_toggles_every_15_microseconds() {
    let mut bench = Bench::new();
    let mut toggles = 0;
    let mut last = bench.inb(0x61) & 0x10;
    for _ in 0..1800 {
        bench.pulses(1);
        let bit = bench.inb(0x61) & 0x10;
        toggles += u32::from(bit != last);
        last = bit;
    }
    assert_eq!(toggles, 100);
}

#[test]
fn a_count_written_again_is_null_until_the_next_period_loads_it() {
    const NULL_COUNT: u8 = 1 << 6;
    let mut bench = Bench::new();
    let status = |bench: &mut Bench| {
        bench.out(0x43, 0xE2);
        bench.inb(0x40)
    };
    bench.rate(1000);
    bench.pulses(10);
    assert_eq!(status(&mut bench) & NULL_COUNT, 0, "loaded");
    for byte in 1000_u16.to_le_bytes() {
        bench.out(0x40, byte);
    }
    assert_eq!(status(&mut bench) & NULL_COUNT, NULL_COUNT);
    bench.pulses(1000);
    assert_eq!(status(&mut bench) & NULL_COUNT, 0, "loaded again, the same");
}

#[test]
fn read_back_gives_status_then_count() {
    let mut bench = Bench::new();
    bench.rate(0x1234);
    bench.out(0x43, 0xC2);
    let before = bench.inb(0x40);
    assert_eq!(
        before, 0xF4,
        "OUT high, null count: not loaded yet, both bytes, mode 2"
    );
    let skipped = [bench.inb(0x40), bench.inb(0x40)];
    assert_ne!(
        skipped,
        [0x34, 0x12],
        "the latched count is that of the element, not the register"
    );
    bench.pulses(1);
    bench.out(0x43, 0xC2);
    bench.pulses(10);
    bench.out(0x43, 0xC2);
    assert_eq!(
        [bench.inb(0x40), bench.inb(0x40), bench.inb(0x40)],
        [0xB4, 0x34, 0x12]
    );
    assert_eq!([bench.inb(0x40), bench.inb(0x40)], [0x2A, 0x12], "live again");
}

#[test]
fn bcd_counts_in_decimal() {
    let mut bench = Bench::new();
    bench.out(0x43, 0xB1);
    bench.out(0x61, 1);
    bench.out(0x42, 0x00);
    bench.out(0x42, 0x10);
    bench.pulses(2);
    bench.out(0x43, 0x80);
    assert_eq!([bench.inb(0x42), bench.inb(0x42)], [0x99, 0x09]);
}

#[test]
fn speaker_sounds_only_with_both_bits() {
    let mut bench = Bench::new();
    bench.pulses(1);
    bench.out(0x61, 1);
    bench.pulses(1);
    assert_eq!(bench.pit.speaker(), None);
    bench.out(0x61, 3);
    assert_eq!(bench.pit.speaker(), Some(0x0533));
}

#[test]
fn a_far_future_costs_nothing() {
    let mut bench = Bench::new();
    bench.now = Time(u64::MAX);
    bench.with(|pit, cx| pit.advance(cx));
    bench.inb(0x42);
}
