#pragma once

#include "types.h"

/// A point in time as calendars write it, UTC.
struct CalendarTime
{
  uint32 year;   ///< all four digits
  uint32 month;  ///< 1 to 12
  uint32 day;    ///< 1 to 31
  uint32 hour;   ///< 0 to 23
  uint32 minute; ///< 0 to 59
  uint32 second; ///< 0 to 60

  bool operator==(const CalendarTime&) const = default;

  /// Seconds since 1970-01-01 00:00, Gregorian calendar.
  [[nodiscard]] constexpr int64 secondsSince1970() const
  {
    // A year that begins in March has its leap day at its end, so the months before have fixed lengths.
    int64 years = month > 2 ? int64{year} : int64{year} - 1;
    int64 months = month > 2 ? month - 3 : month + 9;
    int64 day_of_year = (153 * months + 2) / 5 + day - 1;
    constexpr int64 DAYS_TO_1970 = 719468; // from 0000-03-01
    int64 days = years * 365 + years / 4 - years / 100 + years / 400 + day_of_year - DAYS_TO_1970;
    return ((days * 24 + hour) * 60 + minute) * 60 + second;
  }
};

static_assert(CalendarTime{1970, 1, 1, 0, 0, 0}.secondsSince1970() == 0);
static_assert(CalendarTime{2000, 2, 29, 12, 0, 0}.secondsSince1970() == 951825600);
static_assert(CalendarTime{2026, 11, 20, 23, 59, 59}.secondsSince1970() == 1795219199);
