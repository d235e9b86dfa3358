//! 27.2.1.1, "VM-Execution Control Fields": what has to do with NMIs, the local APIC and posted interrupts.

use super::Situation;
use super::execution_words::{PAGE, SECTION};
use super::rule::{Checked, Remedy, rules};
use crate::addr::Hpa;
use crate::controls::{ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::control;

rules! {
    Control, SECTION;
    virtual_apic_page: "with \"use TPR shadow\", the virtual-APIC page is a page within the width of physical addresses",
    tpr_threshold_bits: "with \"use TPR shadow\" and without \"virtual-interrupt delivery\", bits 31:4 of the TPR threshold are 0",
    tpr_threshold_above_vtpr: "with \"use TPR shadow\" alone, the TPR threshold is not above the priority class in the virtual TPR",
    virtual_nmis_need_nmi_exiting: "\"virtual NMIs\" needs \"NMI exiting\"",
    nmi_window_needs_virtual_nmis: "\"NMI-window exiting\" needs \"virtual NMIs\"",
    apic_access_page: "with \"virtualize APIC accesses\", the APIC-access page is a page within the width of physical addresses",
    virtual_apic_needs_tpr_shadow: "x2APIC mode, APIC-register virtualization, virtual-interrupt delivery and IPI virtualization need \"use TPR shadow\"",
    x2apic_excludes_accesses: "\"virtualize x2APIC mode\" and \"virtualize APIC accesses\" are not both 1",
    delivery_needs_interrupt_exiting: "\"virtual-interrupt delivery\" needs \"external-interrupt exiting\"",
    posted_need_delivery: "\"process posted interrupts\" needs \"virtual-interrupt delivery\"",
    posted_need_acknowledge: "\"process posted interrupts\" needs \"acknowledge interrupt on exit\"",
    posted_vector: "with \"process posted interrupts\", the notification vector is 255 at most",
    posted_descriptor: "with \"process posted interrupts\", the descriptor is aligned to 64 bytes within the width of physical addresses",
}

/// "IPI virtualization" of the tertiary controls.
pub(super) const IPI_VIRTUALIZATION: u64 = 1 << 4;
/// Where the task-priority register stands on the virtual-APIC page.
const VTPR: u64 = 0x80;

fn virtual_apic_page(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::TPR_SHADOW) {
        return Ok(());
    }
    s.aligned(control::VIRTUAL_APIC_ADDRESS, PAGE)
}

fn tpr_threshold_bits(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::TPR_SHADOW) || s.secondary(SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY) {
        return Ok(());
    }
    s.clear(control::TPR_THRESHOLD, !0xFu32, &[])
}

fn tpr_threshold_above_vtpr(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::TPR_SHADOW)
        || s.secondary(SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY)
        || s.secondary(SecondaryControls::VIRTUALIZE_APIC_ACCESSES)
    {
        return Ok(());
    }
    let Hpa(page) = s.get(control::VIRTUAL_APIC_ADDRESS);
    let Some(vtpr) = s.memory.read(Hpa(page.wrapping_add(VTPR))) else {
        return Ok(());
    };
    let class = vtpr >> 4 & 0xF;
    let threshold = s.get(control::TPR_THRESHOLD) & 0xF;
    let remedy = Remedy::Write(control::TPR_THRESHOLD.into(), class);
    s.with(
        control::TPR_THRESHOLD,
        u64::from(threshold) <= class,
        remedy,
        &[control::VIRTUAL_APIC_ADDRESS.into()],
    )
}

fn virtual_nmis_need_nmi_exiting(s: &Situation<'_>) -> Checked {
    if !s.pin(PinControls::VIRTUAL_NMIS) {
        return Ok(());
    }
    s.set(control::PIN_CONTROLS, PinControls::NMI_EXITING.bits(), &[])
}

fn nmi_window_needs_virtual_nmis(s: &Situation<'_>) -> Checked {
    if !s.primary(PrimaryControls::NMI_WINDOW_EXITING) {
        return Ok(());
    }
    s.set(
        control::PIN_CONTROLS,
        PinControls::VIRTUAL_NMIS.bits(),
        &[control::PRIMARY_CONTROLS.into()],
    )
}

fn apic_access_page(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::VIRTUALIZE_APIC_ACCESSES) {
        return Ok(());
    }
    s.aligned(control::APIC_ACCESS_ADDRESS, PAGE)
}

fn virtual_apic_needs_tpr_shadow(s: &Situation<'_>) -> Checked {
    let uses = s.secondary(SecondaryControls::VIRTUALIZE_X2APIC)
        || s.secondary(SecondaryControls::APIC_REGISTER_VIRTUALIZATION)
        || s.secondary(SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY)
        || s.tertiary(IPI_VIRTUALIZATION);
    if !uses {
        return Ok(());
    }
    s.set(
        control::PRIMARY_CONTROLS,
        PrimaryControls::TPR_SHADOW.bits(),
        &[control::SECONDARY_CONTROLS.into()],
    )
}

fn x2apic_excludes_accesses(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::VIRTUALIZE_X2APIC) {
        return Ok(());
    }
    s.clear(
        control::SECONDARY_CONTROLS,
        SecondaryControls::VIRTUALIZE_APIC_ACCESSES.bits(),
        &[],
    )
}

fn delivery_needs_interrupt_exiting(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY) {
        return Ok(());
    }
    s.set(
        control::PIN_CONTROLS,
        PinControls::EXTERNAL_INTERRUPT_EXITING.bits(),
        &[control::SECONDARY_CONTROLS.into()],
    )
}

fn posted_need_delivery(s: &Situation<'_>) -> Checked {
    let delivery = SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY;
    s.with(
        control::SECONDARY_CONTROLS,
        !s.pin(PinControls::POSTED_INTERRUPTS) || s.secondary(delivery),
        Remedy::Set(control::SECONDARY_CONTROLS.into(), delivery.bits().into()),
        &[control::PIN_CONTROLS.into(), control::PRIMARY_CONTROLS.into()],
    )
}

fn posted_need_acknowledge(s: &Situation<'_>) -> Checked {
    if !s.pin(PinControls::POSTED_INTERRUPTS) {
        return Ok(());
    }
    s.set(
        control::EXIT_CONTROLS,
        ExitControls::ACKNOWLEDGE_INTERRUPT.bits(),
        &[control::PIN_CONTROLS.into()],
    )
}

fn posted_vector(s: &Situation<'_>) -> Checked {
    if !s.pin(PinControls::POSTED_INTERRUPTS) {
        return Ok(());
    }
    s.clear(control::POSTED_INTERRUPT_VECTOR, 0xFF00u64, &[])
}

fn posted_descriptor(s: &Situation<'_>) -> Checked {
    if !s.pin(PinControls::POSTED_INTERRUPTS) {
        return Ok(());
    }
    s.aligned(control::POSTED_INTERRUPT_DESCRIPTOR, 64)
}
