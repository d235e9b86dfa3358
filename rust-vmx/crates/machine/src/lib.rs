//! A virtual machine: memory map, port bus, interrupt routing, exit handling policy, loaders, hypercalls.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;
