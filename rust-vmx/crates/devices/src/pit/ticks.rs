//! Ticks that a guest must not lose.
//!
//! A guest is not always running: its thread waits while others have the processor. A real timer's output would have risen
//! several times meanwhile, and the interrupt controller remembers one edge. A guest that counts ticks would be late by
//! the rest. So the rises that come while an earlier tick is still waiting are counted, and follow one by one, each half a period
//! after the processor took the one before: time runs at double speed until the guest has caught up.
//!
//! Limits: only the periodic modes count; a masked line collects nothing (whoever masks the timer does not count);
//! programming the counter forgets what was owed; never more than a second's worth is owed.

use serde::{Deserialize, Serialize};

use super::CLOCK;
use crate::{Time, Wires};

const LINE: u8 = 0;

/// The interrupt output of channel 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticks {
    /// A tick was sent and the processor has not taken it.
    waiting: bool,
    /// Ticks still to be sent.
    owed: u64,
    /// When the next owed tick goes out.
    next: Option<Time>,
}

impl Ticks {
    /// The counter was programmed.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// OUT rose `rises` times with a period of `period` pulses.
    pub(super) fn rise(&mut self, rises: u64, period: u32, wires: &mut Wires) {
        if rises == 0 {
            return;
        }
        if wires.masked_irqs & (1 << LINE) != 0 {
            self.forget();
        } else {
            let most = CLOCK.per_second() / u64::from(period.max(1));
            let missed = if self.waiting { rises } else { rises - 1 };
            self.owed = self.owed.saturating_add(missed).min(most);
        }
        self.send(wires);
    }

    /// The processor took a tick.
    pub(super) fn taken(&mut self, now: Time, period: Option<u32>) {
        self.waiting = false;
        if let Some(period) = period
            && self.owed > 0
        {
            self.next =
                Some(CLOCK.time_of(CLOCK.pulses_at(now).saturating_add(u64::from(period / 2).max(1))));
        }
    }

    /// Sends an owed tick that is due.
    pub(super) fn advance(&mut self, now: Time, wires: &mut Wires) {
        if self.next.is_some_and(|next| next <= now) {
            self.owed = self.owed.saturating_sub(1);
            self.send(wires);
        }
    }

    /// When an owed tick goes out.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.next
    }

    fn send(&mut self, wires: &mut Wires) {
        self.waiting = true;
        self.next = None;
        wires.pulse_irq(LINE);
    }
}
