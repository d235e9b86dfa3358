//! 27.2.1.1, "VM-Execution Control Fields": address translation, and the structures of the later secondary and tertiary controls.

use super::Situation;
use super::execution_interrupts::IPI_VIRTUALIZATION;
use super::execution_words::{PAGE, SECTION};
use super::rule::{Checked, Remedy, rules};
use crate::controls::{EntryControls, ExitControls, SecondaryControls};
use crate::field::control;

rules! {
    Control, SECTION;
    vpid_not_zero: "with \"enable VPID\", the VPID is not 0, which is the host's",
    eptp_memory_type: "with \"enable EPT\", the EPT pointer's memory type (bits 2:0) is one the CPU has: 0 (UC) or 6 (WB)",
    eptp_walk_length: "with \"enable EPT\", bits 5:3 of the EPT pointer are a page-walk length the CPU has, less 1: 3 or 4",
    eptp_accessed_dirty: "bit 6 of the EPT pointer is 1 only where the CPU has accessed and dirty flags for EPT",
    eptp_shadow_stack: "bit 7 of the EPT pointer is 1 only where the CPU has supervisor shadow-stack control",
    eptp_reserved: "bits 11:8 of the EPT pointer and those beyond the width of physical addresses are 0",
    pml_needs_ept: "\"enable PML\" needs \"enable EPT\"",
    pml_page: "with \"enable PML\", the log is a page within the width of physical addresses",
    unrestricted_needs_ept: "\"unrestricted guest\" and \"mode-based execute control for EPT\" need \"enable EPT\"",
    sub_page_needs_ept: "\"sub-page write permissions for EPT\" needs \"enable EPT\"",
    sub_page_table: "with \"sub-page write permissions for EPT\", the table is a page within the width of physical addresses",
    vm_functions_unknown: "with \"enable VM functions\", only functions the CPU has are enabled (IA32_VMX_VMFUNC)",
    eptp_switching_needs_ept: "EPTP switching needs \"enable EPT\"",
    eptp_list: "with EPTP switching, the list is a page within the width of physical addresses",
    shadowing_bitmaps: "with \"VMCS shadowing\", both bitmaps are pages within the width of physical addresses",
    ve_information: "with \"EPT-violation #VE\", the information area is a page within the width of physical addresses",
    pt_needs_ept: "\"Intel PT uses guest physical addresses\" needs \"enable EPT\"",
    pt_needs_load: "\"Intel PT uses guest physical addresses\" needs \"load IA32_RTIT_CTL\"",
    pt_needs_clear: "\"Intel PT uses guest physical addresses\" needs \"clear IA32_RTIT_CTL\"",
    tsc_multiplier: "with \"use TSC scaling\", the TSC multiplier is not 0",
    pasid_directories: "with \"PASID translation\", both directories are pages within the width of physical addresses",
    hlat_needs_ept: "HLAT, EPT paging-write control and guest-paging verification need \"enable EPT\"",
    hlat_pointer: "with \"enable HLAT\", bits 2:0 and 11:5 of the HLAT pointer and those beyond the width of physical addresses are 0",
    pid_pointer_table: "with \"IPI virtualization\", the PID-pointer table is aligned to 8 bytes within the width of physical addresses",
    pid_pointer_table_end: "with \"IPI virtualization\", the last entry of the PID-pointer table is within the width of physical addresses",
}

/// Bits of the tertiary controls: enable HLAT, EPT paging-write control, guest-paging verification.
const HLAT: u64 = 1 << 1;
const PAGING_WRITE: u64 = 1 << 2;
const GUEST_PAGING_VERIFICATION: u64 = 1 << 3;
/// The VM function "EPTP switching".
const EPTP_SWITCHING: u64 = 1 << 0;

/// A control needs "enable EPT".
fn needs_ept(s: &Situation<'_>, used: bool) -> Checked {
    s.with(
        control::SECONDARY_CONTROLS,
        !used || s.ept(),
        Remedy::Set(
            control::SECONDARY_CONTROLS.into(),
            SecondaryControls::EPT.bits().into(),
        ),
        &[
            control::PRIMARY_CONTROLS.into(),
            control::TERTIARY_CONTROLS.into(),
        ],
    )
}

fn vpid_not_zero(s: &Situation<'_>) -> Checked {
    s.with(
        control::VPID,
        !s.secondary(SecondaryControls::VPID) || s.get(control::VPID) != 0,
        Remedy::Write(control::VPID.into(), 1),
        &[],
    )
}

fn eptp_memory_type(s: &Situation<'_>) -> Checked {
    let known = match s.get(control::EPT_POINTER) & 7 {
        0 => s.cpu.vmx.ept_uncacheable(),
        6 => s.cpu.vmx.ept_write_back(),
        _ => false,
    };
    s.with(
        control::EPT_POINTER,
        !s.ept() || known,
        Remedy::Do("write 6 (write back) into bits 2:0 of EPT_POINTER"),
        &[],
    )
}

fn eptp_walk_length(s: &Situation<'_>) -> Checked {
    let known = match s.get(control::EPT_POINTER) >> 3 & 7 {
        3 => s.cpu.vmx.ept_four_levels(),
        4 => s.cpu.vmx.ept_five_levels(),
        _ => false,
    };
    s.with(
        control::EPT_POINTER,
        !s.ept() || known,
        Remedy::Do("write 3 (four levels) into bits 5:3 of EPT_POINTER"),
        &[],
    )
}

