//! 27.2.1.1, "VM-Execution Control Fields": the control words themselves, CR3 targets, bitmaps.

use super::Situation;
use super::rule::{Checked, Remedy, Section, rules};
use crate::controls::PrimaryControls;
use crate::field::control;

pub(super) const SECTION: Section = Section {
    number: "27.2.1.1",
    title: "VM-Execution Control Fields",
};

rules! {
    Control, SECTION;
    pin_required: "the pin-based controls have every bit that the CPU requires (IA32_VMX_(TRUE_)PINBASED_CTLS)",
    pin_unknown: "the pin-based controls have no bit that the CPU lacks (IA32_VMX_(TRUE_)PINBASED_CTLS)",
    primary_required: "the primary controls have every bit that the CPU requires (IA32_VMX_(TRUE_)PROCBASED_CTLS)",
    primary_unknown: "the primary controls have no bit that the CPU lacks (IA32_VMX_(TRUE_)PROCBASED_CTLS)",
    secondary_required: "activated secondary controls have every bit that the CPU requires (IA32_VMX_PROCBASED_CTLS2)",
    secondary_unknown: "activated secondary controls have no bit that the CPU lacks (IA32_VMX_PROCBASED_CTLS2)",
    tertiary_unknown: "activated tertiary controls have no bit that the CPU lacks (IA32_VMX_PROCBASED_CTLS3)",
    cr3_targets: "there are no more CR3-target values than the CPU has (IA32_VMX_MISC[24:16])",
    io_bitmaps: "with \"use I/O bitmaps\", both bitmaps are pages within the width of physical addresses",
    msr_bitmap: "with \"use MSR bitmaps\", the bitmap is a page within the width of physical addresses",
}

/// Bytes of a page, to which most structures are aligned.
pub(super) const PAGE: u64 = 4096;

fn pin_required(s: &Situation<'_>) -> Checked {
    s.set(control::PIN_CONTROLS, s.cpu.vmx.pin.must_be_one, &[])
}

fn pin_unknown(s: &Situation<'_>) -> Checked {
    s.clear(control::PIN_CONTROLS, !s.cpu.vmx.pin.may_be_one, &[])
}

fn primary_required(s: &Situation<'_>) -> Checked {
    s.set(control::PRIMARY_CONTROLS, s.cpu.vmx.primary.must_be_one, &[])
}

fn primary_unknown(s: &Situation<'_>) -> Checked {
    s.clear(control::PRIMARY_CONTROLS, !s.cpu.vmx.primary.may_be_one, &[])
}

fn secondary_required(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::ACTIVATE_SECONDARY) {
        return Ok(());
    }
    s.set(control::SECONDARY_CONTROLS, s.cpu.vmx.secondary.must_be_one, &[])
}

fn secondary_unknown(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::ACTIVATE_SECONDARY) {
        return Ok(());
    }
    s.clear(control::SECONDARY_CONTROLS, !s.cpu.vmx.secondary.may_be_one, &[])
}

fn tertiary_unknown(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::ACTIVATE_TERTIARY) {
        return Ok(());
    }
    s.clear(control::TERTIARY_CONTROLS, !s.cpu.vmx.tertiary, &[])
}

fn cr3_targets(s: &Situation<'_>) -> Checked {
    let limit = s.cpu.vmx.cr3_targets();
    s.with(
        control::CR3_TARGET_COUNT,
        s.get(control::CR3_TARGET_COUNT) <= limit,
        Remedy::Write(control::CR3_TARGET_COUNT.into(), limit.into()),
        &[],
    )
}

fn io_bitmaps(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::IO_BITMAPS) {
        return Ok(());
    }
    s.aligned(control::IO_BITMAP_A, PAGE)?;
    s.aligned(control::IO_BITMAP_B, PAGE)
}

fn msr_bitmap(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::MSR_BITMAPS) {
        return Ok(());
    }
    s.aligned(control::MSR_BITMAP, PAGE)
}
