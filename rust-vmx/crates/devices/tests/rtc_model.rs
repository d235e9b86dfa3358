//! The real-time clock against a model that lives through every tick of its crystal and carries from second to century as the
//! chip's counters do (Motorola MC146818A data sheet, ADI-856). The device computes with dates and skips from one event to
//! the next; the model compares the alarm's bytes with the time's, as the chip does.

use devices::{Context, PortDevice, Rtc, RtcConfig, Time, Width, Wires};
use proptest::prelude::*;

/// The crystal's frequency.
const CRYSTAL: u64 = 32_768;
/// The periodic interrupt's frequency for each rate selection (data sheet, table "Periodic Interrupt Rate").
const RATES: [u64; 16] = [
    0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2,
];
/// Ticks between the rise of UIP and the update: 244 microseconds.
const ANNOUNCED: u64 = 8;

/// The first nanosecond at which `ticks` ticks have happened.
fn instant(ticks: u64) -> Time {
    Time((u128::from(ticks) * 1_000_000_000).div_ceil(u128::from(CRYSTAL)) as u64)
}

/// How the registers say numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Format {
    binary: bool,
    /// 0 to 23 instead of 1 to 12 with a bit for the afternoon.
    hours_24: bool,
}

impl Format {
    fn number(self, value: u16) -> u8 {
        if self.binary {
            return value as u8;
        }
        u8::from_str_radix(&format!("{value:02}"), 16).unwrap()
    }

    fn hour(self, hour: u16) -> u8 {
        match hour {
            _ if self.hours_24 => self.number(hour),
            0 => self.number(12),
            1..=11 => self.number(hour),
            12 => 0x80 | self.number(12),
            _ => 0x80 | self.number(hour - 12),
        }
    }
}

/// A date that exists, with its time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Date {
    year: u16,
    month: u16,
    day: u16,
    weekday: u16,
    hour: u16,
    minute: u16,
    second: u16,
}

impl Date {
    fn month_length(&self) -> u16 {
        let leap = match self.year % 400 {
            0 => true,
            100 | 200 | 300 => false,
            year => year.is_multiple_of(4),
        };
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// One second, with its carries.
    fn count(&mut self) {
        let length = self.month_length();
        let counters = [
            (&mut self.second, 0, 59),
            (&mut self.minute, 0, 59),
            (&mut self.hour, 0, 23),
            (&mut self.day, 1, length),
            (&mut self.month, 1, 12),
            (&mut self.year, 0, 9999),
        ];
        for (place, (counter, first, last)) in counters.into_iter().enumerate() {
            if place == 3 {
                self.weekday = self.weekday % 7 + 1;
            }
            if *counter != last {
                *counter += 1;
                return;
            }
            *counter = first;
        }
    }

    /// Registers 0, 2, 4, 6, 7, 8, 9 and 32 (hexadecimal).
    fn registers(&self, format: Format) -> [(u8, u8); 8] {
        [
            (0x00, format.number(self.second)),
            (0x02, format.number(self.minute)),
            (0x04, format.hour(self.hour)),
            (0x06, format.number(self.weekday)),
            (0x07, format.number(self.day)),
            (0x08, format.number(self.month)),
            (0x09, format.number(self.year % 100)),
            (0x32, format.number(self.year / 100)),
        ]
    }
}

/// The chip. Register B is kept as what its bits mean.
struct Model {
    date: Date,
    format: Format,
    /// Seconds, minutes, hours; as written.
    alarm: [u8; 3],
    set: bool,
    /// PIE, AIE, UIE in their places.
    enabled: u8,
    flags: u8,
    rate: usize,
    stopped: bool,
    /// The divider chain's count, below a second's.
    chain: u64,
}

impl Model {
    fn requests(&self) -> bool {
        self.enabled & self.flags != 0
    }

    fn tick(&mut self) {
        if self.stopped {
            return;
        }
        self.chain += 1;
        if RATES[self.rate] != 0 && self.chain.is_multiple_of(CRYSTAL / RATES[self.rate]) {
            self.flags |= 0x40;
        }
        if self.chain == CRYSTAL {
            self.chain = 0;
            if !self.set {
                self.update();
            }
        }
    }

    fn update(&mut self) {
        self.date.count();
        self.flags |= 0x10;
        let time = self.date.registers(self.format);
        let matches = |index: usize| self.alarm[index] >= 0xC0 || self.alarm[index] == time[index].1;
        if (0..3).all(matches) {
            self.flags |= 0x20;
        }
    }

    fn register_a(&self) -> u8 {
        let updating = !self.stopped && !self.set && self.chain >= CRYSTAL - ANNOUNCED;
        u8::from(updating) << 7 | if self.stopped { 0x60 } else { 0x20 } | self.rate as u8
    }

