//! Control fields (SDM appendix B, tables B-1, B-4, B-8, B-12).

use super::{Natural, fields};
use crate::addr::Hpa;
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};

fields! {
    Control;
    0x0000 VPID: u16 as u16, "Virtual-processor identifier.";
    0x0002 POSTED_INTERRUPT_VECTOR: u16 as u16, "Posted-interrupt notification vector.";
    0x0004 EPTP_INDEX: u16 as u16, "EPTP index, for #VE.";
    0x0006 HLAT_PREFIX_SIZE: u16 as u16, "HLAT prefix size.";
    0x0008 LAST_PID_POINTER_INDEX: u16 as u16, "Last PID-pointer index, for IPI virtualization.";

    0x2000 IO_BITMAP_A: u64 as Hpa, "Ports 0000H to 7FFFH.";
    0x2002 IO_BITMAP_B: u64 as Hpa, "Ports 8000H to FFFFH.";
    0x2004 MSR_BITMAP: u64 as Hpa, "Which MSR accesses exit.";
    0x2006 EXIT_MSR_STORE_ADDRESS: u64 as Hpa, "MSRs stored at exit.";
    0x2008 EXIT_MSR_LOAD_ADDRESS: u64 as Hpa, "MSRs loaded at exit.";
    0x200A ENTRY_MSR_LOAD_ADDRESS: u64 as Hpa, "MSRs loaded at entry.";
    0x200C EXECUTIVE_VMCS_POINTER: u64 as Hpa, "Executive-VMCS pointer, for SMM.";
    0x200E PML_ADDRESS: u64 as Hpa, "Page-modification log.";
    0x2010 TSC_OFFSET: u64 as u64, "Guest TSC minus host TSC.";
    0x2012 VIRTUAL_APIC_ADDRESS: u64 as Hpa, "Virtual-APIC page.";
    0x2014 APIC_ACCESS_ADDRESS: u64 as Hpa, "APIC-access page.";
    0x2016 POSTED_INTERRUPT_DESCRIPTOR: u64 as Hpa, "Posted-interrupt descriptor.";
    0x2018 VM_FUNCTION_CONTROLS: u64 as u64, "Which VMFUNC functions are enabled.";
    0x201A EPT_POINTER: u64 as u64, "EPT pointer.";
    0x201C EOI_EXIT_BITMAP_0: u64 as u64, "Virtual EOIs that exit, vectors 0 to 63.";
    0x201E EOI_EXIT_BITMAP_1: u64 as u64, "Vectors 64 to 127.";
    0x2020 EOI_EXIT_BITMAP_2: u64 as u64, "Vectors 128 to 191.";
    0x2022 EOI_EXIT_BITMAP_3: u64 as u64, "Vectors 192 to 255.";
    0x2024 EPTP_LIST_ADDRESS: u64 as Hpa, "EPT pointers VMFUNC can switch to.";
    0x2026 VMREAD_BITMAP: u64 as Hpa, "VMCS shadowing: reads that exit.";
    0x2028 VMWRITE_BITMAP: u64 as Hpa, "VMCS shadowing: writes that exit.";
    0x202A VE_INFORMATION_ADDRESS: u64 as Hpa, "Virtualization-exception information.";
    0x202C XSS_EXITING_BITMAP: u64 as u64, "XSAVES components that exit.";
    0x202E ENCLS_EXITING_BITMAP: u64 as u64, "ENCLS leaves that exit.";
    0x2030 SPP_TABLE_POINTER: u64 as Hpa, "Sub-page-permission table.";
    0x2032 TSC_MULTIPLIER: u64 as u64, "TSC scaling.";
    0x2034 TERTIARY_CONTROLS: u64 as u64, "Tertiary processor-based controls.";
    0x2036 ENCLV_EXITING_BITMAP: u64 as u64, "ENCLV leaves that exit.";
    0x2038 LOW_PASID_DIRECTORY: u64 as Hpa, "Low PASID directory.";
    0x203A HIGH_PASID_DIRECTORY: u64 as Hpa, "High PASID directory.";
    0x203C SHARED_EPT_POINTER: u64 as u64, "Shared EPT pointer.";
    0x203E PCONFIG_EXITING_BITMAP: u64 as u64, "PCONFIG leaves that exit.";
    0x2040 HLAT_POINTER: u64 as u64, "Hypervisor-managed linear-address translation.";
    0x2042 PID_POINTER_TABLE: u64 as Hpa, "PID-pointer table.";
    0x2044 SECONDARY_EXIT_CONTROLS: u64 as u64, "Secondary VM-exit controls.";
    0x204A SPEC_CTRL_MASK: u64 as u64, "IA32_SPEC_CTRL mask.";
    0x204C SPEC_CTRL_SHADOW: u64 as u64, "IA32_SPEC_CTRL shadow.";

    0x4000 PIN_CONTROLS: u32 as PinControls, "Pin-based controls.";
    0x4002 PRIMARY_CONTROLS: u32 as PrimaryControls, "Primary processor-based controls.";
    0x4004 EXCEPTION_BITMAP: u32 as u32, "Exceptions that exit.";
    0x4006 PAGE_FAULT_MASK: u32 as u32, "Page-fault error-code mask.";
    0x4008 PAGE_FAULT_MATCH: u32 as u32, "Page-fault error-code match.";
    0x400A CR3_TARGET_COUNT: u32 as u32, "CR3-target count.";
    0x400C EXIT_CONTROLS: u32 as ExitControls, "Primary VM-exit controls.";
    0x400E EXIT_MSR_STORE_COUNT: u32 as u32, "VM-exit MSR-store count.";
    0x4010 EXIT_MSR_LOAD_COUNT: u32 as u32, "VM-exit MSR-load count.";
    0x4012 ENTRY_CONTROLS: u32 as EntryControls, "VM-entry controls.";
    0x4014 ENTRY_MSR_LOAD_COUNT: u32 as u32, "VM-entry MSR-load count.";
    0x4016 ENTRY_INTERRUPTION_INFO: u32 as u32, "The event to inject.";
    0x4018 ENTRY_EXCEPTION_ERROR_CODE: u32 as u32, "Its error code.";
    0x401A ENTRY_INSTRUCTION_LENGTH: u32 as u32, "Its instruction length.";
    0x401C TPR_THRESHOLD: u32 as u32, "TPR threshold.";
    0x401E SECONDARY_CONTROLS: u32 as SecondaryControls, "Secondary processor-based controls.";
    0x4020 PLE_GAP: u32 as u32, "Pause-loop exiting gap.";
    0x4022 PLE_WINDOW: u32 as u32, "Pause-loop exiting window.";
    0x4024 INSTRUCTION_TIMEOUT: u32 as u32, "Instruction-timeout control.";

    0x6000 CR0_MASK: Natural as u64, "CR0 guest/host mask: 1 = the host owns the bit.";
    0x6002 CR4_MASK: Natural as u64, "CR4 guest/host mask: 1 = the host owns the bit.";
    0x6004 CR0_SHADOW: Natural as u64, "CR0 read shadow: what the guest reads in owned bits.";
    0x6006 CR4_SHADOW: Natural as u64, "CR4 read shadow: what the guest reads in owned bits.";
    0x6008 CR3_TARGET_0: Natural as u64, "CR3-target value 0.";
    0x600A CR3_TARGET_1: Natural as u64, "CR3-target value 1.";
    0x600C CR3_TARGET_2: Natural as u64, "CR3-target value 2.";
    0x600E CR3_TARGET_3: Natural as u64, "CR3-target value 3.";
}
