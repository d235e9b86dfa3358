//! Rules on the guest's state.

use super::case::{Breach, Case, breaches};
use crate::addr::Hpa;
use crate::controls::{EntryControls as En, SecondaryControls as Sec};
use crate::event::Event;
use crate::field::{control, guest as f};
use crate::registers::{access, cr0, cr4, efer, interruptibility as block, rflags};
use crate::state::Segment;

/// Neither half of the address space.
const NOT_CANONICAL: u64 = 1 << 47;
const NMI: u32 = 1 << 31 | 0x202;

const LDT: Segment = Segment {
    selector: 0x28,
    base: 0x7000,
    limit: 0xFF,
    access: 0x82,
};

impl Case {
    fn ldt(&mut self) {
        self.segment(crate::state::SegmentName::Ldtr, LDT);
    }

    /// Ring 3: CS and SS with RPL and DPL 3.
    fn ring_3(&mut self) {
        self.put(f::CS_SELECTOR, 0x1B);
        self.put(f::SS_SELECTOR, 0x23);
        self.set(f::CS_ACCESS_RIGHTS, access::DPL);
        self.set(f::SS_ACCESS_RIGHTS, access::DPL);
    }

    /// An interrupt can be injected.
    fn interrupted(&mut self) {
        self.set(f::RFLAGS, rflags::IF);
        self.put(
            control::ENTRY_INTERRUPTION_INFO,
            Event::interrupt(0x20).interruption_info(),
        );
    }

    /// A link pointer that leads to a VMCS.
    fn linked(&mut self) {
        self.put(f::VMCS_LINK_POINTER, 0x4000);
        self.memory.0.insert(0x4000, self.cpu.vmx.revision().into());
    }
}

