//! Numbers of VMCS fields and bits of control words against a second source, the crate `x86`, name by name.
//!
//! What only one side has: that crate ends before the tertiary controls, CET, PKS, UINTR and architectural LBRs, so the fields and
//! bits that came with them stand here alone. Of what it has, nothing is missing here.

use vmx::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use vmx::field::{control, exit_info, guest, host};
use x86::vmx::vmcs as other;

#[test]
fn fields_have_the_numbers_of_the_second_source() {
    let pairs = [
        (control::VPID.encoding(), other::control::VPID),
        (
            control::POSTED_INTERRUPT_VECTOR.encoding(),
            other::control::POSTED_INTERRUPT_NOTIFICATION_VECTOR,
        ),
        (control::EPTP_INDEX.encoding(), other::control::EPTP_INDEX),
        (
            control::IO_BITMAP_A.encoding(),
            other::control::IO_BITMAP_A_ADDR_FULL,
        ),
        (
            control::IO_BITMAP_B.encoding(),
            other::control::IO_BITMAP_B_ADDR_FULL,
        ),
        (
            control::MSR_BITMAP.encoding(),
            other::control::MSR_BITMAPS_ADDR_FULL,
        ),
        (
            control::EXIT_MSR_STORE_ADDRESS.encoding(),
            other::control::VMEXIT_MSR_STORE_ADDR_FULL,
        ),
        (
            control::EXIT_MSR_LOAD_ADDRESS.encoding(),
            other::control::VMEXIT_MSR_LOAD_ADDR_FULL,
        ),
        (
            control::ENTRY_MSR_LOAD_ADDRESS.encoding(),
            other::control::VMENTRY_MSR_LOAD_ADDR_FULL,
        ),
        (
            control::EXECUTIVE_VMCS_POINTER.encoding(),
            other::control::EXECUTIVE_VMCS_PTR_FULL,
        ),
        (control::PML_ADDRESS.encoding(), other::control::PML_ADDR_FULL),
        (control::TSC_OFFSET.encoding(), other::control::TSC_OFFSET_FULL),
        (
            control::VIRTUAL_APIC_ADDRESS.encoding(),
            other::control::VIRT_APIC_ADDR_FULL,
        ),
        (
            control::APIC_ACCESS_ADDRESS.encoding(),
            other::control::APIC_ACCESS_ADDR_FULL,
        ),
        (
            control::POSTED_INTERRUPT_DESCRIPTOR.encoding(),
            other::control::POSTED_INTERRUPT_DESC_ADDR_FULL,
        ),
        (
            control::VM_FUNCTION_CONTROLS.encoding(),
            other::control::VM_FUNCTION_CONTROLS_FULL,
        ),
        (control::EPT_POINTER.encoding(), other::control::EPTP_FULL),
        (
            control::EOI_EXIT_BITMAP_0.encoding(),
            other::control::EOI_EXIT0_FULL,
        ),
        (
            control::EOI_EXIT_BITMAP_1.encoding(),
            other::control::EOI_EXIT1_FULL,
        ),
        (
            control::EOI_EXIT_BITMAP_2.encoding(),
            other::control::EOI_EXIT2_FULL,
        ),
        (
            control::EOI_EXIT_BITMAP_3.encoding(),
            other::control::EOI_EXIT3_FULL,
        ),
        (
            control::EPTP_LIST_ADDRESS.encoding(),
            other::control::EPTP_LIST_ADDR_FULL,
        ),
        (
            control::VMREAD_BITMAP.encoding(),
            other::control::VMREAD_BITMAP_ADDR_FULL,
        ),
        (
            control::VMWRITE_BITMAP.encoding(),
            other::control::VMWRITE_BITMAP_ADDR_FULL,
        ),
        (
            control::VE_INFORMATION_ADDRESS.encoding(),
            other::control::VIRT_EXCEPTION_INFO_ADDR_FULL,
        ),
        (
            control::XSS_EXITING_BITMAP.encoding(),
            other::control::XSS_EXITING_BITMAP_FULL,
        ),
        (
            control::ENCLS_EXITING_BITMAP.encoding(),
            other::control::ENCLS_EXITING_BITMAP_FULL,
        ),
        (
            control::SPP_TABLE_POINTER.encoding(),
            other::control::SUBPAGE_PERM_TABLE_PTR_FULL,
        ),
        (
            control::TSC_MULTIPLIER.encoding(),
            other::control::TSC_MULTIPLIER_FULL,
        ),
        (
            control::PIN_CONTROLS.encoding(),
            other::control::PINBASED_EXEC_CONTROLS,
        ),
        (
            control::PRIMARY_CONTROLS.encoding(),
            other::control::PRIMARY_PROCBASED_EXEC_CONTROLS,
        ),
        (
            control::EXCEPTION_BITMAP.encoding(),
            other::control::EXCEPTION_BITMAP,
        ),
        (
            control::PAGE_FAULT_MASK.encoding(),
            other::control::PAGE_FAULT_ERR_CODE_MASK,
        ),
        (
            control::PAGE_FAULT_MATCH.encoding(),
            other::control::PAGE_FAULT_ERR_CODE_MATCH,
        ),
        (
            control::CR3_TARGET_COUNT.encoding(),
            other::control::CR3_TARGET_COUNT,
        ),
        (control::EXIT_CONTROLS.encoding(), other::control::VMEXIT_CONTROLS),
        (
            control::EXIT_MSR_STORE_COUNT.encoding(),
            other::control::VMEXIT_MSR_STORE_COUNT,
        ),
        (
            control::EXIT_MSR_LOAD_COUNT.encoding(),
            other::control::VMEXIT_MSR_LOAD_COUNT,
        ),
        (
            control::ENTRY_CONTROLS.encoding(),
            other::control::VMENTRY_CONTROLS,
        ),
        (
            control::ENTRY_MSR_LOAD_COUNT.encoding(),
            other::control::VMENTRY_MSR_LOAD_COUNT,
        ),
        (
            control::ENTRY_INTERRUPTION_INFO.encoding(),
            other::control::VMENTRY_INTERRUPTION_INFO_FIELD,
        ),
        (
            control::ENTRY_EXCEPTION_ERROR_CODE.encoding(),
            other::control::VMENTRY_EXCEPTION_ERR_CODE,
        ),
        (
            control::ENTRY_INSTRUCTION_LENGTH.encoding(),
            other::control::VMENTRY_INSTRUCTION_LEN,
        ),
        (control::TPR_THRESHOLD.encoding(), other::control::TPR_THRESHOLD),
        (
            control::SECONDARY_CONTROLS.encoding(),
            other::control::SECONDARY_PROCBASED_EXEC_CONTROLS,
        ),
        (control::PLE_GAP.encoding(), other::control::PLE_GAP),
        (control::PLE_WINDOW.encoding(), other::control::PLE_WINDOW),
        (control::CR0_MASK.encoding(), other::control::CR0_GUEST_HOST_MASK),
        (control::CR4_MASK.encoding(), other::control::CR4_GUEST_HOST_MASK),
        (control::CR0_SHADOW.encoding(), other::control::CR0_READ_SHADOW),
        (control::CR4_SHADOW.encoding(), other::control::CR4_READ_SHADOW),
        (
            control::CR3_TARGET_0.encoding(),
            other::control::CR3_TARGET_VALUE0,
        ),
        (
            control::CR3_TARGET_1.encoding(),
            other::control::CR3_TARGET_VALUE1,
        ),
        (
            control::CR3_TARGET_2.encoding(),
            other::control::CR3_TARGET_VALUE2,
        ),
        (
            control::CR3_TARGET_3.encoding(),
            other::control::CR3_TARGET_VALUE3,
        ),
        (
            exit_info::GUEST_PHYSICAL_ADDRESS.encoding(),
            other::ro::GUEST_PHYSICAL_ADDR_FULL,
        ),
        (
            exit_info::VM_INSTRUCTION_ERROR.encoding(),
            other::ro::VM_INSTRUCTION_ERROR,
        ),
        (exit_info::EXIT_REASON.encoding(), other::ro::EXIT_REASON),
        (
            exit_info::EXIT_INTERRUPTION_INFO.encoding(),
            other::ro::VMEXIT_INTERRUPTION_INFO,
        ),
        (
            exit_info::EXIT_INTERRUPTION_ERROR_CODE.encoding(),
            other::ro::VMEXIT_INTERRUPTION_ERR_CODE,
        ),
        (
            exit_info::IDT_VECTORING_INFO.encoding(),
            other::ro::IDT_VECTORING_INFO,
        ),
        (
            exit_info::IDT_VECTORING_ERROR_CODE.encoding(),
            other::ro::IDT_VECTORING_ERR_CODE,
        ),
        (
            exit_info::INSTRUCTION_LENGTH.encoding(),
            other::ro::VMEXIT_INSTRUCTION_LEN,
        ),
        (
            exit_info::INSTRUCTION_INFO.encoding(),
            other::ro::VMEXIT_INSTRUCTION_INFO,
        ),
        (exit_info::QUALIFICATION.encoding(), other::ro::EXIT_QUALIFICATION),
        (exit_info::IO_RCX.encoding(), other::ro::IO_RCX),
        (exit_info::IO_RSI.encoding(), other::ro::IO_RSI),
        (exit_info::IO_RDI.encoding(), other::ro::IO_RDI),
        (exit_info::IO_RIP.encoding(), other::ro::IO_RIP),
        (
            exit_info::GUEST_LINEAR_ADDRESS.encoding(),
            other::ro::GUEST_LINEAR_ADDR,
        ),
        (guest::ES_SELECTOR.encoding(), other::guest::ES_SELECTOR),
        (guest::CS_SELECTOR.encoding(), other::guest::CS_SELECTOR),
        (guest::SS_SELECTOR.encoding(), other::guest::SS_SELECTOR),
        (guest::DS_SELECTOR.encoding(), other::guest::DS_SELECTOR),
        (guest::FS_SELECTOR.encoding(), other::guest::FS_SELECTOR),
        (guest::GS_SELECTOR.encoding(), other::guest::GS_SELECTOR),
        (guest::LDTR_SELECTOR.encoding(), other::guest::LDTR_SELECTOR),
        (guest::TR_SELECTOR.encoding(), other::guest::TR_SELECTOR),
        (guest::INTERRUPT_STATUS.encoding(), other::guest::INTERRUPT_STATUS),
        (guest::PML_INDEX.encoding(), other::guest::PML_INDEX),
        (guest::VMCS_LINK_POINTER.encoding(), other::guest::LINK_PTR_FULL),
        (guest::DEBUGCTL.encoding(), other::guest::IA32_DEBUGCTL_FULL),
        (guest::PAT.encoding(), other::guest::IA32_PAT_FULL),
        (guest::EFER.encoding(), other::guest::IA32_EFER_FULL),
        (
            guest::PERF_GLOBAL_CTRL.encoding(),
            other::guest::IA32_PERF_GLOBAL_CTRL_FULL,
        ),
        (guest::PDPTE0.encoding(), other::guest::PDPTE0_FULL),
        (guest::PDPTE1.encoding(), other::guest::PDPTE1_FULL),
        (guest::PDPTE2.encoding(), other::guest::PDPTE2_FULL),
        (guest::PDPTE3.encoding(), other::guest::PDPTE3_FULL),
        (guest::BNDCFGS.encoding(), other::guest::IA32_BNDCFGS_FULL),
        (guest::RTIT_CTL.encoding(), other::guest::IA32_RTIT_CTL_FULL),
        (guest::ES_LIMIT.encoding(), other::guest::ES_LIMIT),
        (guest::CS_LIMIT.encoding(), other::guest::CS_LIMIT),
        (guest::SS_LIMIT.encoding(), other::guest::SS_LIMIT),
        (guest::DS_LIMIT.encoding(), other::guest::DS_LIMIT),
        (guest::FS_LIMIT.encoding(), other::guest::FS_LIMIT),
        (guest::GS_LIMIT.encoding(), other::guest::GS_LIMIT),
        (guest::LDTR_LIMIT.encoding(), other::guest::LDTR_LIMIT),
        (guest::TR_LIMIT.encoding(), other::guest::TR_LIMIT),
        (guest::GDTR_LIMIT.encoding(), other::guest::GDTR_LIMIT),
        (guest::IDTR_LIMIT.encoding(), other::guest::IDTR_LIMIT),
        (guest::ES_ACCESS_RIGHTS.encoding(), other::guest::ES_ACCESS_RIGHTS),
        (guest::CS_ACCESS_RIGHTS.encoding(), other::guest::CS_ACCESS_RIGHTS),
        (guest::SS_ACCESS_RIGHTS.encoding(), other::guest::SS_ACCESS_RIGHTS),
        (guest::DS_ACCESS_RIGHTS.encoding(), other::guest::DS_ACCESS_RIGHTS),
        (guest::FS_ACCESS_RIGHTS.encoding(), other::guest::FS_ACCESS_RIGHTS),
        (guest::GS_ACCESS_RIGHTS.encoding(), other::guest::GS_ACCESS_RIGHTS),
        (
            guest::LDTR_ACCESS_RIGHTS.encoding(),
            other::guest::LDTR_ACCESS_RIGHTS,
        ),
        (guest::TR_ACCESS_RIGHTS.encoding(), other::guest::TR_ACCESS_RIGHTS),
        (
            guest::INTERRUPTIBILITY.encoding(),
            other::guest::INTERRUPTIBILITY_STATE,
        ),
        (guest::ACTIVITY.encoding(), other::guest::ACTIVITY_STATE),
        (guest::SMBASE.encoding(), other::guest::SMBASE),
        (guest::SYSENTER_CS.encoding(), other::guest::IA32_SYSENTER_CS),
        (
            guest::PREEMPTION_TIMER.encoding(),
            other::guest::VMX_PREEMPTION_TIMER_VALUE,
        ),
        (guest::CR0.encoding(), other::guest::CR0),
        (guest::CR3.encoding(), other::guest::CR3),
        (guest::CR4.encoding(), other::guest::CR4),
        (guest::ES_BASE.encoding(), other::guest::ES_BASE),
        (guest::CS_BASE.encoding(), other::guest::CS_BASE),
        (guest::SS_BASE.encoding(), other::guest::SS_BASE),
        (guest::DS_BASE.encoding(), other::guest::DS_BASE),
        (guest::FS_BASE.encoding(), other::guest::FS_BASE),
        (guest::GS_BASE.encoding(), other::guest::GS_BASE),
        (guest::LDTR_BASE.encoding(), other::guest::LDTR_BASE),
        (guest::TR_BASE.encoding(), other::guest::TR_BASE),
        (guest::GDTR_BASE.encoding(), other::guest::GDTR_BASE),
        (guest::IDTR_BASE.encoding(), other::guest::IDTR_BASE),
        (guest::DR7.encoding(), other::guest::DR7),
        (guest::RSP.encoding(), other::guest::RSP),
        (guest::RIP.encoding(), other::guest::RIP),
        (guest::RFLAGS.encoding(), other::guest::RFLAGS),
        (
            guest::PENDING_DEBUG.encoding(),
            other::guest::PENDING_DBG_EXCEPTIONS,
        ),
        (guest::SYSENTER_ESP.encoding(), other::guest::IA32_SYSENTER_ESP),
        (guest::SYSENTER_EIP.encoding(), other::guest::IA32_SYSENTER_EIP),
        (host::ES_SELECTOR.encoding(), other::host::ES_SELECTOR),
        (host::CS_SELECTOR.encoding(), other::host::CS_SELECTOR),
        (host::SS_SELECTOR.encoding(), other::host::SS_SELECTOR),
        (host::DS_SELECTOR.encoding(), other::host::DS_SELECTOR),
        (host::FS_SELECTOR.encoding(), other::host::FS_SELECTOR),
        (host::GS_SELECTOR.encoding(), other::host::GS_SELECTOR),
        (host::TR_SELECTOR.encoding(), other::host::TR_SELECTOR),
        (host::PAT.encoding(), other::host::IA32_PAT_FULL),
        (host::EFER.encoding(), other::host::IA32_EFER_FULL),
        (
            host::PERF_GLOBAL_CTRL.encoding(),
            other::host::IA32_PERF_GLOBAL_CTRL_FULL,
        ),
        (host::SYSENTER_CS.encoding(), other::host::IA32_SYSENTER_CS),
        (host::CR0.encoding(), other::host::CR0),
        (host::CR3.encoding(), other::host::CR3),
        (host::CR4.encoding(), other::host::CR4),
        (host::FS_BASE.encoding(), other::host::FS_BASE),
        (host::GS_BASE.encoding(), other::host::GS_BASE),
        (host::TR_BASE.encoding(), other::host::TR_BASE),
        (host::GDTR_BASE.encoding(), other::host::GDTR_BASE),
        (host::IDTR_BASE.encoding(), other::host::IDTR_BASE),
        (host::SYSENTER_ESP.encoding(), other::host::IA32_SYSENTER_ESP),
        (host::SYSENTER_EIP.encoding(), other::host::IA32_SYSENTER_EIP),
        (host::RSP.encoding(), other::host::RSP),
        (host::RIP.encoding(), other::host::RIP),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(ours, theirs, "{ours:#x} is {theirs:#x} there");
    }
    let ours: usize = [control::ALL, exit_info::ALL, guest::ALL, host::ALL]
        .map(<[_]>::len)
        .iter()
        .sum();
    assert_eq!(
        ours - pairs.len(),
        ONLY_HERE,
        "a new field: pair it, or count it among those that stand here alone"
    );
}

