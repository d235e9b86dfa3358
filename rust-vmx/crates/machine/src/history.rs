//! The last exits of a guest, for the report when it fails.

use bounds::Cyclic;
use core::fmt;
use vmx::addr::Gpa;
use vmx::exit::{ControlRegisterAccess, Exit, IoAccess, reason};

/// How many exits are remembered.
const REMEMBERED: usize = 16;

/// What an exit was about, as far as its handler asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The reason says it all.
    #[default]
    None,
    /// A port, the bytes, and whether they came from there.
    Port(u16, u8, bool),
    /// An address without a mapping.
    Address(Gpa),
    /// An MSR.
    Msr(u32),
    /// A control register.
    Control(ControlRegisterAccess),
}

impl From<&IoAccess> for Detail {
    fn from(access: &IoAccess) -> Self {
        Self::Port(access.port, access.width, access.input)
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Port(port, bytes, true) => write!(f, " of {bytes} from {port:#x}"),
            Self::Port(port, bytes, false) => write!(f, " of {bytes} to {port:#x}"),
            Self::Address(address) => write!(f, " at {address}"),
            Self::Msr(msr) => write!(f, " {msr:#x}"),
            Self::Control(access) => write!(f, " {access:?}"),
        }
    }
}

/// An exit, and where it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Past {
    rip: u64,
    detail: Detail,
    reason: u16,
    /// The event whose delivery it interrupted.
    vector: Option<u8>,
}

impl fmt::Display for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:#018x} {}{}",
            self.rip,
            reason::name(self.reason),
            self.detail
        )?;
        match self.vector {
            Some(vector) => write!(f, ", while delivering vector {vector}"),
            None => Ok(()),
        }
    }
}

/// The last exits.
#[derive(Clone, Debug, Default)]
pub struct History {
    ring: Cyclic<Past, REMEMBERED>,
    /// All that ever were.
    count: usize,
}

impl History {
    /// Remembers an exit.
    #[inline]
    pub fn add(&mut self, exit: Exit) {
        self.count = self.count.wrapping_add(1);
        self.ring[self.count] = Past {
            rip: exit.rip,
            detail: Detail::None,
            reason: exit.reason,
            vector: None,
        };
    }

    /// The exit that was remembered last interrupted the delivery of an event.
    #[inline(never)]
    pub fn interrupted(&mut self, vector: u8) {
        self.ring[self.count].vector = Some(vector);
    }

    /// Says more about the exit that was remembered last.
    #[inline]
    pub fn tell(&mut self, detail: Detail) {
        self.ring[self.count].detail = detail;
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = impl fmt::Display> {
        let known = self.count.min(REMEMBERED);
        (0..known)
            .rev()
            .map(|age| self.ring[self.count.wrapping_sub(age)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    const fn exit(reason: u16, rip: u64) -> Exit {
        Exit { reason, rip }
    }

    fn lines(history: &History) -> Vec<String> {
        history.iter().map(|past| past.to_string()).collect()
    }

    #[test]
    fn the_last_exits_are_told_oldest_first() {
        let mut history = History::default();
        assert!(lines(&history).is_empty());
        history.add(exit(30, 0x7C00));
        history.tell(Detail::Port(0x3F8, 1, false));
        history.add(exit(48, 0x10_0000));
        history.interrupted(14);
        history.tell(Detail::Address(Gpa(0xB000_0000)));
        assert_eq!(
            lines(&history),
            [
                "0x0000000000007c00 port I/O of 1 to 0x3f8",
                "0x0000000000100000 EPT violation at 0xb0000000, while delivering vector 14",
            ]
        );
        for rip in 0..100 {
            history.add(exit(10, rip));
        }
        let lines = lines(&history);
        assert_eq!(lines.len(), REMEMBERED);
        assert_eq!(lines[0], "0x0000000000000054 CPUID");
        assert_eq!(lines[REMEMBERED - 1], "0x0000000000000063 CPUID");
    }
}
