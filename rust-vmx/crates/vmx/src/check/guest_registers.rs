//! 27.3.1.1, "Checks on Guest Control Registers, Debug Registers, and MSRs".

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::controls::EntryControls;
use crate::field::{control, guest};
use crate::registers::{cr0, cr4, efer};

const SECTION: Section = Section {
    number: "27.3.1.1",
    title: "Checks on Guest Control Registers, Debug Registers, and MSRs",
};

rules! {
    Guest, SECTION;
    cr0_required_bits: "CR0 has every bit that VMX operation fixes to 1 (PE and PG excepted for an unrestricted guest)",
    cr0_unknown_bits: "CR0 has no bit that VMX operation fixes to 0",
    cr0_paging_needs_protection: "paging needs protected mode: with CR0.PG, CR0.PE is 1",
    cr4_required_bits: "CR4 has every bit that VMX operation fixes to 1",
    cr4_unknown_bits: "CR4 has no bit that VMX operation fixes to 0",
    cet_needs_write_protection: "with CR4.CET, CR0.WP is 1",
    debugctl_reserved: "with \"load debug controls\", IA32_DEBUGCTL has no reserved bit",
    ia32e_needs_paging: "an IA-32e mode guest has CR0.PG",
    ia32e_needs_pae: "an IA-32e mode guest has CR4.PAE",
    pcid_needs_ia32e: "CR4.PCIDE is 1 only in an IA-32e mode guest",
    cr3_width: "CR3 has no bit beyond the width of physical addresses",
    dr7_upper_half: "with \"load debug controls\", bits 63:32 of DR7 are 0",
    sysenter_esp_canonical: "IA32_SYSENTER_ESP is canonical",
    sysenter_eip_canonical: "IA32_SYSENTER_EIP is canonical",
    perf_global_ctrl_reserved: "with \"load IA32_PERF_GLOBAL_CTRL\", that MSR has no reserved bit",
    pat_types: "with \"load IA32_PAT\", each byte of it is a memory type: 0, 1, 4, 5, 6 or 7",
    efer_reserved: "with \"load IA32_EFER\", that MSR has no reserved bit",
    efer_lma_follows_control: "with \"load IA32_EFER\", EFER.LMA equals the control \"IA-32e mode guest\"",
    efer_lma_follows_lme: "with \"load IA32_EFER\" and paging, EFER.LMA equals EFER.LME",
    bndcfgs_reserved: "with \"load IA32_BNDCFGS\", bits 11:2 of it are 0",
    bndcfgs_canonical: "with \"load IA32_BNDCFGS\", the address in its bits 63:12 is canonical",
    rtit_ctl_reserved: "with \"load IA32_RTIT_CTL\", that MSR has no reserved bit",
    cet_addresses_canonical: "with \"load CET state\", IA32_S_CET and IA32_INTERRUPT_SSP_TABLE_ADDR are canonical",
    s_cet_reserved: "with \"load CET state\", bits 9:6 of IA32_S_CET are 0",
    s_cet_suppress_and_tracker: "with \"load CET state\", bits 10 and 11 of IA32_S_CET are not both 1",
    lbr_ctl_reserved: "with \"load guest IA32_LBR_CTL\", that MSR has no reserved bit",
    pkrs_upper_half: "with \"load PKRS\", bits 63:32 of IA32_PKRS are 0",
    uinv_upper_half: "with \"load UINV\", bits 15:8 of it are 0",
}

/// CR0.NW and CR0.CD are never checked: an entry does not change them.
const NEVER: u64 = cr0::NW | cr0::CD;

fn cr0_required_bits(s: &Situation<'_>) -> Checked {
    let free = if s.unrestricted() { cr0::PE | cr0::PG } else { 0 };
    s.set(guest::CR0, s.cpu.vmx.cr0.must_be_one & !free & !NEVER, &[])
}

fn cr0_unknown_bits(s: &Situation<'_>) -> Checked {
    s.clear(guest::CR0, !s.cpu.vmx.cr0.may_be_one & !NEVER, &[])
}

fn cr0_paging_needs_protection(s: &Situation<'_>) -> Checked {
    let paging = s.get(guest::CR0) & cr0::PG != 0;
    s.set(guest::CR0, if paging { cr0::PE } else { 0 }, &[])
}

fn cr4_required_bits(s: &Situation<'_>) -> Checked {
    s.set(guest::CR4, s.cpu.vmx.cr4.must_be_one, &[])
}

fn cr4_unknown_bits(s: &Situation<'_>) -> Checked {
    s.clear(guest::CR4, !s.cpu.vmx.cr4.may_be_one, &[])
}

