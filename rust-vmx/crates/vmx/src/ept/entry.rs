//! One EPT entry (SDM 29.3.2, tables 29-1 to 29-7).
//!
//! ```text
//!  63  52 51                12 11  8  7   6    5   3  2  1  0
//! +------+--------------------+------+---+----+------+--+--+--+
//! |  -   |  physical address  |  -   | L |IPAT| type |X |W |R |   type, IPAT only in entries that map a page
//! +------+--------------------+------+---+----+------+--+--+--+   L = maps a page above the lowest level
//! ```

use super::PageSize;
use crate::addr::Hpa;
use bitflags::bitflags;

bitflags! {
    /// What a guest may do with a page.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Permissions: u64 {
        /// Read data.
        const READ = 1 << 0;
        /// Write data; only together with read.
        const WRITE = 1 << 1;
        /// Fetch instructions.
        const EXECUTE = 1 << 2;
        /// Ordinary memory.
        const ALL = 7;
    }
}

const WRITE_BACK: u64 = 6 << 3;
const IGNORE_PAT: u64 = 1 << 6;
const LARGE: u64 = 1 << 7;
const ADDRESS: u64 = 0x000F_FFFF_FFFF_F000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(pub(super) u64);

impl Entry {
    pub(super) const EMPTY: Self = Self(0);

    /// An entry that refers to a table. It permits everything: the page's own entry decides.
    pub(super) const fn table(frame: Hpa) -> Self {
        Self(frame.0 | Permissions::ALL.bits())
    }

    /// An entry that maps a page of RAM. Write back, whatever the guest's PAT says: all that is mapped is the host's RAM, which
    /// the host reaches as write back too, and no device sees it, so an uncached guest mapping would only be slow.
    pub(super) const fn leaf(frame: Hpa, size: PageSize, permissions: Permissions) -> Self {
        let large = if matches!(size, PageSize::Size4K) {
            0
        } else {
            LARGE
        };
        Self(frame.0 | large | IGNORE_PAT | WRITE_BACK | permissions.bits())
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 & Permissions::ALL.bits() == 0
    }

    /// Whether an entry of this level's table maps a page.
    pub(super) const fn is_leaf(self, level: u32) -> bool {
        level == 1 || self.0 & LARGE != 0
    }

    pub(super) const fn address(self) -> Hpa {
        Hpa(self.0 & ADDRESS)
    }

    pub(super) const fn permissions(self) -> Permissions {
        Permissions::from_bits_truncate(self.0)
    }

    pub(super) const fn with_permissions(self, permissions: Permissions) -> Self {
        Self(self.0 & !Permissions::ALL.bits() | permissions.bits())
    }
}
