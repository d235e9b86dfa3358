//! Between the machine's nanoseconds and the timer's clock pulses, without rounding that adds up.

use crate::Time;

/// Pulses a second: a third of the colour carrier, 14.31818 MHz / 12.
pub(super) const FREQUENCY: u64 = 1_193_182;

const SECOND: u64 = 1_000_000_000;

/// The clock pulses that have happened up to `time`. Seconds and the rest are multiplied apart, so nothing overflows.
pub(super) fn pulses_at(time: Time) -> u64 {
    let (seconds, rest) = (time.0 / SECOND, time.0 % SECOND);
    seconds * FREQUENCY + rest * FREQUENCY / SECOND
}

/// The first instant at which `pulses` pulses have happened.
pub(super) fn time_of(pulses: u64) -> Time {
    let (seconds, rest) = (pulses / FREQUENCY, pulses % FREQUENCY);
    Time(
        seconds
            .saturating_mul(SECOND)
            .saturating_add((rest * SECOND).div_ceil(FREQUENCY)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_two_directions_agree(pulses in 0..u64::MAX / 1_000_000) {
            let time = time_of(pulses);
            prop_assert_eq!(pulses_at(time), pulses);
            prop_assert!(time == Time::ZERO || pulses_at(time - 1) < pulses);
        }

        #[test]
        fn agrees_with_wide_arithmetic(nanoseconds: u64) {
            let exact = u128::from(nanoseconds) * u128::from(FREQUENCY) / u128::from(SECOND);
            prop_assert_eq!(u128::from(pulses_at(Time(nanoseconds))), exact);
        }
    }
}