breaches! {
    cr0_required_bits: real_mode, |_c| (), |c| c.clear(f::CR0, cr0::NE);
    cr0_unknown_bits: real_mode, |_c| (), |c| c.set(f::CR0, 1u64 << 32);
    cr0_paging_needs_protection + ss_dpl_real: real_mode, |c| c.set(f::CR0, cr0::PE | cr0::PG), |c| { c.clear(f::CR0, cr0::PE); c.set(f::SS_ACCESS_RIGHTS, access::DPL); c.set(f::CS_ACCESS_RIGHTS, access::DPL) };
    cr4_required_bits: long_mode, |_c| (), |c| c.clear(f::CR4, cr4::VMXE);
    cr4_unknown_bits: long_mode, |_c| (), |c| c.set(f::CR4, cr4::PKE);
    cet_needs_write_protection: long_mode, |c| c.set(f::CR4, cr4::CET), |c| c.clear(f::CR0, cr0::WP);
    debugctl_reserved: long_mode, |c| c.put(f::DEBUGCTL, 3), |c| c.put(f::DEBUGCTL, 1 << 3);
    ia32e_needs_paging: long_mode, |_c| (), |c| c.clear(f::CR0, cr0::PG);
    ia32e_needs_pae: long_mode, |_c| (), |c| c.clear(f::CR4, cr4::PAE);
    pcid_needs_ia32e: protected_mode, |_c| (), |c| c.set(f::CR4, cr4::PCIDE);
    cr3_width: long_mode, |c| c.set(f::CR3, 1u64 << 39), |c| c.set(f::CR3, 1u64 << 40);
    dr7_upper_half: long_mode, |_c| (), |c| c.set(f::DR7, 1u64 << 32);
    sysenter_esp_canonical: long_mode, |c| c.put(f::SYSENTER_ESP, !0 << 47), |c| c.put(f::SYSENTER_ESP, NOT_CANONICAL);
    sysenter_eip_canonical: long_mode, |c| c.put(f::SYSENTER_EIP, !0 << 47), |c| c.put(f::SYSENTER_EIP, NOT_CANONICAL);
    perf_global_ctrl_reserved: long_mode, |c| { c.entry(En::LOAD_PERF_GLOBAL_CTRL); c.put(f::PERF_GLOBAL_CTRL, 0xFF) }, |c| c.put(f::PERF_GLOBAL_CTRL, 1 << 35);
    pat_types: long_mode, |_c| (), |c| c.put(f::PAT, 0x0300);
    efer_reserved: long_mode, |c| c.set(f::EFER, efer::SCE | efer::NXE), |c| c.set(f::EFER, 2u64);
    efer_lma_follows_control + efer_lma_follows_lme: long_mode, |_c| (), |c| c.clear(f::EFER, efer::LMA);
    efer_lma_follows_lme: long_mode, |_c| (), |c| c.clear(f::EFER, efer::LME);
    bndcfgs_reserved: long_mode, |c| { c.entry(En::LOAD_BNDCFGS); c.put(f::BNDCFGS, 3) }, |c| c.put(f::BNDCFGS, 4);
    bndcfgs_canonical: long_mode, |c| c.entry(En::LOAD_BNDCFGS), |c| c.put(f::BNDCFGS, NOT_CANONICAL);
    rtit_ctl_reserved: long_mode, |c| { c.entry(En::LOAD_RTIT_CTL); c.put(f::RTIT_CTL, 0b1101) }, |c| c.put(f::RTIT_CTL, 1 << 60);
    cet_addresses_canonical: long_mode, |c| c.entry(En::LOAD_CET), |c| c.put(f::INTERRUPT_SSP_TABLE, NOT_CANONICAL);
    s_cet_reserved: long_mode, |c| c.entry(En::LOAD_CET), |c| c.put(f::S_CET, 1 << 9);
    s_cet_suppress_and_tracker: long_mode, |c| { c.entry(En::LOAD_CET); c.put(f::S_CET, 1 << 10) }, |c| c.put(f::S_CET, 3 << 10);
    lbr_ctl_reserved: long_mode, |c| { c.entry(En::LOAD_LBR_CTL); c.put(f::LBR_CTL, 0xF) }, |c| c.put(f::LBR_CTL, 1 << 4);
    pkrs_upper_half: long_mode, |c| c.entry(En::LOAD_PKRS), |c| c.put(f::PKRS, 1 << 32);
    uinv_upper_half: long_mode, |c| { c.entry(En::LOAD_UINV); c.put(f::UINV, 255) }, |c| c.put(f::UINV, 256);

    tr_selector: long_mode, |_c| (), |c| c.set(f::TR_SELECTOR, 4u64);
    ldtr_selector: long_mode, |c| c.ldt(), |c| c.set(f::LDTR_SELECTOR, 4u64);
    ss_rpl + ss_dpl_rpl: protected_mode, |_c| (), |c| c.put(f::SS_SELECTOR, 0x11);
    virtual_8086_bases: virtual_8086, |_c| (), |c| c.put(f::SS_BASE, 0x1240);
    bases_canonical: long_mode, |c| c.put(f::FS_BASE, !0 << 47), |c| c.put(f::FS_BASE, NOT_CANONICAL);
    bases_of_32_bits: long_mode, |c| c.put(f::DS_BASE, 0xFFFF_FFFF), |c| c.put(f::DS_BASE, 1 << 32);
    virtual_8086_limits: virtual_8086, |_c| (), |c| c.put(f::GS_LIMIT, 0xFFFE);
    virtual_8086_access: virtual_8086, |_c| (), |c| c.put(f::CS_ACCESS_RIGHTS, 0xFB);
    cs_type: protected_mode, |_c| (), |c| c.put(f::CS_ACCESS_RIGHTS, 0xC093);
    ss_type: protected_mode, |c| c.put(f::SS_ACCESS_RIGHTS, 0xC097), |c| c.put(f::SS_ACCESS_RIGHTS, 0xC095);
    data_accessed: protected_mode, |_c| (), |c| c.put(f::DS_ACCESS_RIGHTS, 0xC092);
    data_readable: protected_mode, |c| c.put(f::ES_ACCESS_RIGHTS, 0xC09B), |c| c.put(f::ES_ACCESS_RIGHTS, 0xC099);
    code_and_data_system: protected_mode, |_c| (), |c| c.clear(f::GS_ACCESS_RIGHTS, access::S);
    cs_dpl_data: real_mode, |c| c.put(f::CS_ACCESS_RIGHTS, 0x93), |c| c.put(f::CS_ACCESS_RIGHTS, 0xF3);
    cs_dpl_conforming: long_mode, |c| c.ring_3(), |c| c.clear(f::CS_ACCESS_RIGHTS, access::DPL);
    ss_dpl_rpl + cs_dpl_conforming: protected_mode, |_c| (), |c| c.set(f::SS_ACCESS_RIGHTS, access::DPL);
    ss_dpl_real + cs_dpl_conforming: real_mode, |_c| (), |c| c.set(f::SS_ACCESS_RIGHTS, access::DPL);
    data_dpl: protected_mode, |c| { c.put(f::FS_SELECTOR, 0x13); c.set(f::FS_ACCESS_RIGHTS, access::DPL) }, |c| c.clear(f::FS_ACCESS_RIGHTS, access::DPL);
    code_and_data_present: protected_mode, |_c| (), |c| c.clear(f::CS_ACCESS_RIGHTS, access::P);
    code_and_data_reserved: protected_mode, |_c| (), |c| c.set(f::SS_ACCESS_RIGHTS, 1u64 << 8);
    cs_long_or_default: long_mode, |_c| (), |c| c.set(f::CS_ACCESS_RIGHTS, access::DB);
    code_and_data_fine: protected_mode, |_c| (), |c| c.put(f::CS_LIMIT, 0xFFFF_FFFE);
    code_and_data_coarse: protected_mode, |_c| (), |c| c.clear(f::ES_ACCESS_RIGHTS, access::G);
    code_and_data_upper: protected_mode, |_c| (), |c| c.set(f::DS_ACCESS_RIGHTS, 1u64 << 17);
    tr_type: long_mode, |_c| (), |c| c.put(f::TR_ACCESS_RIGHTS, 0x83);
    tr_system: long_mode, |_c| (), |c| c.set(f::TR_ACCESS_RIGHTS, access::S);
    tr_present: long_mode, |_c| (), |c| c.clear(f::TR_ACCESS_RIGHTS, access::P);
    tr_reserved: long_mode, |_c| (), |c| c.set(f::TR_ACCESS_RIGHTS, 1u64 << 11);
    tr_fine: long_mode, |_c| (), |c| c.set(f::TR_ACCESS_RIGHTS, access::G);
    tr_coarse: long_mode, |c| { c.put(f::TR_LIMIT, 0xF_FFFF) }, |c| c.put(f::TR_LIMIT, 0x10_0FFF);
    tr_usable: long_mode, |_c| (), |c| c.set(f::TR_ACCESS_RIGHTS, access::UNUSABLE);
    tr_upper: long_mode, |_c| (), |c| c.set(f::TR_ACCESS_RIGHTS, 1u64 << 31);
    ldtr_type: long_mode, |c| c.ldt(), |c| c.put(f::LDTR_ACCESS_RIGHTS, 0x83);
    ldtr_system: long_mode, |c| c.ldt(), |c| c.set(f::LDTR_ACCESS_RIGHTS, access::S);
    ldtr_present: long_mode, |c| c.ldt(), |c| c.clear(f::LDTR_ACCESS_RIGHTS, access::P);
    ldtr_reserved: long_mode, |c| c.ldt(), |c| c.set(f::LDTR_ACCESS_RIGHTS, 1u64 << 9);
    ldtr_fine: long_mode, |c| c.ldt(), |c| { c.put(f::LDTR_LIMIT, 0xFFFE); c.set(f::LDTR_ACCESS_RIGHTS, access::G) };
    ldtr_coarse: long_mode, |c| c.ldt(), |c| c.put(f::LDTR_LIMIT, 0x10_0FFF);
    ldtr_upper: long_mode, |c| c.ldt(), |c| c.set(f::LDTR_ACCESS_RIGHTS, 1u64 << 20);

    table_bases: long_mode, |c| c.put(f::IDTR_BASE, !0 << 47), |c| c.put(f::IDTR_BASE, NOT_CANONICAL);
    table_limits: long_mode, |c| c.put(f::GDTR_LIMIT, 0xFFFF), |c| c.put(f::GDTR_LIMIT, 0x1_0000);

    rip_of_32_bits: protected_mode, |c| c.put(f::RIP, 0xFFFF_FFFF), |c| c.put(f::RIP, 1 << 32);
    rip_width: long_mode, |c| c.put(f::RIP, NOT_CANONICAL), |c| c.put(f::RIP, 1 << 48);
    rflags_reserved: long_mode, |c| c.put(f::RFLAGS, 0x3C_7FD7), |c| c.set(f::RFLAGS, 1u64 << 15);
    rflags_bit_1: long_mode, |_c| (), |c| c.put(f::RFLAGS, 0);
    rflags_vm: virtual_8086, |c| c.set(control::SECONDARY_CONTROLS, Sec::UNRESTRICTED_GUEST.bits()), |c| c.clear(f::CR0, cr0::PE | cr0::PG);
    rflags_if: long_mode, |c| c.interrupted(), |c| c.clear(f::RFLAGS, rflags::IF);
    ssp_aligned: long_mode, |c| { c.entry(En::LOAD_CET); c.put(f::SSP, 8) }, |c| c.put(f::SSP, 9);
    ssp_width: long_mode, |c| { c.entry(En::LOAD_CET); c.put(f::SSP, NOT_CANONICAL) }, |c| c.put(f::SSP, 1 << 48);

    activity_known: long_mode, |c| c.put(f::ACTIVITY, 3), |c| c.put(f::ACTIVITY, 4);
    halted_in_ring_0: long_mode, |c| c.ring_3(), |c| c.put(f::ACTIVITY, 1);
    blocked_is_active: long_mode, |c| { c.set(f::RFLAGS, rflags::IF); c.put(f::INTERRUPTIBILITY, 1) }, |c| c.put(f::ACTIVITY, 1);
    activity_takes_event: long_mode, |c| { c.interrupted(); c.put(f::ACTIVITY, 1) }, |c| c.put(f::ACTIVITY, 2);
    blocking_reserved: long_mode, |c| c.put(f::INTERRUPTIBILITY, 8), |c| c.put(f::INTERRUPTIBILITY, 1 << 5);
    sti_or_mov_ss: long_mode, |c| { c.set(f::RFLAGS, rflags::IF); c.put(f::INTERRUPTIBILITY, 1) }, |c| c.put(f::INTERRUPTIBILITY, 3);
    sti_needs_if: long_mode, |c| { c.set(f::RFLAGS, rflags::IF); c.put(f::INTERRUPTIBILITY, 1) }, |c| c.clear(f::RFLAGS, rflags::IF);
    interrupt_unblocked: long_mode, |c| c.interrupted(), |c| c.set(f::INTERRUPTIBILITY, block::STI);
    nmi_not_after_mov_ss: long_mode, |c| c.put(control::ENTRY_INTERRUPTION_INFO, NMI), |c| c.set(f::INTERRUPTIBILITY, block::MOV_SS);
    smi_outside_smm: long_mode, |_c| (), |c| c.set(f::INTERRUPTIBILITY, block::SMI);
    nmi_unblocked: long_mode, |c| c.put(control::ENTRY_INTERRUPTION_INFO, NMI), |c| c.set(f::INTERRUPTIBILITY, block::NMI);
    enclave_excludes_mov_ss: long_mode, |c| c.set(f::INTERRUPTIBILITY, block::ENCLAVE), |c| c.set(f::INTERRUPTIBILITY, block::MOV_SS);
    enclave_needs_sgx: long_mode, |c| c.set(f::INTERRUPTIBILITY, block::ENCLAVE), |c| c.cpu.features.sgx = false;
    pending_reserved: long_mode, |c| c.put(f::PENDING_DEBUG, 0x580F), |c| c.put(f::PENDING_DEBUG, 0x10);
    step_pending: long_mode, |c| { c.set(f::RFLAGS, rflags::TF); c.put(f::INTERRUPTIBILITY, 2); c.put(f::PENDING_DEBUG, 1 << 14) }, |c| c.put(f::PENDING_DEBUG, 0);
    no_step_pending: long_mode, |c| c.put(f::ACTIVITY, 1), |c| c.put(f::PENDING_DEBUG, 1 << 14);
    rtm_alone: long_mode, |c| c.put(f::PENDING_DEBUG, 1 << 16 | 1 << 12), |c| c.put(f::PENDING_DEBUG, 1 << 16 | 1 << 12 | 1);
    rtm_supported: long_mode, |c| c.put(f::PENDING_DEBUG, 1 << 16 | 1 << 12), |c| c.cpu.features.rtm = false;
    rtm_not_after_mov_ss: long_mode, |c| c.put(f::PENDING_DEBUG, 1 << 16 | 1 << 12), |c| c.put(f::INTERRUPTIBILITY, 2);
    link_address: long_mode, |_c| (), |c| c.put(f::VMCS_LINK_POINTER, 0x4008);
    link_revision: long_mode, |c| c.linked(), |c| { c.memory.0.insert(0x4000, 0x2A); };
    link_shadow: long_mode, |c| c.linked(), |c| c.secondary(Sec::VMCS_SHADOWING);
    link_elsewhere: long_mode, |c| c.linked(), |c| c.region = Some(Hpa(0x4000));
    pdptes_in_vmcs: protected_mode, |c| c.put(f::PDPTE2, 0x1E6), |c| c.put(f::PDPTE2, 0x1E7);
    pdptes_in_memory: protected_mode,
        |c| { c.clear(control::SECONDARY_CONTROLS, Sec::EPT.bits()); c.memory.0.insert(0x1018, 0x2001); },
        |c| { c.memory.0.insert(0x1018, 0x2003); };
}