    fn register_b(&self) -> u8 {
        u8::from(self.set) << 7
            | self.enabled
            | u8::from(self.format.binary) << 2
            | u8::from(self.format.hours_24) << 1
    }

    fn write_b(&mut self, set: bool, enabled: u8) {
        self.set = set;
        // SET takes the update interrupt away.
        self.enabled = if set { enabled & !0x10 } else { enabled };
    }

    fn read_c(&mut self) -> u8 {
        let request = u8::from(self.requests()) << 7;
        std::mem::take(&mut self.flags) | request
    }
}

/// What is written to an alarm register.
#[derive(Clone, Copy, Debug)]
enum Alarm {
    At(u16),
    Always,
    /// Any byte, a number or not.
    Byte(u8),
}

#[derive(Clone, Debug)]
enum Action {
    /// As a driver sets the clock: the updates held, the format, then all of time and alarm in it.
    Initialise(Format, Date, [Alarm; 3]),
    Hold(bool),
    /// PIE, AIE, UIE.
    Enable(u8),
    /// Register A: rate, and whether the chain is held in reset.
    Chain(usize, bool),
    ReadA,
    ReadC,
    ReadDate,
    Ticks(u64),
    /// Until so many ticks before the next update.
    Approach(u64),
    Reset,
}

/// Dates close before something carries.
fn date() -> impl Strategy<Value = Date> {
    let year = prop::sample::select(vec![1970_u16, 1999, 2000, 2023, 2024, 2099, 2100, 2400, 9999]);
    let hour = prop::sample::select(vec![0_u16, 11, 12, 23, 23]);
    (
        year,
        1..=12_u16,
        1..=7_u16,
        hour,
        any::<bool>(),
        54..60_u16,
        any::<bool>(),
    )
        .prop_map(|(year, month, weekday, hour, end, second, last)| {
            let minute = if end { 59 } else { 8 };
            let mut date = Date {
                year,
                month,
                day: 28,
                weekday,
                hour,
                minute,
                second,
            };
            if last {
                date.day = date.month_length();
            }
            date
        })
}

fn alarm() -> impl Strategy<Value = [Alarm; 3]> {
    // Some that come soon after the dates, and bytes that some formats do not have but whose digits would add up to one.
    let of = |numbers: Vec<u16>, oddities: Vec<u8>| {
        prop_oneof![
            2 => prop::sample::select(numbers).prop_map(Alarm::At),
            6 => Just(Alarm::Always),
            1 => prop::sample::select(oddities).prop_map(Alarm::Byte),
            1 => any::<u8>().prop_map(Alarm::Byte),
        ]
    };
    (
        of(vec![0, 1, 2, 56, 57, 58, 59], vec![0x4F]),
        of(vec![0, 8, 9, 59], vec![0x5A]),
        of(vec![0, 11, 12, 13, 23], vec![0x00, 0x0B, 0x1D, 0x80, 0x8B, 0xA3]),
    )
        .prop_map(|(second, minute, hour)| [second, minute, hour])
}

fn action() -> impl Strategy<Value = Action> {
    let format = (any::<bool>(), any::<bool>()).prop_map(|(binary, hours_24)| Format { binary, hours_24 });
    prop_oneof![
        2 => (format, date(), alarm()).prop_map(|(format, date, alarm)| Action::Initialise(format, date, alarm)),
        2 => prop::bool::weighted(0.3).prop_map(Action::Hold),
        3 => (0..8_u8).prop_map(|bits| Action::Enable(bits << 4)),
        2 => (0..16_usize, prop::bool::weighted(0.2)).prop_map(|(rate, stopped)| Action::Chain(rate, stopped)),
        2 => Just(Action::ReadA),
        4 => Just(Action::ReadC),
        2 => Just(Action::ReadDate),
        3 => prop_oneof![0..20_u64, 0..2000_u64, 3 * CRYSTAL - 20..3 * CRYSTAL + 20, 0..100_000_u64].prop_map(Action::Ticks),
        2 => (0..12_u64).prop_map(Action::Approach),
        1 => Just(Action::Reset),
    ]
}

struct Bench {
    rtc: Rtc,
    wires: Wires,
    /// Since power-on.
    ticks: u64,
    model: Model,
}

impl Bench {
    fn new() -> Self {
        // 2024-02-28 23:59:58, a Wednesday.
        let config = RtcConfig {
            wall_clock: 1_709_164_798,
            ..RtcConfig::default()
        };
        let date = Date {
            year: 2024,
            month: 2,
            day: 28,
            weekday: 4,
            hour: 23,
            minute: 59,
            second: 58,
        };
        Self {
            rtc: Rtc::new(config),
            wires: Wires::default(),
            ticks: 0,
            model: Model {
                date,
                format: Format {
                    binary: false,
                    hours_24: true,
                },
                alarm: [0; 3],
                set: false,
                enabled: 0,
                flags: 0,
                rate: 6,
                stopped: false,
                chain: 0,
            },
        }
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Rtc, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.rtc,
            &mut Context {
                now: instant(self.ticks),
                wires: &mut self.wires,
            },
        )
    }

