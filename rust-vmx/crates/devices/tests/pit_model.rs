//! The 8254 against a model that does what the chip does: something at each clock pulse (Intel data sheet 231164, "Mode
//! Definitions"). The device skips from one change to the next; here every pulse is lived through.

use devices::{Context, Pit, PortDevice, Time, Width, Wires};
use proptest::prelude::*;

/// The first nanosecond at which `pulses` pulses have happened.
fn instant(pulses: u64) -> Time {
    Time((u128::from(pulses) * 1_000_000_000).div_ceil(1_193_182) as u64)
}

/// One counter, pulse by pulse.
#[derive(Clone, Default)]
struct Counter {
    control: u8,
    gate: bool,
    out: bool,
    /// Written count, none since the control word.
    register: Option<u32>,
    /// The element.
    count: u32,
    /// What it was last loaded with.
    loaded: u32,
    null: bool,
    /// Load at the next pulse.
    load: bool,
    counting: bool,
    /// Modes 4 and 5: the strobe has been given.
    strobed: bool,
    /// Mode 3: the odd pulse at the end of the high half.
    extra: bool,
    first_byte: Option<u8>,
    read_high: bool,
    latch: Option<u16>,
}

impl Counter {
    fn mode(&self) -> u8 {
        match self.control >> 1 & 7 {
            6 => 2,
            7 => 3,
            mode => mode,
        }
    }

    fn bcd(&self) -> bool {
        self.control & 1 != 0
    }

    fn modulus(&self) -> u32 {
        if self.bcd() { 10_000 } else { 65_536 }
    }

    fn program(&mut self, control: u8) {
        let (gate, count) = (self.gate, self.count);
        *self = Self {
            control: control & 0x3F,
            gate,
            count,
            null: true,
            ..Self::default()
        };
        self.out = self.mode() != 0;
    }

    fn write(&mut self, byte: u8) {
        let raw = match self.control >> 4 & 3 {
            1 => u16::from(byte),
            2 => u16::from(byte) << 8,
            _ => match self.first_byte.take() {
                Some(low) => u16::from(byte) << 8 | u16::from(low),
                None => {
                    self.first_byte = Some(byte);
                    if self.mode() == 0 {
                        self.out = false;
                    }
                    return;
                }
            },
        };
        let mut value = u32::from(raw);
        if self.bcd() {
            value = [12, 8, 4, 0]
                .iter()
                .fold(0, |value, shift| value * 10 + u32::from(raw >> shift & 15))
                % 10_000;
        }
        let first = self.register.is_none();
        self.register = Some(if value == 0 { self.modulus() } else { value });
        self.null = true;
        match self.mode() {
            0 => (self.out, self.load) = (false, true),
            4 => self.load = true,
            2 | 3 if first => self.load = true,
            _ => {}
        }
    }

    fn set_gate(&mut self, gate: bool) {
        let rises = gate && !self.gate;
        self.gate = gate;
        if rises && matches!(self.mode(), 1 | 2 | 3 | 5) && self.register.is_some() {
            self.load = true;
        }
        if !gate && matches!(self.mode(), 2 | 3) {
            self.out = true;
        }
    }

    fn fetch(&mut self) {
        self.loaded = self.register.unwrap();
        self.count = if self.mode() == 3 {
            self.loaded / 2 * 2
        } else {
            self.loaded
        };
        self.null = false;
        self.extra = false;
    }

    fn decrement(&mut self) {
        let modulus = self.modulus();
        self.count = (self.count % modulus + modulus - 1) % modulus;
    }

