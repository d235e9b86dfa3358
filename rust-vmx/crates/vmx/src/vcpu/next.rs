//! What the next entry has to bring about, beside running the guest. Most entries have nothing to do here, and find that out
//! with one comparison.

use super::EntryError;
use crate::controls::PrimaryControls;
use crate::event::Event;
use core::ops::{Deref, DerefMut};

/// The work.
pub(super) struct NextEntry {
    /// The event to deliver.
    pub(super) pending: Option<Event>,
    /// An interrupt or NMI whose delivery raised an exception: it comes after it.
    pub(super) held: Option<Event>,
    /// The primary processor-based controls as they shall be.
    pub(super) primary: PrimaryControls,
    /// "IA-32e mode guest" may not say any more what EFER.LMA does.
    pub(super) mode_changed: bool,
    /// Linear translations are stale.
    pub(super) flush_vpid: bool,
    /// It finds the guest halted.
    pub(super) halted: bool,
    /// When a device is due.
    pub(super) deadline: Option<u64>,
    /// The preemption timer counts on from where the last exit saved it.
    pub(super) timer_armed: bool,
    /// The first access to a field that failed: the next entry reports it.
    pub(super) broken: Option<EntryError>,
}

/// A value that knows whether somebody may have changed it.
pub(super) struct Noted<T> {
    value: T,
    touched: bool,
}

impl<T> Noted<T> {
    /// Counts as changed.
    pub(super) fn new(value: T) -> Self {
        Self { value, touched: true }
    }

    #[inline]
    pub(super) fn is_touched(&self) -> bool {
        self.touched
    }

    /// Counts as changed.
    pub(super) fn touch(&mut self) {
        self.touched = true;
    }

    /// Whatever happened to it was seen, unless `again`.
    pub(super) fn seen(&mut self, again: bool) {
        self.touched = again;
    }
}

impl<T> Deref for Noted<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Noted<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.touched = true;
        &mut self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_is_not_touching() {
        let mut watched = Noted::new(1);
        assert!(watched.is_touched(), "a new value was never seen");
        watched.seen(false);
        assert_eq!((*watched, watched.is_touched()), (1, false));
        *watched = 1;
        assert!(watched.is_touched());
        watched.seen(true);
        assert!(watched.is_touched());
    }
}
