//! Guest-state fields that exit handlers look at again and again: read once per exit, written once before the entry.

use crate::field::guest;
use bounds::Cyclic;

/// The fields that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cached {
    Rip,
    Rsp,
    Rflags,
    Cr0,
    Cr3,
    Cr4,
    Efer,
    Interruptibility,
    CsAccess,
}

const COUNT: usize = 9;

/// Their encodings, in the order of [`Cached`].
const ENCODINGS: Cyclic<u32, COUNT> = Cyclic([
    guest::RIP.encoding(),
    guest::RSP.encoding(),
    guest::RFLAGS.encoding(),
    guest::CR0.encoding(),
    guest::CR3.encoding(),
    guest::CR4.encoding(),
    guest::EFER.encoding(),
    guest::INTERRUPTIBILITY.encoding(),
    guest::CS_ACCESS_RIGHTS.encoding(),
]);
const _: () = assert!(Cached::CsAccess as usize == COUNT - 1);

/// The bit of RIP in the sets below.
const RIP: u16 = 1 << Cached::Rip as u16;
/// What else the end of an instruction can change.
const ENDS: u16 = 1 << Cached::Rflags as u16 | 1 << Cached::Interruptibility as u16;

impl Cached {
    pub(super) fn encoding(self) -> u32 {
        ENCODINGS[self as usize]
    }
}

/// Their values, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Cache {
    values: Cyclic<u64, COUNT>,
    valid: u16,
    dirty: u16,
}

impl Cache {
    /// The value, if it was read or written since the last exit.
    #[inline]
    pub(super) fn get(&self, field: Cached) -> Option<u64> {
        if self.valid & 1 << field as u8 != 0 {
            Some(self.values[field as usize])
        } else {
            None
        }
    }

    /// Keeps what was read.
    #[inline]
    pub(super) fn fill(&mut self, field: Cached, value: u64) {
        self.values[field as usize] = value;
        self.valid |= 1 << field as u8;
    }

    /// Takes a new value, to be written before the entry.
    #[inline]
    pub(super) fn set(&mut self, field: Cached, value: u64) {
        self.fill(field, value);
        self.dirty |= 1 << field as u8;
    }

    /// Forgets everything, since the guest ran, but for where it is now.
    #[inline]
    pub(super) fn restart(&mut self, rip: u64) {
        self.values[Cached::Rip as usize] = rip;
        self.valid = RIP;
        self.dirty = 0;
    }

    /// RIP, if RFLAGS and what blocks interrupts were neither read nor written since the last exit.
    #[inline]
    pub(super) fn rip_alone(&self) -> Option<u64> {
        if self.valid & (RIP | ENDS) == RIP {
            Some(self.values[Cached::Rip as usize])
        } else {
            None
        }
    }

    /// Whether there is something to write.
    #[inline]
    pub(super) fn is_dirty(&self) -> bool {
        self.dirty != 0
    }

    /// A field to write, with its value; it counts as written afterwards. `None` when there is none left.
    pub(super) fn take_dirty(&mut self) -> Option<(u32, u64)> {
        if self.dirty == 0 {
            return None;
        }
        let index = self.dirty.trailing_zeros() as usize;
        self.dirty &= self.dirty - 1;
        Some((ENCODINGS[index], self.values[index]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_once_and_only_when_changed() {
        let mut cache = Cache::default();
        assert_eq!(cache.get(Cached::Rip), None);
        cache.fill(Cached::Cr3, 0x1000);
        cache.set(Cached::Rip, 0x7C00);
        cache.set(Cached::Rip, 0x7C02);
        assert_eq!(cache.take_dirty(), Some((guest::RIP.encoding(), 0x7C02)));
        assert_eq!(cache.take_dirty(), None);
        assert_eq!(cache.get(Cached::Rip), Some(0x7C02));
        assert_eq!(cache.rip_alone(), Some(0x7C02));
        cache.fill(Cached::Rflags, 2);
        assert_eq!(cache.rip_alone(), None, "RFLAGS is known as well");
        cache.restart(0x8000);
        assert_eq!(cache.get(Cached::Cr3), None);
        assert_eq!((cache.rip_alone(), cache.take_dirty()), (Some(0x8000), None));
    }
}
