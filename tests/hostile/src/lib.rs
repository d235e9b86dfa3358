//! Micro-guests: a few instructions of assembly each, and the exact outcome that the SDM, or a PC, gives them.
//!
//! A guest is written with [`guest!`]; what runs before its first instruction is in `runtime.s`. The guests of a family are
//! put on one disk and run one after the other in one boot of the host ([`family`]), with a look at the host after each: is
//! its shell there, has it all of its memory?

pub mod bare;
pub mod disk;
pub mod expectation;
pub mod family;
pub mod guest;
pub mod host;
mod image;

pub use expectation::Outcome;
pub use family::Family;
pub use guest::{Guest, Mode};
pub use host::{Host, Logs};
