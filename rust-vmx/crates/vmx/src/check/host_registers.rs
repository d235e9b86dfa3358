//! 27.2.2, "Checks on Host Control Registers, MSRs, and SSP".

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::controls::ExitControls;
use crate::field::{control, host};
use crate::registers::{cr0, cr4, efer};

const SECTION: Section = Section {
    number: "27.2.2",
    title: "Checks on Host Control Registers, MSRs, and SSP",
};

rules! {
    Host, SECTION;
    host_cr0_required: "the host's CR0 has every bit that VMX operation fixes to 1",
    host_cr0_unknown: "the host's CR0 has no bit that VMX operation fixes to 0",
    host_cr4_required: "the host's CR4 has every bit that VMX operation fixes to 1",
    host_cr4_unknown: "the host's CR4 has no bit that VMX operation fixes to 0",
    host_cet_needs_write_protection: "with CR4.CET, the host's CR0.WP is 1",
    host_cr3_width: "the host's CR3 has no bit beyond the width of physical addresses",
    host_sysenter_canonical: "the host's IA32_SYSENTER_ESP and IA32_SYSENTER_EIP are canonical",
    host_perf_global_ctrl: "with \"load IA32_PERF_GLOBAL_CTRL\", the host's has no reserved bit",
    host_pat_types: "with \"load IA32_PAT\", each byte of the host's is a memory type: 0, 1, 4, 5, 6 or 7",
    host_efer_reserved: "with \"load IA32_EFER\", the host's has no reserved bit",
    host_efer_mode: "with \"load IA32_EFER\", the host's LMA and LME equal \"host address-space size\"",
    host_cet_addresses: "with \"load CET state\", the host's IA32_S_CET, SSP and IA32_INTERRUPT_SSP_TABLE_ADDR are canonical",
    host_s_cet_reserved: "with \"load CET state\", bits 9:6 of the host's IA32_S_CET are 0",
    host_s_cet_suppress_and_tracker: "with \"load CET state\", bits 10 and 11 of the host's IA32_S_CET are not both 1",
    host_ssp_aligned: "with \"load CET state\", bits 1:0 of the host's SSP are 0",
    host_pkrs_upper_half: "with \"load PKRS\", bits 63:32 of the host's are 0",
}

/// CR0.NW and CR0.CD are never checked: an exit does not change them.
const NEVER: u64 = cr0::NW | cr0::CD;

fn host_cr0_required(s: &Situation<'_>) -> Checked {
    s.set(host::CR0, s.cpu.vmx.cr0.must_be_one & !NEVER, &[])
}

fn host_cr0_unknown(s: &Situation<'_>) -> Checked {
    s.clear(host::CR0, !s.cpu.vmx.cr0.may_be_one & !NEVER, &[])
}

fn host_cr4_required(s: &Situation<'_>) -> Checked {
    s.set(host::CR4, s.cpu.vmx.cr4.must_be_one, &[])
}

fn host_cr4_unknown(s: &Situation<'_>) -> Checked {
    s.clear(host::CR4, !s.cpu.vmx.cr4.may_be_one, &[])
}

fn host_cet_needs_write_protection(s: &Situation<'_>) -> Checked {
    let cet = s.get(host::CR4) & cr4::CET != 0;
    s.set(host::CR0, if cet { cr0::WP } else { 0 }, &[host::CR4.into()])
}

fn host_cr3_width(s: &Situation<'_>) -> Checked {
    s.clear(host::CR3, s.cpu.cr3_reserved(), &[])
}

fn host_sysenter_canonical(s: &Situation<'_>) -> Checked {
    s.canonical(host::SYSENTER_ESP)?;
    s.canonical(host::SYSENTER_EIP)
}

fn host_perf_global_ctrl(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_PERF_GLOBAL_CTRL) {
        return Ok(());
    }
    s.clear(host::PERF_GLOBAL_CTRL, !s.cpu.features.perf_global_ctrl, &[])
}

fn host_pat_types(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_PAT) {
        return Ok(());
    }
    s.memory_types(host::PAT)
}

fn host_efer_reserved(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_EFER) {
        return Ok(());
    }
    s.clear(host::EFER, !s.cpu.features.efer, &[])
}

fn host_efer_mode(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_EFER) {
        return Ok(());
    }
    let (both, because) = (efer::LMA | efer::LME, &[control::EXIT_CONTROLS.into()]);
    if s.exit(ExitControls::HOST_ADDRESS_SPACE_SIZE) {
        s.set(host::EFER, both, because)
    } else {
        s.clear(host::EFER, both, because)
    }
}

fn host_cet_addresses(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_CET) {
        return Ok(());
    }
    s.canonical(host::S_CET)?;
    s.canonical(host::SSP)?;
    s.canonical(host::INTERRUPT_SSP_TABLE)
}

fn host_s_cet_reserved(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_CET) {
        return Ok(());
    }
    s.clear(host::S_CET, 0xFu64 << 6, &[])
}

fn host_s_cet_suppress_and_tracker(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_CET) {
        return Ok(());
    }
    s.s_cet_not_both(host::S_CET)
}

fn host_ssp_aligned(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_CET) {
        return Ok(());
    }
    s.clear(host::SSP, 3u64, &[])
}

fn host_pkrs_upper_half(s: &Situation<'_>) -> Checked {
    if !s.exit(ExitControls::LOAD_PKRS) {
        return Ok(());
    }
    s.clear(host::PKRS, u64::MAX << 32, &[])
}