    fn read(&mut self, register: u8) -> u8 {
        self.with(|rtc, cx| {
            rtc.write(0x70, Width::Byte, register.into(), cx).unwrap();
            rtc.read(0x71, Width::Byte, cx).unwrap() as u8
        })
    }

    fn write(&mut self, register: u8, value: u8) {
        self.with(|rtc, cx| {
            rtc.write(0x70, Width::Byte, register.into(), cx).unwrap();
            rtc.write(0x71, Width::Byte, value.into(), cx).unwrap();
        });
    }

    fn write_b(&mut self, set: bool, enabled: u8) {
        self.model.write_b(set, enabled);
        // What the driver means to write, not what becomes of it.
        let value = self.model.register_b() | enabled;
        self.write(0x0B, value);
    }

    fn initialise(&mut self, format: Format, date: Date, alarm: [Alarm; 3]) {
        let enabled = self.model.enabled;
        self.model.format = format;
        self.write_b(true, enabled);
        for (register, value) in date.registers(format) {
            self.write(register, value);
        }
        let formats: [fn(Format, u16) -> u8; 3] = [Format::number, Format::number, Format::hour];
        let bytes = std::array::from_fn(|index| match alarm[index] {
            Alarm::At(value) => formats[index](format, value),
            // All with both upper bits set mean the same.
            Alarm::Always => [0xFF, 0xC0, 0xE5][index],
            Alarm::Byte(byte) => byte,
        });
        for (register, byte) in [0x01, 0x03, 0x05].into_iter().zip(bytes) {
            self.write(register, byte);
        }
        self.model.date = date;
        self.model.alarm = bytes;
        self.write_b(false, enabled);
    }

    fn chain(&mut self, rate: usize, stopped: bool) {
        if self.model.stopped && !stopped {
            // Out of reset the first update comes after half a second.
            self.model.chain = CRYSTAL / 2;
        }
        (self.model.rate, self.model.stopped) = (rate, stopped);
        self.write(0x0A, if stopped { 0x60 } else { 0x20 } | rate as u8);
    }

    /// Lets ticks pass. Whether the device announced the first of them at which the interrupt is requested, or that there is
    /// none.
    fn tick(&mut self, ticks: u64) -> bool {
        let announced = self.rtc.deadline();
        let before = self.model.requests();
        let mut first = None;
        for tick in 1..=ticks {
            self.model.tick();
            if !before && self.model.requests() {
                first.get_or_insert(instant(self.ticks + tick));
            }
        }
        self.ticks += ticks;
        let now = instant(self.ticks);
        self.with(|rtc, cx| rtc.advance(cx));
        announced.filter(|&deadline| deadline <= now) == first
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_models_agree(actions in prop::collection::vec(action(), 0..60)) {
        let mut bench = Bench::new();
        for action in actions {
            match action.clone() {
                Action::Initialise(format, date, alarm) => bench.initialise(format, date, alarm),
                Action::Hold(set) => bench.write_b(set, bench.model.enabled),
                Action::Enable(enabled) => bench.write_b(bench.model.set, enabled),
                Action::Chain(rate, stopped) => bench.chain(rate, stopped),
                Action::ReadA => {
                    let expected = bench.model.register_a();
                    prop_assert_eq!(bench.read(0x0A), expected);
                }
                Action::ReadC => {
                    let expected = bench.model.read_c();
                    prop_assert_eq!(bench.read(0x0C), expected);
                }
                Action::ReadDate => {
                    for (register, expected) in bench.model.date.registers(bench.model.format) {
                        prop_assert_eq!(bench.read(register), expected, "register {:#x}", register);
                    }
                }
                Action::Ticks(ticks) => prop_assert!(bench.tick(ticks)),
                Action::Approach(before) => {
                    let ticks = (2 * CRYSTAL - before - bench.model.chain) % CRYSTAL;
                    prop_assert!(bench.tick(ticks));
                    let expected = bench.model.register_a();
                    prop_assert_eq!(bench.read(0x0A), expected);
                }
                Action::Reset => {
                    bench.model.enabled = 0;
                    bench.model.flags = 0;
                    bench.with(|rtc, cx| rtc.reset(cx));
                }
            }
            prop_assert_eq!(bench.wires.irq_levels() & 1 << 8 != 0, bench.model.requests(), "after {:?}", action);
            let expected = bench.model.register_b();
            prop_assert_eq!(bench.read(0x0B), expected, "after {:?}", action);
        }
        counts::add("property cases", 1);
    }
}
