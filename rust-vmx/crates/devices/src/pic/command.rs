//! The command words of the 8259A, bit by bit (data sheet, "Programming the 8259A").

use bitflags::bitflags;
use serde::{Deserialize, Serialize};

bitflags! {
    /// Initialisation command word 1.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Icw1: u8 {
        /// IC4: ICW4 will follow.
        const ICW4_FOLLOWS = 1 << 0;
        /// SNGL: no cascade, no ICW3.
        const SINGLE = 1 << 1;
        /// ADI: MCS-80 call addresses are 4 bytes apart, else 8.
        const INTERVAL_4 = 1 << 2;
        /// LTIM: all inputs level-triggered.
        const LEVEL = 1 << 3;
        /// What makes a write to the even port an ICW1.
        const THIS = 1 << 4;
        /// Address bits A7 to A5 of the MCS-80 call.
        const ADDRESS = 0xE0;
    }

    /// Initialisation command word 4. The buffered-mode bits only concern pins.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Icw4: u8 {
        /// uPM: 8086 vectors, else MCS-80 calls.
        const MODE_8086 = 1 << 0;
        /// AEOI: the acknowledge cycle ends the interrupt.
        const AUTO_EOI = 1 << 1;
        /// SFNM: slaves may ask again while they are served.
        const SPECIAL_FULLY_NESTED = 1 << 4;
    }

    /// Operation command word 3.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Ocw3: u8 {
        /// RIS: which register, if READ_REGISTER.
        const READ_ISR = 1 << 0;
        /// RR: change which register the even port reads.
        const READ_REGISTER = 1 << 1;
        /// P: the next read polls.
        const POLL = 1 << 2;
        /// What makes a write to the even port an OCW3 (with bit 4 clear).
        const THIS = 1 << 3;
        /// SMM: special mask mode, if ENABLE_SPECIAL_MASK.
        const SPECIAL_MASK = 1 << 5;
        /// ESMM: change special mask mode.
        const ENABLE_SPECIAL_MASK = 1 << 6;
    }
}

/// Saved as the byte it is.
macro_rules! serialise_as_byte {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.bits().serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                u8::deserialize(deserializer).map(Self::from_bits_retain)
            }
        }
    };
}

serialise_as_byte!(Icw1);
serialise_as_byte!(Icw4);

/// Operation command word 2, by its bits R, SL and EOI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ocw2 {
    /// Set or clear rotation in automatic EOI mode.
    RotateOnAutoEoi(bool),
    /// End the interrupt of highest priority in service.
    Eoi {
        /// And make it the lowest.
        rotate: bool,
    },
    /// End the interrupt of the level given.
    SpecificEoi {
        /// And make it the lowest.
        rotate: bool,
    },
    /// Make the level given the lowest.
    SetPriority,
    /// No operation.
    Nothing,
}

impl Ocw2 {
    /// Decodes bits 7 to 5.
    pub(super) fn decode(value: u8) -> Self {
        match value >> 5 {
            0b000 => Self::RotateOnAutoEoi(false),
            0b001 => Self::Eoi { rotate: false },
            0b010 => Self::Nothing,
            0b011 => Self::SpecificEoi { rotate: false },
            0b100 => Self::RotateOnAutoEoi(true),
            0b101 => Self::Eoi { rotate: true },
            0b110 => Self::SetPriority,
            _ => Self::SpecificEoi { rotate: true },
        }
    }
}
