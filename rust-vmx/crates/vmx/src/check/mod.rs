//! The checks of VM entry in software (SDM chapter "VM Entries", 27.1 to 27.4). The CPU says only that something is wrong; this says
//! which field holds which value, which rule that breaks, and how to mend it.
//!
//! Everything here is pure: a [`VmcsImage`], what the CPU can do ([`EntryCapabilities`]), a look at memory ([`PhysicalMemory`]) go
//! in, the broken rules come out. One function per rule, in the order of the SDM, one file per subsection; the table at the head of
//! each file is its contents. Nothing is allocated.
//!
//! ```text
//!   27.2.1.1 VM-Execution Control Fields   execution/            VMfailValid, error 7
//!   27.2.1.2 VM-Exit Control Fields        exit.rs                       "
//!   27.2.1.3 VM-Entry Control Fields       entry.rs, event.rs            "
//!   27.2.2   Host Control Registers, MSRs  host_registers.rs     VMfailValid, error 8
//!   27.2.3   Host Segments and Tables      host_segments.rs              "
//!   27.2.4   Address-Space Size            host_mode.rs                  "
//!   27.3.1.1 Guest Registers and MSRs      guest_registers.rs    exit reason 33
//!   27.3.1.2 Guest Segments                guest_segments/               "
//!   27.3.1.3 Guest Descriptor Tables       guest_tables.rs               "
//!   27.3.1.4 Guest RIP, RFLAGS, SSP        guest_rip.rs                  "
//!   27.3.1.5 Guest Non-Register State      guest_state/                  "
//!   27.3.1.6 Guest PDPTEs                  guest_pdptes.rs               "
//!   27.4     Loading MSRs                  msr_load.rs           exit reason 34
//! ```

mod bit_names;
mod cpu;
mod guest_registers;
mod image;
mod rule;
mod situation;
mod values;

pub use cpu::{EntryCapabilities, Features};
pub use image::VmcsImage;
pub use rule::{Remedy, Rule, Section, Seen, Stage, Violation};
pub use situation::{NoMemory, PhysicalMemory, Situation};

/// Every table of rules, in the SDM's order.
const TABLES: &[&[Rule]] = &[guest_registers::RULES];

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
