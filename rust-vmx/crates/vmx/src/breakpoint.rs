//! Breakpoints on data and ports (SDM "Debug Control Register (DR7)", 18.2.4, and "Breakpoint Field Recognition", 18.2.5). The CPU
//! finds them for what the guest does itself; what is carried out for the guest is compared here.

use crate::addr::Gva;

/// An access that was carried out for the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Bytes of memory were read.
    Read(Gva),
    /// Bytes of memory were written.
    Write(Gva),
    /// Ports were read or written.
    Port(u16),
}

/// The debug registers, as far as breakpoints depend on them.
#[derive(Clone, Copy, Debug)]
pub struct Breakpoints {
    /// DR0 to DR3.
    pub addresses: [u64; 4],
    /// DR7.
    pub dr7: u64,
    /// CR4.DE, with which there are breakpoints on ports.
    pub ports: bool,
}

/// What the R/W field of DR7 selects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Execute,
    Write,
    Port,
    ReadOrWrite,
}

impl Breakpoints {
    /// Whether any breakpoint is one on data or ports.
    #[must_use]
    pub fn any(&self) -> bool {
        self.enabled()
            .any(|(_, condition)| condition != Condition::Execute)
    }

    /// B0 to B3 for an access of `length` bytes.
    #[must_use]
    pub fn met_by(&self, access: Watched, length: u64) -> u64 {
        let first = match access {
            Watched::Read(at) | Watched::Write(at) => at.0,
            Watched::Port(port) => u64::from(port),
        };
        self.enabled()
            .filter(|&(number, condition)| {
                let matches = match access {
                    Watched::Read(_) => condition == Condition::ReadOrWrite,
                    Watched::Write(_) => matches!(condition, Condition::Write | Condition::ReadOrWrite),
                    Watched::Port(_) => condition == Condition::Port && self.ports,
                };
                matches && self.overlaps(number, first, length)
            })
            .fold(0, |met, (number, _)| met | 1 << number)
    }

    /// Those whose local or global bit is set.
    fn enabled(&self) -> impl Iterator<Item = (usize, Condition)> {
        let dr7 = self.dr7;
        (0..4)
            .filter(move |number| dr7 >> (2 * number) & 3 != 0)
            .map(move |number| {
                let condition = match dr7 >> (16 + 4 * number) & 3 {
                    0 => Condition::Execute,
                    1 => Condition::Write,
                    2 => Condition::Port,
                    _ => Condition::ReadOrWrite,
                };
                (number, condition)
            })
    }

    fn overlaps(&self, number: usize, first: u64, length: u64) -> bool {
        let size: u64 = match self.dr7 >> (18 + 4 * number) & 3 {
            0 => 1,
            1 => 2,
            2 => 8,
            _ => 4,
        };
        // The CPU takes the address as aligned.
        let start = self
            .addresses
            .get(number)
            .map_or(0, |address| address & !(size - 1));
        first.wrapping_sub(start) < size || start.wrapping_sub(first) < length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(number: usize, address: u64, kind: u64) -> Breakpoints {
        let mut addresses = [0; 4];
        addresses[number] = address;
        let dr7 = 0x400 | 2 << (2 * number) | kind << (16 + 4 * number);
        Breakpoints {
            addresses,
            dr7,
            ports: true,
        }
    }

    #[test]
    fn a_breakpoint_asks_for_its_kind_of_access() {
        let (read, write, port) = (
            Watched::Read(Gva(0x80)),
            Watched::Write(Gva(0x80)),
            Watched::Port(0x80),
        );
        for (kind, expected) in [(0, [0, 0, 0]), (1, [0, 4, 0]), (2, [0, 0, 4]), (3, [4, 4, 0])] {
            let breakpoints = one(2, 0x80, kind);
            assert_eq!(
                [read, write, port].map(|access| breakpoints.met_by(access, 1)),
                expected,
                "{kind}"
            );
            assert_eq!(breakpoints.any(), kind != 0);
        }
        let off = Breakpoints {
            dr7: 0x400 | 3 << 24,
            ..one(2, 0x80, 3)
        };
        assert_eq!((off.met_by(write, 1), off.any()), (0, false));
        let without_de = Breakpoints {
            ports: false,
            ..one(2, 0x80, 2)
        };
        assert_eq!(without_de.met_by(port, 1), 0);
    }

    proptest! {
        /// An access meets a breakpoint exactly if they have a byte in common.
        #[test]
        fn bytes_in_common(address in 0x1000_u64..0x1020, length in 0_u64..4, first in 0x1000_u64..0x1020, count in 1_u64..9) {
            let size = [1, 2, 8, 4][length as usize];
            let aligned = address / size * size;
            let common = (first..first + count).any(|byte| (aligned..aligned + size).contains(&byte));
            let met = one(1, address, length << 2 | 1).met_by(Watched::Write(Gva(first)), count);
            prop_assert_eq!(met, if common { 2 } else { 0 });
        }
    }
}