/// Fields newer than the second source.
const ONLY_HERE: usize = 24;

#[test]
fn controls_have_the_bits_of_the_second_source() {
    let pairs = [
        (
            PinControls::EXTERNAL_INTERRUPT_EXITING.bits(),
            other::control::PinbasedControls::EXTERNAL_INTERRUPT_EXITING.bits(),
        ),
        (
            PinControls::NMI_EXITING.bits(),
            other::control::PinbasedControls::NMI_EXITING.bits(),
        ),
        (
            PinControls::VIRTUAL_NMIS.bits(),
            other::control::PinbasedControls::VIRTUAL_NMIS.bits(),
        ),
        (
            PinControls::PREEMPTION_TIMER.bits(),
            other::control::PinbasedControls::VMX_PREEMPTION_TIMER.bits(),
        ),
        (
            PinControls::POSTED_INTERRUPTS.bits(),
            other::control::PinbasedControls::POSTED_INTERRUPTS.bits(),
        ),
        (
            PrimaryControls::INTERRUPT_WINDOW_EXITING.bits(),
            other::control::PrimaryControls::INTERRUPT_WINDOW_EXITING.bits(),
        ),
        (
            PrimaryControls::TSC_OFFSETTING.bits(),
            other::control::PrimaryControls::USE_TSC_OFFSETTING.bits(),
        ),
        (
            PrimaryControls::HLT_EXITING.bits(),
            other::control::PrimaryControls::HLT_EXITING.bits(),
        ),
        (
            PrimaryControls::INVLPG_EXITING.bits(),
            other::control::PrimaryControls::INVLPG_EXITING.bits(),
        ),
        (
            PrimaryControls::MWAIT_EXITING.bits(),
            other::control::PrimaryControls::MWAIT_EXITING.bits(),
        ),
        (
            PrimaryControls::RDPMC_EXITING.bits(),
            other::control::PrimaryControls::RDPMC_EXITING.bits(),
        ),
        (
            PrimaryControls::RDTSC_EXITING.bits(),
            other::control::PrimaryControls::RDTSC_EXITING.bits(),
        ),
        (
            PrimaryControls::CR3_LOAD_EXITING.bits(),
            other::control::PrimaryControls::CR3_LOAD_EXITING.bits(),
        ),
        (
            PrimaryControls::CR3_STORE_EXITING.bits(),
            other::control::PrimaryControls::CR3_STORE_EXITING.bits(),
        ),
        (
            PrimaryControls::CR8_LOAD_EXITING.bits(),
            other::control::PrimaryControls::CR8_LOAD_EXITING.bits(),
        ),
        (
            PrimaryControls::CR8_STORE_EXITING.bits(),
            other::control::PrimaryControls::CR8_STORE_EXITING.bits(),
        ),
        (
            PrimaryControls::TPR_SHADOW.bits(),
            other::control::PrimaryControls::USE_TPR_SHADOW.bits(),
        ),
        (
            PrimaryControls::NMI_WINDOW_EXITING.bits(),
            other::control::PrimaryControls::NMI_WINDOW_EXITING.bits(),
        ),
        (
            PrimaryControls::MOV_DR_EXITING.bits(),
            other::control::PrimaryControls::MOV_DR_EXITING.bits(),
        ),
        (
            PrimaryControls::UNCONDITIONAL_IO_EXITING.bits(),
            other::control::PrimaryControls::UNCOND_IO_EXITING.bits(),
        ),
        (
            PrimaryControls::IO_BITMAPS.bits(),
            other::control::PrimaryControls::USE_IO_BITMAPS.bits(),
        ),
        (
            PrimaryControls::MONITOR_TRAP_FLAG.bits(),
            other::control::PrimaryControls::MONITOR_TRAP_FLAG.bits(),
        ),
        (
            PrimaryControls::MSR_BITMAPS.bits(),
            other::control::PrimaryControls::USE_MSR_BITMAPS.bits(),
        ),
        (
            PrimaryControls::MONITOR_EXITING.bits(),
            other::control::PrimaryControls::MONITOR_EXITING.bits(),
        ),
        (
            PrimaryControls::PAUSE_EXITING.bits(),
            other::control::PrimaryControls::PAUSE_EXITING.bits(),
        ),
        (
            PrimaryControls::ACTIVATE_SECONDARY.bits(),
            other::control::PrimaryControls::SECONDARY_CONTROLS.bits(),
        ),
        (
            SecondaryControls::VIRTUALIZE_APIC_ACCESSES.bits(),
            other::control::SecondaryControls::VIRTUALIZE_APIC.bits(),
        ),
        (
            SecondaryControls::EPT.bits(),
            other::control::SecondaryControls::ENABLE_EPT.bits(),
        ),
        (
            SecondaryControls::DESCRIPTOR_TABLE_EXITING.bits(),
            other::control::SecondaryControls::DTABLE_EXITING.bits(),
        ),
        (
            SecondaryControls::RDTSCP.bits(),
            other::control::SecondaryControls::ENABLE_RDTSCP.bits(),
        ),
        (
            SecondaryControls::VIRTUALIZE_X2APIC.bits(),
            other::control::SecondaryControls::VIRTUALIZE_X2APIC.bits(),
        ),
        (
            SecondaryControls::VPID.bits(),
            other::control::SecondaryControls::ENABLE_VPID.bits(),
        ),
        (
            SecondaryControls::WBINVD_EXITING.bits(),
            other::control::SecondaryControls::WBINVD_EXITING.bits(),
        ),
        (
            SecondaryControls::UNRESTRICTED_GUEST.bits(),
            other::control::SecondaryControls::UNRESTRICTED_GUEST.bits(),
        ),
        (
            SecondaryControls::APIC_REGISTER_VIRTUALIZATION.bits(),
            other::control::SecondaryControls::VIRTUALIZE_APIC_REGISTER.bits(),
        ),
        (
            SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY.bits(),
            other::control::SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY.bits(),
        ),
        (
            SecondaryControls::PAUSE_LOOP_EXITING.bits(),
            other::control::SecondaryControls::PAUSE_LOOP_EXITING.bits(),
        ),
        (
            SecondaryControls::RDRAND_EXITING.bits(),
            other::control::SecondaryControls::RDRAND_EXITING.bits(),
        ),
        (
            SecondaryControls::INVPCID.bits(),
            other::control::SecondaryControls::ENABLE_INVPCID.bits(),
        ),
        (
            SecondaryControls::VM_FUNCTIONS.bits(),
            other::control::SecondaryControls::ENABLE_VM_FUNCTIONS.bits(),
        ),
        (
            SecondaryControls::VMCS_SHADOWING.bits(),
            other::control::SecondaryControls::VMCS_SHADOWING.bits(),
        ),
        (
            SecondaryControls::ENCLS_EXITING.bits(),
            other::control::SecondaryControls::ENCLS_EXITING.bits(),
        ),
        (
            SecondaryControls::RDSEED_EXITING.bits(),
            other::control::SecondaryControls::RDSEED_EXITING.bits(),
        ),
        (
            SecondaryControls::PAGE_MODIFICATION_LOGGING.bits(),
            other::control::SecondaryControls::ENABLE_PML.bits(),
        ),
        (
            SecondaryControls::EPT_VIOLATION_VE.bits(),
            other::control::SecondaryControls::EPT_VIOLATION_VE.bits(),
        ),
        (
            SecondaryControls::CONCEAL_VMX_FROM_PT.bits(),
            other::control::SecondaryControls::CONCEAL_VMX_FROM_PT.bits(),
        ),
        (
            SecondaryControls::XSAVES.bits(),
            other::control::SecondaryControls::ENABLE_XSAVES_XRSTORS.bits(),
        ),
        (
            SecondaryControls::MODE_BASED_EXECUTE.bits(),
            other::control::SecondaryControls::MODE_BASED_EPT.bits(),
        ),
        (
            SecondaryControls::SUB_PAGE_PERMISSIONS.bits(),
            other::control::SecondaryControls::SUB_PAGE_EPT.bits(),
        ),
        (
            SecondaryControls::PT_USES_GUEST_PHYSICAL.bits(),
            other::control::SecondaryControls::INTEL_PT_GUEST_PHYSICAL.bits(),
        ),
        (
            SecondaryControls::TSC_SCALING.bits(),
            other::control::SecondaryControls::USE_TSC_SCALING.bits(),
        ),
        (
            SecondaryControls::USER_WAIT_AND_PAUSE.bits(),
            other::control::SecondaryControls::ENABLE_USER_WAIT_PAUSE.bits(),
        ),
        (
            SecondaryControls::ENCLV_EXITING.bits(),
            other::control::SecondaryControls::ENCLV_EXITING.bits(),
        ),
        (
            ExitControls::SAVE_DEBUG_CONTROLS.bits(),
            other::control::ExitControls::SAVE_DEBUG_CONTROLS.bits(),
        ),
        (
            ExitControls::HOST_ADDRESS_SPACE_SIZE.bits(),
            other::control::ExitControls::HOST_ADDRESS_SPACE_SIZE.bits(),
        ),
        (
            ExitControls::LOAD_PERF_GLOBAL_CTRL.bits(),
            other::control::ExitControls::LOAD_IA32_PERF_GLOBAL_CTRL.bits(),
        ),
        (
            ExitControls::ACKNOWLEDGE_INTERRUPT.bits(),
            other::control::ExitControls::ACK_INTERRUPT_ON_EXIT.bits(),
        ),
        (
            ExitControls::SAVE_PAT.bits(),
            other::control::ExitControls::SAVE_IA32_PAT.bits(),
        ),
        (
            ExitControls::LOAD_PAT.bits(),
            other::control::ExitControls::LOAD_IA32_PAT.bits(),
        ),
        (
            ExitControls::SAVE_EFER.bits(),
            other::control::ExitControls::SAVE_IA32_EFER.bits(),
        ),
        (
            ExitControls::LOAD_EFER.bits(),
            other::control::ExitControls::LOAD_IA32_EFER.bits(),
        ),
        (
            ExitControls::SAVE_PREEMPTION_TIMER.bits(),
            other::control::ExitControls::SAVE_VMX_PREEMPTION_TIMER.bits(),
        ),
        (
            ExitControls::CLEAR_BNDCFGS.bits(),
            other::control::ExitControls::CLEAR_IA32_BNDCFGS.bits(),
        ),
        (
            ExitControls::CONCEAL_VMX_FROM_PT.bits(),
            other::control::ExitControls::CONCEAL_VMX_FROM_PT.bits(),
        ),
        (
            ExitControls::CLEAR_RTIT_CTL.bits(),
            other::control::ExitControls::CLEAR_IA32_RTIT_CTL.bits(),
        ),
        (
            EntryControls::LOAD_DEBUG_CONTROLS.bits(),
            other::control::EntryControls::LOAD_DEBUG_CONTROLS.bits(),
        ),
        (
            EntryControls::IA32E_MODE_GUEST.bits(),
            other::control::EntryControls::IA32E_MODE_GUEST.bits(),
        ),
        (
            EntryControls::ENTRY_TO_SMM.bits(),
            other::control::EntryControls::ENTRY_TO_SMM.bits(),
        ),
        (
            EntryControls::DEACTIVATE_DUAL_MONITOR.bits(),
            other::control::EntryControls::DEACTIVATE_DUAL_MONITOR.bits(),
        ),
        (
            EntryControls::LOAD_PERF_GLOBAL_CTRL.bits(),
            other::control::EntryControls::LOAD_IA32_PERF_GLOBAL_CTRL.bits(),
        ),
        (
            EntryControls::LOAD_PAT.bits(),
            other::control::EntryControls::LOAD_IA32_PAT.bits(),
        ),
        (
            EntryControls::LOAD_EFER.bits(),
            other::control::EntryControls::LOAD_IA32_EFER.bits(),
        ),
        (
            EntryControls::LOAD_BNDCFGS.bits(),
            other::control::EntryControls::LOAD_IA32_BNDCFGS.bits(),
        ),
        (
            EntryControls::CONCEAL_VMX_FROM_PT.bits(),
            other::control::EntryControls::CONCEAL_VMX_FROM_PT.bits(),
        ),
        (
            EntryControls::LOAD_RTIT_CTL.bits(),
            other::control::EntryControls::LOAD_IA32_RTIT_CTL.bits(),
        ),
    ];
    for (ours, theirs) in pairs {
        assert_eq!(ours, theirs, "{ours:#x} is {theirs:#x} there");
    }
}
