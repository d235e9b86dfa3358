//! The CPU: Intel VMX instructions, capability MSRs, typed VMCS fields, controls, EPT and the world switch.
//!
//! What it is not: it knows no device, no memory map and no kernel. What the host must lend it is the trait
//! [`frames::Frames`]; what it gives back is [`exit::Exit`]: which exit it was and where
//! the guest is; what else an exit says, [`vcpu::Vcpu`] reads and decodes when somebody asks.
//!
//! # Where to start
//!
//! In the order in which the hardware is used:
//!
//! 1. [`feature`] and [`capability`]: may this CPU run guests, and what can it do?
//! 2. [`root::Root::enter`]: VMXON. [`controls::policy`] says on two screens what is wanted of every control, and why.
//! 3. [`memory::GuestMemory`]: guest-physical memory over [`ept`].
//! 4. [`vcpu::Vcpu`]: the VMCS with everything in it. `vcpu/run.rs` is the way of one exit, `entry.rs` the only assembly.
//! 5. [`exit::decode`]: what the CPU reported about an exit, decoded.
//!
//! # What the host's CPU state must be
//!
//! * 64-bit mode, ring 0, a GDT with a TSS loaded in TR, an IDT with handlers for NMI (2) and machine checks (18).
//! * CR4.OSFXSR set; with CR4.OSXSAVE, XCR0 holds what guests may be offered. Both are final before VMX is entered.
//! * The kernel does not use SYSCALL, SWAPGS, RDTSCP, x87 or vector registers between [`vcpu::Vcpu::run`] and [`vcpu::Vcpu::unload`]; nothing in this
//!   crate does.
//! * One CPU: [`root::Root`] knows which VMCS is current on the CPU that entered VMX operation.
//!
//! Sections and tables of the SDM are those of volume 3 unless another is named, as numbered since the edition of December 2022;
//! their titles are the stable part.
#![cfg_attr(not(test), no_std)]
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

pub mod addr;
pub mod barrier;
pub mod breakpoint;
pub mod capability;
pub mod check;
mod control_register;
pub mod controls;
pub mod cpuid;
pub mod cross_check;
mod entry;
pub mod ept;
pub mod error;
pub mod event;
pub mod exit;
pub mod feature;
pub mod field;
pub mod frames;
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
mod resident;
pub mod root;
pub mod state;
pub mod vcpu;
mod vmcs;
pub mod vpid;
pub mod xstate;
