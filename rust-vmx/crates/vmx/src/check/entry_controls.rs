//! 27.2.1.3, "VM-Entry Control Fields": the control word. The rules on event injection and on the MSR-load area follow in
//! `entry_event`, those on SMM stand here.

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::controls::EntryControls;
use crate::field::control;

pub(super) const SECTION: Section = Section {
    number: "27.2.1.3",
    title: "VM-Entry Control Fields",
};

rules! {
    Control, SECTION;
    entry_required: "the VM-entry controls have every bit that the CPU requires (IA32_VMX_(TRUE_)ENTRY_CTLS)",
    entry_unknown: "the VM-entry controls have no bit that the CPU lacks (IA32_VMX_(TRUE_)ENTRY_CTLS)",
    outside_smm: "outside SMM, \"entry to SMM\" and \"deactivate dual-monitor treatment\" are 0",
}

fn entry_required(s: &Situation<'_>) -> Checked {
    s.set(control::ENTRY_CONTROLS, s.cpu.vmx.entry.must_be_one, &[])
}

fn entry_unknown(s: &Situation<'_>) -> Checked {
    s.clear(control::ENTRY_CONTROLS, !s.cpu.vmx.entry.may_be_one, &[])
}

fn outside_smm(s: &Situation<'_>) -> Checked {
    let of_smm = EntryControls::ENTRY_TO_SMM | EntryControls::DEACTIVATE_DUAL_MONITOR;
    s.clear(control::ENTRY_CONTROLS, of_smm.bits(), &[])
}
