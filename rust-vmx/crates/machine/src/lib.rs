//! A virtual machine: memory map, port bus, interrupt routing, exit handling policy, loaders, hypercalls.
//!
//! It decides; it touches nothing. The CPU is behind [`cpu::VirtualCpu`], the kernel behind [`host::Host`] and
//! [`storage::Storage`], memory comes from the frames of `vmx`. So all of it runs in an ordinary `cargo test`.
//!
//! Where to start: [`machine`] puts everything together and holds the exit loop, [`exits`] is the table of handlers.
#![cfg_attr(not(any(test, feature = "testing")), no_std)]
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

pub mod backend;
pub mod board;
pub mod bus;
pub mod calls;
pub mod control;
pub mod cpu;
pub mod cpuid;
pub mod cut;
pub mod definition;
pub mod disks;
pub mod exits;
pub mod failure;
pub mod firmware;
pub mod guest;
pub mod history;
pub mod host;
pub mod interrupts;
pub mod loader;
pub mod machine;
pub mod memory;
pub mod msr;
pub mod paging;
pub mod report;
pub mod statistics;
pub mod storage;
#[cfg(any(test, feature = "testing"))]
#[allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that is wrong may say so"
)]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod typist;
pub mod unowned;

pub use machine::{Machine, SetupError, Stop};
