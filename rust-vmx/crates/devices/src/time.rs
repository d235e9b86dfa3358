//! A machine's time.

use core::ops::{Add, Sub};
use serde::{Deserialize, Serialize};

/// Nanoseconds on the machine's own clock since it was powered on. The clock stops while the machine is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time(pub u64);

impl Time {
    /// Power-on.
    pub const ZERO: Self = Self(0);

    /// Later than anything that happens: five centuries after power-on.
    pub const NEVER: Self = Self(u64::MAX);

    /// Nanoseconds since `earlier`, 0 if that lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The clock of a device, derived from the machine's: so many pulses a second since power-on, the error never more than a
/// pulse and never adding up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency(u64);

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

impl Frequency {
    /// So many pulses a second: 1 to 4294967295, which keeps every product below within 64 bits.
    #[must_use]
    pub const fn hertz(hertz: u32) -> Self {
        assert!(hertz > 0);
        Self(hertz as u64)
    }

    /// Pulses a second.
    #[must_use]
    pub const fn per_second(self) -> u64 {
        self.0
    }

    /// The pulses that have happened up to `time`. Whole seconds and the rest are multiplied apart.
    #[must_use]
    pub const fn pulses_at(self, time: Time) -> u64 {
        let (seconds, rest) = (time.0 / SECOND, time.0 % SECOND);
        seconds
            .saturating_mul(self.0)
            .saturating_add(rest * self.0 / SECOND)
    }

    /// The first instant at which `pulses` pulses have happened, or the end of time.
    #[must_use]
    pub const fn time_of(self, pulses: u64) -> Time {
        let (seconds, rest) = (pulses / self.0, pulses % self.0);
        Time(
            seconds
                .saturating_mul(SECOND)
                .saturating_add((rest * SECOND).div_ceil(self.0)),
        )
    }
}

impl Add<u64> for Time {
    type Output = Self;

    fn add(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

impl Sub<u64> for Time {
    type Output = Self;

    fn sub(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_sub(nanoseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_two_directions_agree(hertz in 1..=999_999_999_u32, seconds in 0..1_000_000_u64, pulse: u64) {
            let clock = Frequency::hertz(hertz);
            let pulses = seconds * clock.per_second() + pulse % clock.per_second();
            let time = clock.time_of(pulses);
            prop_assert_eq!(clock.pulses_at(time), pulses);
            prop_assert!(time == Time::ZERO || clock.pulses_at(time - 1) < pulses);
        }

        #[test]
        fn agrees_with_wide_arithmetic(hertz in 1..=u32::MAX, nanoseconds: u64) {
            let exact = u128::from(nanoseconds) * u128::from(hertz) / u128::from(SECOND);
            let exact = u64::try_from(exact).unwrap_or(u64::MAX);
            prop_assert_eq!(Frequency::hertz(hertz).pulses_at(Time(nanoseconds)), exact);
        }
    }
}
