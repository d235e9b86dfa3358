//! The CPU: Intel VMX instructions, capability MSRs, typed VMCS fields, controls, EPT and the world switch.
//!
//! What it is not: it knows no device, no memory map and no kernel. What the host must lend it is the trait
//! [`frames::Frames`]; what it gives back is [`exit::Exit`], one typed value per VM exit.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod addr;
pub mod capability;
mod control_register;
pub mod controls;
pub mod cpuid;
mod entry;
pub mod ept;
pub mod error;
pub mod event;
pub mod exit;
pub mod feature;
pub mod field;
pub mod frames;
mod guest_check;
mod guest_state;
mod host_state;
pub mod instructions;
pub mod interrupts;
pub mod io_bitmap;
pub mod memory;
pub mod msr;
pub mod msr_bitmap;
mod preemption_timer;
pub mod registers;
pub mod root;
pub mod state;
pub mod vcpu;
mod vmcs;
pub mod vpid;
pub mod xstate;
