//! Host-state fields (SDM appendix B, tables B-3, B-7, B-11, B-15).

use super::{Natural, fields};

fields! {
    Host;
    0x0C00 ES_SELECTOR: u16 as u16, "ES selector.";
    0x0C02 CS_SELECTOR: u16 as u16, "CS selector.";
    0x0C04 SS_SELECTOR: u16 as u16, "SS selector.";
    0x0C06 DS_SELECTOR: u16 as u16, "DS selector.";
    0x0C08 FS_SELECTOR: u16 as u16, "FS selector.";
    0x0C0A GS_SELECTOR: u16 as u16, "GS selector.";
    0x0C0C TR_SELECTOR: u16 as u16, "TR selector.";

    0x2C00 PAT: u64 as u64, "IA32_PAT.";
    0x2C02 EFER: u64 as u64, "IA32_EFER.";
    0x2C04 PERF_GLOBAL_CTRL: u64 as u64, "IA32_PERF_GLOBAL_CTRL.";
    0x2C06 PKRS: u64 as u64, "IA32_PKRS.";

    0x4C00 SYSENTER_CS: u32 as u32, "IA32_SYSENTER_CS.";

    0x6C00 CR0: Natural as u64, "CR0.";
    0x6C02 CR3: Natural as u64, "CR3.";
    0x6C04 CR4: Natural as u64, "CR4.";
    0x6C06 FS_BASE: Natural as u64, "FS base.";
    0x6C08 GS_BASE: Natural as u64, "GS base.";
    0x6C0A TR_BASE: Natural as u64, "TR base.";
    0x6C0C GDTR_BASE: Natural as u64, "GDTR base.";
    0x6C0E IDTR_BASE: Natural as u64, "IDTR base.";
    0x6C10 SYSENTER_ESP: Natural as u64, "IA32_SYSENTER_ESP.";
    0x6C12 SYSENTER_EIP: Natural as u64, "IA32_SYSENTER_EIP.";
    0x6C14 RSP: Natural as u64, "RSP.";
    0x6C16 RIP: Natural as u64, "RIP.";
    0x6C18 S_CET: Natural as u64, "IA32_S_CET.";
    0x6C1A SSP: Natural as u64, "Shadow-stack pointer.";
    0x6C1C INTERRUPT_SSP_TABLE: Natural as u64, "IA32_INTERRUPT_SSP_TABLE_ADDR.";
}
