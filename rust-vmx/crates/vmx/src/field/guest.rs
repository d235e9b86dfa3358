//! Guest-state fields (SDM appendix B, tables B-2, B-6, B-10, B-14).

use super::{Field, Guest, Natural, fields};
use crate::state::SegmentName;

fields! {
    Guest;
    0x0800 ES_SELECTOR: u16 as u16, "ES selector.";
    0x0802 CS_SELECTOR: u16 as u16, "CS selector.";
    0x0804 SS_SELECTOR: u16 as u16, "SS selector.";
    0x0806 DS_SELECTOR: u16 as u16, "DS selector.";
    0x0808 FS_SELECTOR: u16 as u16, "FS selector.";
    0x080A GS_SELECTOR: u16 as u16, "GS selector.";
    0x080C LDTR_SELECTOR: u16 as u16, "LDTR selector.";
    0x080E TR_SELECTOR: u16 as u16, "TR selector.";
    0x0810 INTERRUPT_STATUS: u16 as u16, "Requested and servicing virtual interrupt.";
    0x0812 PML_INDEX: u16 as u16, "Next entry of the page-modification log.";
    0x0814 UINV: u16 as u16, "User-interrupt notification vector.";

    0x2800 VMCS_LINK_POINTER: u64 as u64, "Shadow VMCS; all ones for none.";
    0x2802 DEBUGCTL: u64 as u64, "IA32_DEBUGCTL.";
    0x2804 PAT: u64 as u64, "IA32_PAT.";
    0x2806 EFER: u64 as u64, "IA32_EFER.";
    0x2808 PERF_GLOBAL_CTRL: u64 as u64, "IA32_PERF_GLOBAL_CTRL.";
    0x280A PDPTE0: u64 as u64, "First page-directory-pointer-table entry of PAE paging.";
    0x280C PDPTE1: u64 as u64, "Second.";
    0x280E PDPTE2: u64 as u64, "Third.";
    0x2810 PDPTE3: u64 as u64, "Fourth.";
    0x2812 BNDCFGS: u64 as u64, "IA32_BNDCFGS.";
    0x2814 RTIT_CTL: u64 as u64, "IA32_RTIT_CTL.";
    0x2816 LBR_CTL: u64 as u64, "IA32_LBR_CTL.";
    0x2818 PKRS: u64 as u64, "IA32_PKRS.";

    0x4800 ES_LIMIT: u32 as u32, "ES limit.";
    0x4802 CS_LIMIT: u32 as u32, "CS limit.";
    0x4804 SS_LIMIT: u32 as u32, "SS limit.";
    0x4806 DS_LIMIT: u32 as u32, "DS limit.";
    0x4808 FS_LIMIT: u32 as u32, "FS limit.";
    0x480A GS_LIMIT: u32 as u32, "GS limit.";
    0x480C LDTR_LIMIT: u32 as u32, "LDTR limit.";
    0x480E TR_LIMIT: u32 as u32, "TR limit.";
    0x4810 GDTR_LIMIT: u32 as u32, "GDTR limit.";
    0x4812 IDTR_LIMIT: u32 as u32, "IDTR limit.";
    0x4814 ES_ACCESS_RIGHTS: u32 as u32, "ES access rights.";
    0x4816 CS_ACCESS_RIGHTS: u32 as u32, "CS access rights.";
    0x4818 SS_ACCESS_RIGHTS: u32 as u32, "SS access rights.";
    0x481A DS_ACCESS_RIGHTS: u32 as u32, "DS access rights.";
    0x481C FS_ACCESS_RIGHTS: u32 as u32, "FS access rights.";
    0x481E GS_ACCESS_RIGHTS: u32 as u32, "GS access rights.";
    0x4820 LDTR_ACCESS_RIGHTS: u32 as u32, "LDTR access rights.";
    0x4822 TR_ACCESS_RIGHTS: u32 as u32, "TR access rights.";
    0x4824 INTERRUPTIBILITY: u32 as u32, "What blocks events.";
    0x4826 ACTIVITY: u32 as u32, "Activity state.";
    0x4828 SMBASE: u32 as u32, "SMBASE.";
    0x482A SYSENTER_CS: u32 as u32, "IA32_SYSENTER_CS.";
    0x482E PREEMPTION_TIMER: u32 as u32, "VMX-preemption timer value.";

    0x6800 CR0: Natural as u64, "CR0.";
    0x6802 CR3: Natural as u64, "CR3.";
    0x6804 CR4: Natural as u64, "CR4.";
    0x6806 ES_BASE: Natural as u64, "ES base.";
    0x6808 CS_BASE: Natural as u64, "CS base.";
    0x680A SS_BASE: Natural as u64, "SS base.";
    0x680C DS_BASE: Natural as u64, "DS base.";
    0x680E FS_BASE: Natural as u64, "FS base.";
    0x6810 GS_BASE: Natural as u64, "GS base.";
    0x6812 LDTR_BASE: Natural as u64, "LDTR base.";
    0x6814 TR_BASE: Natural as u64, "TR base.";
    0x6816 GDTR_BASE: Natural as u64, "GDTR base.";
    0x6818 IDTR_BASE: Natural as u64, "IDTR base.";
    0x681A DR7: Natural as u64, "DR7.";
    0x681C RSP: Natural as u64, "RSP.";
    0x681E RIP: Natural as u64, "RIP.";
    0x6820 RFLAGS: Natural as u64, "RFLAGS.";
    0x6822 PENDING_DEBUG: Natural as u64, "Debug exceptions recognised but not delivered.";
    0x6824 SYSENTER_ESP: Natural as u64, "IA32_SYSENTER_ESP.";
    0x6826 SYSENTER_EIP: Natural as u64, "IA32_SYSENTER_EIP.";
    0x6828 S_CET: Natural as u64, "IA32_S_CET.";
    0x682A SSP: Natural as u64, "Shadow-stack pointer.";
    0x682C INTERRUPT_SSP_TABLE: Natural as u64, "IA32_INTERRUPT_SSP_TABLE_ADDR.";
}

/// The selector of a segment register.
#[must_use]
pub const fn selector(name: SegmentName) -> Field<Guest, u16, u16> {
    ES_SELECTOR.nth(name as u32)
}

/// The limit of a segment register.
#[must_use]
pub const fn limit(name: SegmentName) -> Field<Guest, u32, u32> {
    ES_LIMIT.nth(name as u32)
}

/// The access rights of a segment register.
#[must_use]
pub const fn access_rights(name: SegmentName) -> Field<Guest, u32, u32> {
    ES_ACCESS_RIGHTS.nth(name as u32)
}

/// The base of a segment register.
#[must_use]
pub const fn base(name: SegmentName) -> Field<Guest, Natural, u64> {
    ES_BASE.nth(name as u32)
}

/// The four PDPTE fields.
pub const PDPTES: [Field<Guest, u64, u64>; 4] = [PDPTE0, PDPTE1, PDPTE2, PDPTE3];
