//! Addresses that cannot be mistaken for each other.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Bytes in a base page.
pub const PAGE_SIZE: u64 = 4096;

macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The address `bytes` further on, or `None` past the end of the address space.
            #[must_use]
            pub const fn checked_add(self, bytes: u64) -> Option<Self> {
                match self.0.checked_add(bytes) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The first address of the 4 KiB page this one lies in.
            #[must_use]
            pub const fn page_base(self) -> Self {
                Self(self.0 & !(PAGE_SIZE - 1))
            }

            /// The offset inside the 4 KiB page.
            #[must_use]
            pub const fn page_offset(self) -> usize {
                (self.0 & (PAGE_SIZE - 1)) as usize
            }

            /// Whether the address is a multiple of `alignment`, a power of two.
            #[must_use]
            pub const fn is_aligned(self, alignment: u64) -> bool {
                self.0 & (alignment - 1) == 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }
    };
}

address!(
    /// A guest-physical address: what the guest's paging yields and EPT translates.
    Gpa
);
address!(
    /// A host-physical address: what is on the memory bus.
    Hpa
);
address!(
    /// A guest-virtual (linear) address.
    Gva
);
