//! Models of the PC's devices, complete to their data sheets.
//!
//! A device is a plain value: registers and what follows from them. It has no `unsafe`, owns no callback, knows no CPU, no
//! bus address it was not told, no clock and no kernel; it serialises, so that a machine can be saved and compared.
//! Everything it needs comes in with the call ([`Context`]), everything it causes goes out through [`Wires`].
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bus;
pub mod time;
pub mod wires;

pub use bus::{AccessError, Context, PortDevice, PortRange, Width};
pub use time::Time;
pub use wires::{IrqLine, PowerEvent, Stream, Wires};
