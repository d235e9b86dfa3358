//! A virtual machine: memory map, port bus, interrupt routing, exit handling policy, loaders, hypercalls.
//!
//! It decides; it touches nothing. The CPU is behind [`cpu::VirtualCpu`], the kernel behind [`host::Host`] and
//! [`storage::Storage`], memory comes from the frames of `vmx`. So all of it runs in an ordinary `cargo test`.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bus;
pub mod cpu;
pub mod definition;
pub mod host;
pub mod loader;
pub mod memory;
pub mod paging;
pub mod storage;
#[cfg(test)]
mod testing;
