//! The counting element of one 8254 counter: what happens at its CLK, GATE and OUT pins.
//!
//! Source: Intel 8254 data sheet (231164), "Mode Definitions". The chip does something at each clock pulse; this model goes
//! from one change of OUT to the next and over whole periods at once, so that a second costs as little as a pulse.

use serde::{Deserialize, Serialize};

/// The six modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mode {
    /// 0: interrupt on terminal count.
    #[default]
    TerminalCount,
    /// 1: hardware retriggerable one-shot.
    OneShot,
    /// 2: rate generator.
    Rate,
    /// 3: square wave.
    Square,
    /// 4: software triggered strobe.
    SoftwareStrobe,
    /// 5: hardware triggered strobe.
    HardwareStrobe,
}

impl Mode {
    /// From bits M2 to M0 of a control word; modes 2 and 3 ignore M2.
    pub(super) fn from_bits(bits: u8) -> Self {
        match bits & 7 {
            0 => Self::TerminalCount,
            1 => Self::OneShot,
            2 | 6 => Self::Rate,
            3 | 7 => Self::Square,
            4 => Self::SoftwareStrobe,
            _ => Self::HardwareStrobe,
        }
    }

    /// Whether OUT repeats by itself.
    pub(super) fn periodic(self) -> bool {
        matches!(self, Self::Rate | Self::Square)
    }

    /// Whether only a rising GATE starts counting.
    fn hardware_triggered(self) -> bool {
        matches!(self, Self::OneShot | Self::HardwareStrobe)
    }
}

/// The strobe of modes 4 and 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Strobe {
    /// OUT will go low when the count is over.
    Armed,
    /// OUT is low for this one pulse.
    Low,
    /// Nothing more until a new count or trigger.
    #[default]
    Done,
}

/// The counting element.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counter {
    mode: Mode,
    bcd: bool,
    gate: bool,
    out: bool,
    /// Count register: the number to load, 1 to 65536 (10000 in BCD). None until it was written.
    register: Option<u32>,
    /// Counting element: 0 to 65536.
    count: u32,
    /// What `count` started from: the parity decides the square wave's halves.
    loaded: u32,
    /// The next pulse loads `count` from `register` instead of counting.
    load: bool,
    running: bool,
    strobe: Strobe,
    /// The count register holds something the counting element has not got yet.
    null_count: bool,
    /// Mode 0 between the two bytes of a count: counting stands still.
    held: bool,
}

impl Counter {
    /// A counter with its GATE pin at `gate`, not programmed.
    pub(super) fn new(gate: bool) -> Self {
        Self {
            gate,
            out: true,
            ..Self::default()
        }
    }

    pub(super) fn out(&self) -> bool {
        self.out
    }

    pub(super) fn null_count(&self) -> bool {
        self.null_count
    }

    /// The counting element as the data bus sees it.
    pub(super) fn value(&self) -> u16 {
        let count = self.count % self.modulus();
        if self.bcd { to_bcd(count) } else { count as u16 }
    }

    /// Pulses from one rise of OUT to the next, in a periodic mode that runs.
    pub(super) fn period(&self) -> Option<u32> {
        (self.mode.periodic() && self.ticking()).then_some(self.loaded)
    }

    /// A control word: counting stops, OUT goes to its initial state.
    pub(super) fn program(&mut self, mode: Mode, bcd: bool) {
        *self = Self {
            mode,
            bcd,
            gate: self.gate,
            count: self.count,
            loaded: self.loaded,
            out: mode != Mode::TerminalCount,
            null_count: true,
            ..Self::default()
        };
    }

    /// The first of the two bytes of a count arrived.
    pub(super) fn half_written(&mut self) {
        if self.mode == Mode::TerminalCount {
            self.held = true;
            self.out = false;
        }
    }

    /// A whole count arrived.
    pub(super) fn write(&mut self, raw: u16) {
        let value = if self.bcd { from_bcd(raw) } else { raw.into() };
        let first = self.register.is_none();
        self.register = Some(if value == 0 { self.modulus() } else { value });
        self.null_count = true;
        self.held = false;
        match self.mode {
            Mode::TerminalCount => {
                self.out = false;
                self.load = true;
            }
            Mode::SoftwareStrobe => self.load = true,
            Mode::Rate | Mode::Square => self.load |= first,
            Mode::OneShot | Mode::HardwareStrobe => {}
        }
    }

    /// Drives GATE.
    pub(super) fn set_gate(&mut self, gate: bool) {
        let rising = gate && !self.gate;
        self.gate = gate;
        if rising && (self.mode.periodic() || self.mode.hardware_triggered()) {
            self.load |= self.register.is_some();
        }
        if !gate && self.mode.periodic() {
            self.out = true;
        }
    }

    /// Lets `pulses` clock pulses happen. Returns how often OUT rose.
    pub(super) fn run(&mut self, pulses: u64) -> u64 {
        if self.steady_rate() {
            self.run_rate(pulses)
        } else {
            self.run_stepwise(pulses)
        }
    }

    /// Whether this is a rate generator whose periods are all the same: what a system's timer is nearly always.
    fn steady_rate(&self) -> bool {
        let reloads_the_same = self.register == Some(self.loaded) && !self.null_count;
        self.mode == Mode::Rate && self.ticking() && !self.load && reloads_the_same
    }

    /// The count goes from the period down to 1, where OUT is low, and rises with the pulse that loads it again.
    fn run_rate(&mut self, pulses: u64) -> u64 {
        let period = u64::from(self.loaded);
        let passed = u64::from(self.loaded.saturating_sub(self.count)).saturating_add(pulses);
        // Below the period, so it fits.
        self.count = self.loaded - (passed % period) as u32;
        self.out = self.count != 1;
        passed / period
    }