fn eptp_accessed_dirty(s: &Situation<'_>) -> Checked {
    let wrong = s.ept() && !s.cpu.vmx.ept_accessed_dirty();
    s.clear(control::EPT_POINTER, u64::from(wrong) << 6, &[])
}

fn eptp_shadow_stack(s: &Situation<'_>) -> Checked {
    let wrong = s.ept() && !s.cpu.vmx.ept_shadow_stack();
    s.clear(control::EPT_POINTER, u64::from(wrong) << 7, &[])
}

fn eptp_reserved(s: &Situation<'_>) -> Checked {
    if !s.ept() {
        return Ok(());
    }
    s.clear(control::EPT_POINTER, 0xF00 | s.cpu.beyond_physical(), &[])
}

fn pml_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(s, s.secondary(SecondaryControls::PAGE_MODIFICATION_LOGGING))
}

fn pml_page(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::PAGE_MODIFICATION_LOGGING) {
        return Ok(());
    }
    s.aligned(control::PML_ADDRESS, PAGE)
}

fn unrestricted_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(
        s,
        s.unrestricted() || s.secondary(SecondaryControls::MODE_BASED_EXECUTE),
    )
}

fn sub_page_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(s, s.secondary(SecondaryControls::SUB_PAGE_PERMISSIONS))
}

fn sub_page_table(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::SUB_PAGE_PERMISSIONS) {
        return Ok(());
    }
    s.aligned(control::SPP_TABLE_POINTER, PAGE)
}

fn vm_functions_unknown(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::VM_FUNCTIONS) {
        return Ok(());
    }
    s.clear(control::VM_FUNCTION_CONTROLS, !s.cpu.vmx.vm_functions, &[])
}

fn switches_eptp(s: &Situation<'_>) -> bool {
    s.secondary(SecondaryControls::VM_FUNCTIONS) && s.get(control::VM_FUNCTION_CONTROLS) & EPTP_SWITCHING != 0
}

fn eptp_switching_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(s, switches_eptp(s))
}

fn eptp_list(s: &Situation<'_>) -> Checked {
    if !switches_eptp(s) {
        return Ok(());
    }
    s.aligned(control::EPTP_LIST_ADDRESS, PAGE)
}

fn shadowing_bitmaps(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::VMCS_SHADOWING) {
        return Ok(());
    }
    s.aligned(control::VMREAD_BITMAP, PAGE)?;
    s.aligned(control::VMWRITE_BITMAP, PAGE)
}

fn ve_information(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::EPT_VIOLATION_VE) {
        return Ok(());
    }
    s.aligned(control::VE_INFORMATION_ADDRESS, PAGE)
}

fn pt_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(s, s.secondary(SecondaryControls::PT_USES_GUEST_PHYSICAL))
}

fn pt_needs_load(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::PT_USES_GUEST_PHYSICAL) {
        return Ok(());
    }
    s.set(
        control::ENTRY_CONTROLS,
        EntryControls::LOAD_RTIT_CTL.bits(),
        &[control::SECONDARY_CONTROLS.into()],
    )
}

fn pt_needs_clear(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::PT_USES_GUEST_PHYSICAL) {
        return Ok(());
    }
    s.set(
        control::EXIT_CONTROLS,
        ExitControls::CLEAR_RTIT_CTL.bits(),
        &[control::SECONDARY_CONTROLS.into()],
    )
}

fn tsc_multiplier(s: &Situation<'_>) -> Checked {
    s.with(
        control::TSC_MULTIPLIER,
        !s.secondary(SecondaryControls::TSC_SCALING) || s.get(control::TSC_MULTIPLIER) != 0,
        // The multiplier has 48 fractional bits.
        Remedy::Write(control::TSC_MULTIPLIER.into(), 1 << 48),
        &[],
    )
}

fn pasid_directories(s: &Situation<'_>) -> Checked {
    if !s.secondary(SecondaryControls::PASID_TRANSLATION) {
        return Ok(());
    }
    s.aligned(control::LOW_PASID_DIRECTORY, PAGE)?;
    s.aligned(control::HIGH_PASID_DIRECTORY, PAGE)
}

fn hlat_needs_ept(s: &Situation<'_>) -> Checked {
    needs_ept(
        s,
        s.tertiary(HLAT) || s.tertiary(PAGING_WRITE) || s.tertiary(GUEST_PAGING_VERIFICATION),
    )
}

fn hlat_pointer(s: &Situation<'_>) -> Checked {
    if !s.tertiary(HLAT) {
        return Ok(());
    }
    s.clear(
        control::HLAT_POINTER,
        0b1111_1110_0111 | s.cpu.beyond_physical(),
        &[],
    )
}

fn pid_pointer_table(s: &Situation<'_>) -> Checked {
    if !s.tertiary(IPI_VIRTUALIZATION) {
        return Ok(());
    }
    s.aligned(control::PID_POINTER_TABLE, 8)
}

fn pid_pointer_table_end(s: &Situation<'_>) -> Checked {
    let last = s.get(control::LAST_PID_POINTER_INDEX);
    let end = s
        .get(control::PID_POINTER_TABLE)
        .0
        .saturating_add(8 * u64::from(last) + 7);
    s.with(
        control::PID_POINTER_TABLE,
        !s.tertiary(IPI_VIRTUALIZATION) || end & s.cpu.beyond_physical() == 0,
        Remedy::Do("move the PID-pointer table below the width of physical addresses, or shorten it"),
        &[control::LAST_PID_POINTER_INDEX.into()],
    )
}