    /// One pulse of CLK. True when OUT rose.
    fn pulse(&mut self) -> bool {
        let before = self.out;
        if std::mem::take(&mut self.load) {
            self.fetch();
            self.counting = true;
            self.strobed = false;
            match self.mode() {
                0 => {}
                1 => self.out = false,
                _ => self.out = true,
            }
            return self.out && !before;
        }
        let held = self.mode() == 0 && self.first_byte.is_some();
        let gated = matches!(self.mode(), 0 | 2 | 3 | 4) && !self.gate;
        let illegal = matches!(self.mode(), 2 | 3) && self.loaded == 1;
        if !self.counting || held || gated || illegal {
            return false;
        }
        match self.mode() {
            0 | 1 => {
                self.decrement();
                self.out |= self.count == 0;
            }
            2 => match self.count {
                1 => {
                    self.fetch();
                    self.out = true;
                }
                _ => {
                    self.count -= 1;
                    self.out = self.count != 1;
                }
            },
            3 => {
                // By twos; an odd count's high half lasts one pulse longer, at zero.
                if self.count == 2 && self.out && self.loaded % 2 == 1 {
                    self.count = 0;
                } else if self.count <= 2 {
                    self.out = !self.out;
                    self.fetch();
                } else {
                    self.count -= 2;
                }
            }
            _ => {
                self.out = true;
                self.decrement();
                if self.count == 0 && !self.strobed {
                    (self.out, self.strobed) = (false, true);
                }
            }
        }
        self.out && !before
    }

    fn value(&self) -> u16 {
        let count = self.count % self.modulus();
        if !self.bcd() {
            return count as u16;
        }
        (0..4)
            .map(|digit| (count / 10_u32.pow(digit) % 10) << (4 * digit))
            .sum::<u32>() as u16
    }

    fn status(&self) -> u8 {
        u8::from(self.out) << 7 | u8::from(self.null) << 6 | self.control
    }

    fn read(&mut self) -> u8 {
        let value = self.latch.unwrap_or(self.value());
        let high = match self.control >> 4 & 3 {
            1 => false,
            2 => true,
            _ => {
                self.read_high = !self.read_high;
                !self.read_high
            }
        };
        if !self.read_high {
            self.latch = None;
        }
        if high { (value >> 8) as u8 } else { value as u8 }
    }
}

#[derive(Clone, Copy, Debug)]
enum Action {
    /// A control word for a counter: access, mode, BCD.
    Program(usize, u8),
    /// A byte of a count.
    Count(usize, u8),
    Latch(usize),
    Read(usize),
    /// Compare the status of a counter.
    Status(usize),
    Gate(bool),
    Pulses(u64),
    /// The processor takes an interrupt.
    Taken,
}

fn action() -> impl Strategy<Value = Action> {
    let counter = || prop::sample::select(vec![0, 2]);
    prop_oneof![
        // Access 1 to 3 in bits 5 and 4.
        2 => (counter(), 0x10..0x40_u8).prop_map(|(counter, control)| Action::Program(counter, control)),
        6 => (counter(), prop_oneof![0..12_u8, any::<u8>()]).prop_map(|(counter, byte)| Action::Count(counter, byte)),
        1 => counter().prop_map(Action::Latch),
        2 => counter().prop_map(Action::Read),
        4 => counter().prop_map(Action::Status),
        2 => any::<bool>().prop_map(Action::Gate),
        4 => prop_oneof![0..8_u64, 0..300_u64, 0..70_000_u64].prop_map(Action::Pulses),
        1 => Just(Action::Taken),
    ]
}

