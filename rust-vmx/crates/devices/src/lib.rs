//! Models of the PC's devices, complete to their data sheets.
//!
//! A device is a plain value: registers and what follows from them. It has no `unsafe`, owns no callback, knows no CPU, no
//! bus address it was not told, no clock and no kernel; it serialises, so that a machine can be saved and compared.
//! Everything it needs comes in with the call ([`Context`]), everything it causes goes out through [`Wires`].
//!
//! Nothing a guest does can make a device panic: indices are masked, arithmetic saturates or wraps, buffers are bounded.
//!
//! Where to start: [`bus`] is the contract, [`debug_port`] the smallest device, [`pic`] the one every other ends in.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
// No panic that a guest can reach.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

extern crate alloc;

pub mod bus;
pub mod debug_port;
pub mod dma;
pub mod ide;
pub mod kbc;
pub mod pic;
pub mod pit;
pub mod power;
pub mod rtc;
pub mod time;
pub mod uart;
pub mod vga;
pub mod wires;

pub use bus::{AccessError, Context, PortDevice, PortRange, Sink, Source, Width};
pub use debug_port::DebugPort;
pub use dma::Dma;
pub use ide::{DiskError, DiskOperation, DiskRequest, DriveConfig, Ide};
pub use kbc::{Kbc, MouseEvent};
pub use pic::{Acknowledged, Pic};
pub use pit::Pit;
pub use power::Power;
pub use rtc::{Rtc, RtcConfig};
pub use time::{Frequency, Time};
pub use uart::{ComPort, Uart};
pub use vga::{Cursor, Vga};
pub use wires::{IrqLine, PowerEvent, Stream, Wires};