fn cet_needs_write_protection(s: &Situation<'_>) -> Checked {
    let cet = s.get(guest::CR4) & cr4::CET != 0;
    s.set(guest::CR0, if cet { cr0::WP } else { 0 }, &[guest::CR4.into()])
}

fn debugctl_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_DEBUG_CONTROLS) {
        return Ok(());
    }
    s.clear(guest::DEBUGCTL, !s.cpu.features.debugctl, &[])
}

fn ia32e_needs_paging(s: &Situation<'_>) -> Checked {
    let needed = if s.ia32e() { cr0::PG } else { 0 };
    s.set(guest::CR0, needed, &[control::ENTRY_CONTROLS.into()])
}

fn ia32e_needs_pae(s: &Situation<'_>) -> Checked {
    let needed = if s.ia32e() { cr4::PAE } else { 0 };
    s.set(guest::CR4, needed, &[control::ENTRY_CONTROLS.into()])
}

fn pcid_needs_ia32e(s: &Situation<'_>) -> Checked {
    let wrong = if s.ia32e() { 0 } else { cr4::PCIDE };
    s.clear(guest::CR4, wrong, &[control::ENTRY_CONTROLS.into()])
}

fn cr3_width(s: &Situation<'_>) -> Checked {
    s.clear(guest::CR3, s.cpu.cr3_reserved(), &[])
}

fn dr7_upper_half(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_DEBUG_CONTROLS) {
        return Ok(());
    }
    s.clear(guest::DR7, u64::MAX << 32, &[])
}

fn sysenter_esp_canonical(s: &Situation<'_>) -> Checked {
    s.canonical(guest::SYSENTER_ESP)
}

fn sysenter_eip_canonical(s: &Situation<'_>) -> Checked {
    s.canonical(guest::SYSENTER_EIP)
}

fn perf_global_ctrl_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_PERF_GLOBAL_CTRL) {
        return Ok(());
    }
    s.clear(guest::PERF_GLOBAL_CTRL, !s.cpu.features.perf_global_ctrl, &[])
}

fn pat_types(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_PAT) {
        return Ok(());
    }
    s.memory_types(guest::PAT)
}

fn efer_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_EFER) {
        return Ok(());
    }
    s.clear(guest::EFER, !s.cpu.features.efer, &[])
}

fn efer_lma_follows_control(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_EFER) {
        return Ok(());
    }
    let because = &[control::ENTRY_CONTROLS.into()];
    if s.ia32e() {
        s.set(guest::EFER, efer::LMA, because)
    } else {
        s.clear(guest::EFER, efer::LMA, because)
    }
}

fn efer_lma_follows_lme(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_EFER) || s.get(guest::CR0) & cr0::PG == 0 {
        return Ok(());
    }
    if s.get(guest::EFER) & efer::LMA != 0 {
        s.set(guest::EFER, efer::LME, &[guest::CR0.into()])
    } else {
        s.clear(guest::EFER, efer::LME, &[guest::CR0.into()])
    }
}

fn bndcfgs_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_BNDCFGS) {
        return Ok(());
    }
    s.clear(guest::BNDCFGS, 0xFFCu64, &[])
}

fn bndcfgs_canonical(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_BNDCFGS) {
        return Ok(());
    }
    s.canonical(guest::BNDCFGS)
}

fn rtit_ctl_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_RTIT_CTL) {
        return Ok(());
    }
    s.clear(guest::RTIT_CTL, !s.cpu.features.rtit_ctl, &[])
}

fn cet_addresses_canonical(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_CET) {
        return Ok(());
    }
    s.canonical(guest::S_CET)?;
    s.canonical(guest::INTERRUPT_SSP_TABLE)
}

fn s_cet_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_CET) {
        return Ok(());
    }
    s.clear(guest::S_CET, 0xFu64 << 6, &[])
}

fn s_cet_suppress_and_tracker(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_CET) {
        return Ok(());
    }
    s.s_cet_not_both(guest::S_CET)
}

fn lbr_ctl_reserved(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_LBR_CTL) {
        return Ok(());
    }
    s.clear(guest::LBR_CTL, !s.cpu.features.lbr_ctl, &[])
}

fn pkrs_upper_half(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_PKRS) {
        return Ok(());
    }
    s.clear(guest::PKRS, u64::MAX << 32, &[])
}

fn uinv_upper_half(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_UINV) {
        return Ok(());
    }
    s.clear(guest::UINV, 0xFF00u64, &[])
}
