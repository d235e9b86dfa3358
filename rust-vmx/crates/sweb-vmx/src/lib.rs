//! The static library a kernel links. It holds the C interface ([`ffi`]), the global allocator, the panic handler and the
//! logger, and nothing else: what a VM is and does is in `machine`, what a CPU does in `vmx`.
#![no_std]
#![no_main]
// No panic that a guest can reach.
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

extern crate alloc;

pub mod ffi;
mod handle;
mod host;
mod logger;
mod root;
mod runtime;
mod source;
mod text;
