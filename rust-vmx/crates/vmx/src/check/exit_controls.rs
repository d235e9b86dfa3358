//! 27.2.1.2, "VM-Exit Control Fields".

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::controls::{ExitControls, PinControls};
use crate::field::control;

const SECTION: Section = Section {
    number: "27.2.1.2",
    title: "VM-Exit Control Fields",
};

rules! {
    Control, SECTION;
    exit_required: "the VM-exit controls have every bit that the CPU requires (IA32_VMX_(TRUE_)EXIT_CTLS)",
    exit_unknown: "the VM-exit controls have no bit that the CPU lacks (IA32_VMX_(TRUE_)EXIT_CTLS)",
    secondary_exit_unknown: "activated secondary VM-exit controls have no bit that the CPU lacks (IA32_VMX_EXIT_CTLS2)",
    saved_timer_needs_timer: "\"save VMX-preemption timer value\" needs \"activate VMX-preemption timer\"",
    exit_store_address: "the VM-exit MSR-store area, unless empty, is aligned to 16 bytes within the width of physical addresses",
    exit_store_end: "the VM-exit MSR-store area ends within the width of physical addresses",
    exit_load_address: "the VM-exit MSR-load area, unless empty, is aligned to 16 bytes within the width of physical addresses",
    exit_load_end: "the VM-exit MSR-load area ends within the width of physical addresses",
}

fn exit_required(s: &Situation<'_>) -> Checked {
    s.set(control::EXIT_CONTROLS, s.cpu.vmx.exit.must_be_one, &[])
}

fn exit_unknown(s: &Situation<'_>) -> Checked {
    s.clear(control::EXIT_CONTROLS, !s.cpu.vmx.exit.may_be_one, &[])
}

fn secondary_exit_unknown(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::ACTIVATE_SECONDARY) {
        return Ok(());
    }
    s.clear(control::SECONDARY_EXIT_CONTROLS, !s.cpu.vmx.secondary_exit, &[])
}

fn saved_timer_needs_timer(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::SAVE_PREEMPTION_TIMER) {
        return Ok(());
    }
    s.set(
        control::PIN_CONTROLS,
        PinControls::PREEMPTION_TIMER.bits(),
        &[control::EXIT_CONTROLS.into()],
    )
}

fn exit_store_address(s: &Situation<'_>) -> Checked {
    s.msr_area(control::EXIT_MSR_STORE_ADDRESS, control::EXIT_MSR_STORE_COUNT)
}

fn exit_store_end(s: &Situation<'_>) -> Checked {
    s.msr_area_end(control::EXIT_MSR_STORE_ADDRESS, control::EXIT_MSR_STORE_COUNT)
}

fn exit_load_address(s: &Situation<'_>) -> Checked {
    s.msr_area(control::EXIT_MSR_LOAD_ADDRESS, control::EXIT_MSR_LOAD_COUNT)
}

fn exit_load_end(s: &Situation<'_>) -> Checked {
    s.msr_area_end(control::EXIT_MSR_LOAD_ADDRESS, control::EXIT_MSR_LOAD_COUNT)
}