struct Bench {
    pit: Pit,
    wires: Wires,
    pulses: u64,
    model: [Counter; 3],
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self {
            pit: Pit::new(),
            wires: Wires::default(),
            pulses: 0,
            model: Default::default(),
        };
        bench.model[0].gate = true;
        bench.model[1].gate = true;
        // Both start from the same programming.
        for counter in [0, 2] {
            bench.program(counter, 0x30);
        }
        bench
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Pit, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.pit,
            &mut Context {
                now: instant(self.pulses),
                wires: &mut self.wires,
            },
        )
    }

    fn out(&mut self, port: u16, value: u8) {
        self.with(|pit, cx| pit.write(port, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn inb(&mut self, port: u16) -> u8 {
        self.with(|pit, cx| pit.read(port, Width::Byte, cx)).unwrap() as u8
    }

    fn program(&mut self, counter: usize, control: u8) {
        self.model[counter].program(control);
        self.out(0x43, (counter as u8) << 6 | control);
    }

    fn status(&mut self, counter: usize) -> u8 {
        self.out(0x43, 0xE0 | 2 << counter);
        self.inb(0x40 + counter as u16)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_models_agree(actions in prop::collection::vec(action(), 0..80)) {
        let mut bench = Bench::new();
        for action in actions {
            match action {
                Action::Program(counter, control) => bench.program(counter, control),
                Action::Count(counter, byte) => {
                    bench.model[counter].write(byte);
                    bench.out(0x40 + counter as u16, byte);
                }
                Action::Latch(counter) => {
                    let value = bench.model[counter].value();
                    bench.model[counter].latch.get_or_insert(value);
                    bench.out(0x43, (counter as u8) << 6);
                }
                Action::Read(counter) => {
                    let expected = bench.model[counter].read();
                    prop_assert_eq!(bench.inb(0x40 + counter as u16), expected);
                }
                Action::Status(counter) => {
                    let expected = bench.model[counter].status();
                    prop_assert_eq!(bench.status(counter), expected);
                }
                Action::Gate(gate) => {
                    bench.model[2].set_gate(gate);
                    bench.out(0x61, u8::from(gate));
                }
                Action::Pulses(pulses) => {
                    // The model finds the first rise of OUT; the device must have announced that moment.
                    let deadline = bench.pit.deadline();
                    let mut first = None;
                    for pulse in 1..=pulses {
                        if bench.model[0].pulse() {
                            first.get_or_insert(instant(bench.pulses + pulse));
                        }
                        bench.model[2].pulse();
                    }
                    if let Some(first) = first {
                        prop_assert!(deadline.is_some_and(|deadline| deadline <= first), "{deadline:?} {first:?}");
                    }
                    bench.pulses += pulses;
                    bench.with(|pit, cx| pit.advance(cx));
                }
                Action::Taken => bench.with(|pit, cx| pit.interrupt_taken(cx)),
            }
            prop_assert_eq!(bench.inb(0x61) & 0x20 != 0, bench.model[2].out, "OUT 2 after {:?}", action);
            let expected = bench.model[0].out;
            prop_assert_eq!(bench.status(0) & 0x80 != 0, expected, "OUT 0 after {:?}", action);
        }
        counts::add("property cases", 1);
    }

    /// No tick of a periodic timer is lost for a guest that comes back within a second, however irregularly it runs.
    #[test]
    fn ticks_are_kept(count in 1000..=65_535_u16, naps in prop::collection::vec(0..100_000_u64, 1..10)) {
        let mut bench = Bench::new();
        bench.program(0, 0x34);
        for byte in count.to_le_bytes() {
            bench.out(0x40, byte);
        }
        let start = bench.pulses + 1;
        let mut ticks = 0;
        let mut edge = false;
        let mut step = |bench: &mut Bench| {
            bench.with(|pit, cx| pit.advance(cx));
            // One edge latch, as the interrupt controller has; the guest takes it at once.
            edge |= bench.wires.take_dips() & 1 != 0 && bench.wires.irq_levels() & 1 != 0;
            if std::mem::take(&mut edge) {
                ticks += 1;
                bench.with(|pit, cx| pit.interrupt_taken(cx));
            }
        };
        for nap in naps {
            bench.pulses += nap;
            step(&mut bench);
        }
        // Awake long enough to catch up: at each deadline until a full period passed without one in between.
        let mut quiet = 0;
        for _ in 0..10_000 {
            if quiet == 3 {
                break;
            }
            let now = instant(bench.pulses);
            let deadline = bench.pit.deadline().unwrap();
            let pulses = (u128::from(deadline.0) * 1_193_182 / 1_000_000_000) as u64;
            quiet = if pulses - bench.pulses >= u64::from(count) / 2 + 2 { quiet + 1 } else { 0 };
            prop_assert!(deadline > now);
            bench.pulses = pulses;
            step(&mut bench);
        }
        prop_assert_eq!(quiet, 3, "never catches up");
        prop_assert_eq!(ticks, (bench.pulses - start) / u64::from(count));
        counts::add("property cases", 1);
    }
}
