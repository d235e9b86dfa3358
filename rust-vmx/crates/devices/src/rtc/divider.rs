//! The divider chain: 32.768 kHz down to the second, and the tap of the periodic interrupt (register A).

use crate::{Frequency, Time};
use serde::{Deserialize, Serialize};

/// The crystal.
const CLOCK: Frequency = Frequency::hertz(32_768);
/// Its pulses in a second.
const SECOND: u64 = CLOCK.per_second();
/// UIP announces an update this long before it: 244 microseconds.
const ANNOUNCED: u64 = 8;

/// What happened between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Whole seconds: updates.
    pub(super) seconds: u64,
    /// Periods of the periodic tap.
    pub(super) periods: u64,
}

/// The chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Divider {
    /// When the chain's count was 0. May lie before power-on, so it is counted in ticks of 32.768 kHz.
    origin: i64,
    /// Ticks seen.
    ticks: u64,
    /// Held in reset: nothing counts.
    stopped: bool,
}

impl Divider {
    /// Looks at the present; `rate` is RS3 to RS0.
    pub(super) fn advance(&mut self, now: Time, rate: u8) -> Passed {
        if self.stopped {
            return Passed::default();
        }
        let before = self.ticks;
        self.ticks = before.max(self.ticks_at(now));
        let count = |length: u64| self.ticks / length - before / length;
        Passed {
            seconds: count(SECOND),
            periods: period(rate).map_or(0, count),
        }
    }

    /// DV2 to DV0 put the chain into reset or take it out; out of it, the first update comes after half a second.
    pub(super) fn set_stopped(&mut self, now: Time, stopped: bool) {
        if self.stopped && !stopped {
            self.ticks = SECOND / 2;
            self.origin = absolute(now) - (SECOND / 2) as i64;
        }
        self.stopped = stopped;
    }

    /// Whether an update is about to happen.
    pub(super) fn update_in_progress(&self) -> bool {
        !self.stopped && self.ticks % SECOND >= SECOND - ANNOUNCED
    }

    /// When `seconds` more updates will have happened.
    pub(super) fn update_time(&self, seconds: u64) -> Option<Time> {
        self.time_of(
            (self.ticks / SECOND)
                .saturating_add(seconds)
                .saturating_mul(SECOND),
        )
    }

    /// When the periodic tap next ticks.
    pub(super) fn period_time(&self, rate: u8) -> Option<Time> {
        let period = period(rate)?;
        self.time_of((self.ticks / period + 1) * period)
    }

    fn ticks_at(&self, now: Time) -> u64 {
        u64::try_from(absolute(now) - self.origin).unwrap_or(0)
    }

    fn time_of(&self, ticks: u64) -> Option<Time> {
        if self.stopped {
            return None;
        }
        let ticks = u64::try_from(i64::try_from(ticks).ok()?.checked_add(self.origin)?).unwrap_or(0);
        Some(CLOCK.time_of(ticks))
    }
}

/// Ticks since power-on. The largest time has 6e14 of them.
fn absolute(now: Time) -> i64 {
    CLOCK.pulses_at(now) as i64
}

/// Ticks per period: rates 1 and 2 repeat 8 and 9, the others halve from 8192 Hz to 2 Hz; 0 is off.
fn period(rate: u8) -> Option<u64> {
    match rate & 15 {
        0 => None,
        rate @ (1 | 2) => Some(1 << (rate + 6)),
        rate => Some(1 << (rate - 1)),
    }
}
