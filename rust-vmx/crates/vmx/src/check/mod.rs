//! The checks of VM entry in software (SDM chapter "VM Entries", 27.1 to 27.4). The CPU says only that something is wrong; this says
//! which field holds which value, which rule that breaks, and how to mend it.
//!
//! Everything here is pure: a [`VmcsImage`], what the CPU can do ([`EntryCapabilities`]), a look at memory ([`PhysicalMemory`]) go
//! in, the broken rules come out. One function per rule, in the order of the SDM, one file per subsection; the table at the head of
//! each file is its contents. Nothing is allocated.
//!
//! ```text
//!   27.2.1.1 VM-Execution Control Fields   execution_*.rs       VMfailValid, error 7
//!   27.2.1.2 VM-Exit Control Fields        exit_controls.rs             "
//!   27.2.1.3 VM-Entry Control Fields       entry_*.rs                   "
//!   27.2.2   Host Control Registers, MSRs  host_registers.rs     VMfailValid, error 8
//!   27.2.3   Host Segments and Tables      host_segments.rs              "
//!   27.2.4   Address-Space Size            host_mode.rs                  "
//!   27.3.1.1 Guest Registers and MSRs      guest_registers.rs    exit reason 33
//!   27.3.1.2 Guest Segment Registers       guest_segments.rs, guest_access.rs, guest_system_segments.rs
//!   27.3.1.3 Guest Descriptor Tables       guest_tables.rs               "
//!   27.3.1.4 Guest RIP, RFLAGS, SSP        guest_rip.rs                  "
//!   27.3.1.5 Guest Non-Register State      guest_activity.rs, guest_blocking.rs, guest_pending.rs, guest_link.rs
//!   27.3.1.6 Guest PDPTEs                  guest_pdptes.rs               "
//!   27.4     Loading MSRs                  msr_load.rs           exit reason 34
//! ```

mod bit_names;
mod cpu;
mod entry_controls;
mod entry_event;
mod execution_interrupts;
mod execution_memory;
mod execution_words;
mod exit_controls;
mod explain;
mod guest_access;
mod guest_activity;
mod guest_blocking;
mod guest_link;
mod guest_pdptes;
mod guest_pending;
mod guest_registers;
mod guest_rip;
mod guest_segments;
mod guest_system_segments;
mod guest_tables;
mod host_mode;
mod host_registers;
mod host_segments;
mod image;
mod msr_load;
mod rule;
mod situation;
mod values;

pub use cpu::{EntryCapabilities, Features};
pub use explain::{explain, explain_violations};
pub use image::VmcsImage;
pub use rule::{MsrEntry, Remedy, Rule, Section, Seen, Stage, Violation};
pub use situation::{NoMemory, PhysicalMemory, Situation};

/// Every table of rules, in the SDM's order.
const TABLES: &[&[Rule]] = &[
    execution_words::RULES,
    execution_interrupts::RULES,
    execution_memory::RULES,
    exit_controls::RULES,
    entry_controls::RULES,
    entry_event::RULES,
    host_registers::RULES,
    host_segments::RULES,
    host_mode::RULES,
    guest_registers::RULES,
    guest_segments::RULES,
    guest_access::RULES,
    guest_system_segments::RULES,
    guest_tables::RULES,
    guest_rip::RULES,
    guest_activity::RULES,
    guest_blocking::RULES,
    guest_pending::RULES,
    guest_link::RULES,
    guest_pdptes::RULES,
    msr_load::RULES,
];

/// Every rule, in the SDM's order.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

/// The rules that an entry breaks, in the SDM's order, which is the order in which a CPU may look.
pub fn violations<'a>(situation: &'a Situation<'a>) -> impl Iterator<Item = Violation> + 'a {
    rules().filter_map(|rule| rule.violation(situation))
}

/// Whether the CPU will take an entry; if not, the first rule it breaks. Its [`Stage`] says how the CPU reports it.
pub fn check(situation: &Situation<'_>) -> Result<(), Violation> {
    violations(situation).next().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