    /// From one change of OUT to the next.
    fn run_stepwise(&mut self, mut pulses: u64) -> u64 {
        let mut rises = 0;
        while pulses > 0 {
            if self.load {
                rises += u64::from(self.load_now());
                pulses -= 1;
                continue;
            }
            if !self.ticking() {
                break;
            }
            let Some(distance) = self.pulses_to_change() else {
                self.wrap(pulses);
                break;
            };
            if pulses < distance {
                self.count_down(pulses);
                break;
            }
            pulses -= distance;
            rises += u64::from(self.change());
            if let Some(period) = self.at_period_start() {
                rises += pulses / period;
                pulses %= period;
            }
        }
        rises
    }

    /// Pulses until OUT next rises by itself.
    pub(super) fn pulses_to_rise(&self) -> Option<u64> {
        if self.steady_rate() {
            return Some(self.count.max(1).into());
        }
        let wait = u64::from(self.load);
        let mut next = self.clone();
        next.run(wait);
        if next.out && !self.out {
            return Some(wait);
        }
        if !next.ticking() {
            return None;
        }
        let first = next.pulses_to_change()?;
        if next.change() {
            return Some(wait + first);
        }
        let second = next.pulses_to_change()?;
        Some(wait + first + second)
    }

    fn modulus(&self) -> u32 {
        if self.bcd { 10_000 } else { 0x1_0000 }
    }

    /// Whether a pulse counts. A count of 1 is illegal in the periodic modes: the counter stands still with OUT high.
    fn ticking(&self) -> bool {
        let enabled = match self.mode {
            Mode::OneShot | Mode::HardwareStrobe => true,
            Mode::TerminalCount | Mode::SoftwareStrobe => self.gate,
            Mode::Rate | Mode::Square => self.gate && self.loaded > 1,
        };
        self.running && !self.held && enabled
    }

    /// The pulse that loads. Returns whether OUT rose.
    fn load_now(&mut self) -> bool {
        let before = self.out;
        self.reload();
        self.load = false;
        self.running = true;
        match self.mode {
            Mode::TerminalCount => {}
            Mode::OneShot => self.out = false,
            Mode::Rate | Mode::Square => self.out = true,
            Mode::SoftwareStrobe | Mode::HardwareStrobe => {
                self.out = true;
                self.strobe = Strobe::Armed;
            }
        }
        self.out && !before
    }

    fn reload(&mut self) {
        self.loaded = self.register.unwrap_or(self.modulus());
        // The square wave counts by twos, so an odd count starts one lower (and its high half waits one pulse more).
        self.count = if self.mode == Mode::Square {
            self.loaded & !1
        } else {
            self.loaded
        };
        self.null_count = false;
    }

    /// Pulses until OUT next changes, at least 1; none when it never will without a new count or trigger.
    fn pulses_to_change(&self) -> Option<u64> {
        let count = u64::from(self.count);
        match self.mode {
            Mode::TerminalCount | Mode::OneShot => (!self.out).then_some(count.max(1)),
            Mode::Rate if self.out => Some(count.saturating_sub(1).max(1)),
            Mode::Rate => Some(1),
            Mode::Square => {
                let odd_high = self.out && self.loaded & 1 != 0;
                Some((count / 2 + u64::from(odd_high)).max(1))
            }
            Mode::SoftwareStrobe | Mode::HardwareStrobe => match self.strobe {
                Strobe::Armed => Some(count.max(1)),
                Strobe::Low => Some(1),
                Strobe::Done => None,
            },
        }
    }

    /// Counts without OUT changing: fewer pulses than to the change.
    fn count_down(&mut self, pulses: u64) {
        // Below `pulses_to_change`, which is at most 65537.
        let step = pulses as u32;
        self.count = match self.mode {
            Mode::Square => self.count.saturating_sub(2 * step),
            _ => self.count.saturating_sub(step),
        };
    }

    /// Counts on past zero, with nothing left to happen.
    fn wrap(&mut self, pulses: u64) {
        let modulus = u64::from(self.modulus());
        let count = u64::from(self.count) % modulus;
        self.count = ((count + modulus - pulses % modulus) % modulus) as u32;
    }

    /// The pulse at which OUT changes. Returns whether it rose.
    fn change(&mut self) -> bool {
        match self.mode {
            Mode::TerminalCount | Mode::OneShot => {
                self.count = 0;
                self.out = true;
            }
            Mode::Rate if self.out => {
                self.count = 1;
                self.out = false;
            }
            Mode::Rate => {
                self.reload();
                self.out = true;
            }
            Mode::Square => {
                self.reload();
                self.out = !self.out;
            }
            Mode::SoftwareStrobe | Mode::HardwareStrobe if self.strobe == Strobe::Armed => {
                self.count = 0;
                self.out = false;
                self.strobe = Strobe::Low;
            }
            Mode::SoftwareStrobe | Mode::HardwareStrobe => {
                self.wrap(1);
                self.out = true;
                self.strobe = Strobe::Done;
            }
        }
        self.out
    }

    /// The period, when the counter has just begun one and the next will be the same.
    fn at_period_start(&self) -> Option<u64> {
        (self.out && self.ticking())
            .then(|| self.period())
            .flatten()
            .map(u64::from)
    }
}

fn from_bcd(raw: u16) -> u32 {
    let digits = [raw >> 12, raw >> 8 & 15, raw >> 4 & 15, raw & 15];
    digits
        .iter()
        .fold(0, |value, &digit| value * 10 + u32::from(digit))
        % 10_000
}

fn to_bcd(value: u32) -> u16 {
    let digit = |divisor: u32| (value / divisor % 10) as u16;
    digit(1000) << 12 | digit(100) << 8 | digit(10) << 4 | digit(1)
}
