//! A machine's time.

use core::ops::{Add, Sub};
use serde::{Deserialize, Serialize};

/// Nanoseconds on the machine's own clock since it was powered on. The clock stops while the machine is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time(pub u64);

impl Time {
    /// Power-on.
    pub const ZERO: Self = Self(0);

    /// Nanoseconds since `earlier`, 0 if that lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
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
