//! The clock's calendar: seconds to dates and back, in the proleptic Gregorian calendar.

use serde::{Deserialize, Serialize};

pub(super) const SECONDS_PER_DAY: i64 = 86_400;

/// What the time registers say, in binary. The guest can write nonsense into them, so no field is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calendar {
    pub(super) second: u8,
    pub(super) minute: u8,
    /// 0 to 23.
    pub(super) hour: u8,
    /// 1 is Sunday. A counter of its own: the chip does not know which weekday a date is.
    pub(super) weekday: u8,
    pub(super) day: u8,
    pub(super) month: u8,
    /// Of the century.
    pub(super) year: u8,
    pub(super) century: u8,
}

impl Calendar {
    /// The date of `seconds` since 1970-01-01. Years outside 0 to 9999 are cut to their last four digits.
    pub(super) fn from_unix(seconds: i64) -> Self {
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let mut calendar = Self {
            second: 0,
            minute: 0,
            hour: 0,
            // 1970-01-01 was a Thursday.
            weekday: (days + 4).rem_euclid(7) as u8 + 1,
            day: 1,
            month: 1,
            year: 0,
            century: 0,
        };
        calendar.set(seconds);
        calendar
    }

    /// Seconds since 1970-01-01; fields beyond their range count on, as in "the 40th of May".
    pub(super) fn unix(&self) -> i64 {
        let date = days_from_civil(self.full_year(), self.month.into(), self.day.into());
        let time = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        date * SECONDS_PER_DAY + time
    }

    /// Lets `seconds` pass.
    pub(super) fn advance(&mut self, seconds: u64) {
        // A machine's clock ends after 584 years, far below what i64 holds.
        let before = self.unix();
        let after = before.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX));
        let midnights = after.div_euclid(SECONDS_PER_DAY) - before.div_euclid(SECONDS_PER_DAY);
        self.weekday = ((i64::from(self.weekday) + 6 + midnights).rem_euclid(7) + 1) as u8;
        self.set(after);
    }

    /// The second of the day, if the time is one.
    pub(super) fn second_of_day(&self) -> u32 {
        let seconds = u32::from(self.hour) * 3600 + u32::from(self.minute) * 60 + u32::from(self.second);
        seconds % SECONDS_PER_DAY as u32
    }

    fn full_year(&self) -> i64 {
        i64::from(self.century) * 100 + i64::from(self.year)
    }

    /// Everything but the weekday.
    fn set(&mut self, seconds: i64) {
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let year = year.rem_euclid(10_000);
        let time = seconds.rem_euclid(SECONDS_PER_DAY);
        self.century = (year / 100) as u8;
        self.year = (year % 100) as u8;
        self.month = month as u8;
        self.day = day as u8;
        self.hour = (time / 3600) as u8;
        self.minute = (time / 60 % 60) as u8;
        self.second = (time % 60) as u8;
    }
}

/// Days in 400 years.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// Days since 1970-01-01. Counting years from March puts the leap day last, which makes the months regular.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 3;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH
}

/// The inverse: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let era = days.div_euclid(ERA);
    let day_of_era = days.rem_euclid(ERA);
    // A 4-year leap day, a 100-year one less, a 400-year one more.
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year_of_era, month + 3)
    } else {
        (year_of_era + 1, month - 9)
    };
    (era * 400 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(seconds: i64) -> (u16, u8, u8, u8) {
        let calendar = Calendar::from_unix(seconds);
        let year = u16::from(calendar.century) * 100 + u16::from(calendar.year);
        (year, calendar.month, calendar.day, calendar.weekday)
    }

    #[test]
    fn known_days() {
        assert_eq!(date(0), (1970, 1, 1, 5));
        assert_eq!(date(951_782_400), (2000, 2, 29, 3));
        assert_eq!(date(1_709_164_800), (2024, 2, 29, 5));
        assert_eq!(date(4_107_542_400), (2100, 3, 1, 2));
        assert_eq!(date(-1), (1969, 12, 31, 4));
    }

    /// Counts day by day.
    #[test]
    fn a_hundred_thousand_days_in_a_row() {
        let leap =
            |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let (mut year, mut month, mut day, mut weekday) = (1970_u32, 1_u32, 1_u32, 5_u8);
        for days in 0..100_000 {
            assert_eq!(
                date(days * SECONDS_PER_DAY),
                (year as u16, month as u8, day as u8, weekday)
            );
            let length = match month {
                2 => 28 + u32::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            weekday = weekday % 7 + 1;
            day += 1;
            if day > length {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }

    proptest! {
        #[test]
        fn advancing_is_adding(start in 0..4_000_000_000_i64, step in 0..4_000_000_000_u64) {
            let mut calendar = Calendar::from_unix(start);
            prop_assert_eq!(calendar.unix(), start);
            calendar.advance(step);
            prop_assert_eq!(calendar, Calendar::from_unix(start + step as i64));
        }

        #[test]
        fn nonsense_is_survived(fields: [u8; 8], step: u64) {
            let [second, minute, hour, weekday, day, month, year, century] = fields;
            let mut calendar = Calendar { second, minute, hour, weekday, day, month, year, century };
            calendar.advance(step % 1_000_000_000_000);
            prop_assert!(calendar.month >= 1 && calendar.month <= 12 && calendar.weekday >= 1 && calendar.weekday <= 7);
        }
    }
}
