//! When the alarm next goes off.

use super::calendar::Calendar;

/// No hour, minute or second.
pub(super) const NEVER: u8 = u8::MAX;

/// The three alarm registers in binary; none means "every".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alarm {
    pub(super) hour: Option<u8>,
    pub(super) minute: Option<u8>,
    pub(super) second: Option<u8>,
}

impl Alarm {
    /// Seconds from `now` to the next match, 1 to 86400; none when the alarm is no time of day.
    pub(super) fn seconds_from(&self, now: &Calendar) -> Option<u64> {
        let start = now.second_of_day() + 1;
        // The hour that has begun, the following 23, and the one that has begun again: its part before `start`.
        for hour in start / 3600..start / 3600 + 25 {
            if !matches(self.hour, hour % 24) {
                continue;
            }
            if let Some(second) = self.in_hour(start.saturating_sub(hour * 3600)) {
                return Some(u64::from(hour * 3600 + second - (start - 1)));
            }
        }
        None
    }

    /// The first matching second of an hour, from `start` on.
    fn in_hour(&self, start: u32) -> Option<u32> {
        for minute in start / 60..60 {
            if !matches(self.minute, minute) {
                continue;
            }
            let first = start.saturating_sub(minute * 60);
            let second = match self.second {
                None => Some(first),
                Some(second) => Some(u32::from(second)).filter(|&second| second >= first),
            };
            if let Some(second) = second.filter(|&second| second < 60) {
                return Some(minute * 60 + second);
            }
        }
        None
    }
}

fn matches(wanted: Option<u8>, value: u32) -> bool {
    wanted.is_none_or(|wanted| u32::from(wanted) == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against trying each second of a day.
        #[test]
        fn finds_the_next_match(
            now in 0..86_400_i64,
            hour in prop::option::of(0..26_u8),
            minute in prop::option::of(0..62_u8),
            second in prop::option::of(0..62_u8),
        ) {
            let alarm = Alarm { hour, minute, second };
            let expected = (1..=86_400_u64).find(|&step| {
                let then = Calendar::from_unix(now + step as i64);
                hour.is_none_or(|hour| hour == then.hour)
                    && minute.is_none_or(|minute| minute == then.minute)
                    && second.is_none_or(|second| second == then.second)
            });
            prop_assert_eq!(alarm.seconds_from(&Calendar::from_unix(now)), expected);
        }
    }
}
