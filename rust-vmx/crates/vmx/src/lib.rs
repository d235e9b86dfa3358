//! The CPU: Intel VMX instructions, capability MSRs, typed VMCS fields, controls, EPT and the world switch.
//!
//! What it is not: it knows no device, no memory map and no kernel. What the host must lend it is the trait
//! [`frames::Frames`]; what it gives back is [`exit::Exit`], one typed value per VM exit.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod addr;
pub mod ept;
pub mod event;
pub mod exit;
pub mod frames;
pub mod io_bitmap;
pub mod memory;
pub mod msr_bitmap;
pub mod root;
pub mod state;
pub mod vcpu;
