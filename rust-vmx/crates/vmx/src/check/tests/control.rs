//! Rules on the control fields.

use super::case::{Breach, Case, breaches};
use crate::addr::Hpa;
use crate::controls::{
    EntryControls as En, ExitControls as Ex, PinControls as Pin, PrimaryControls as Pri,
    SecondaryControls as Sec,
};
use crate::event::{Event, EventKind};
use crate::field::{control as f, guest};

/// Beyond 40 bits.
const FAR: Hpa = Hpa(1 << 40);
/// No multiple of anything.
const CROOKED: Hpa = Hpa(0x3001);
/// Tertiary controls.
const HLAT: u64 = 1 << 1;
const IPI: u64 = 1 << 4;

const fn software(length: u8) -> Event {
    Event {
        kind: EventKind::SoftwareInterrupt,
        vector: 0x80,
        error_code: None,
        instruction_length: length,
    }
}

impl Case {
    /// Injects an event.
    fn inject(&mut self, event: Event) {
        self.put(f::ENTRY_INTERRUPTION_INFO, event.interruption_info());
        self.put(f::ENTRY_INSTRUCTION_LENGTH, event.instruction_length.into());
    }

    fn without_ept(&mut self) {
        self.clear(f::SECONDARY_CONTROLS, (Sec::EPT | Sec::UNRESTRICTED_GUEST).bits());
    }

    fn posted(&mut self) {
        self.pin(Pin::POSTED_INTERRUPTS);
        self.primary(Pri::TPR_SHADOW);
        self.secondary(Sec::VIRTUAL_INTERRUPT_DELIVERY);
        self.exit(Ex::ACKNOWLEDGE_INTERRUPT);
    }

    /// One page of an MSR area that ends where addresses do.
    fn at_the_end(&self) -> Hpa {
        Hpa((1 << 40) - 4096)
    }
}

breaches! {
    pin_required: long_mode, |_c| (), |c| c.clear(f::PIN_CONTROLS, 2u64);
    pin_unknown: long_mode, |c| c.cpu.vmx.pin.may_be_one = 0x7F, |c| c.set(f::PIN_CONTROLS, 1u64 << 8);
    primary_required: long_mode, |_c| (), |c| c.clear(f::PRIMARY_CONTROLS, 2u64);
    primary_unknown: long_mode, |c| c.cpu.vmx.primary.may_be_one &= !Pri::PAUSE_EXITING.bits(), |c| c.primary(Pri::PAUSE_EXITING);
    secondary_required: long_mode, |c| c.cpu.vmx.secondary.must_be_one = Sec::VPID.bits(), |c| c.clear(f::SECONDARY_CONTROLS, Sec::VPID.bits());
    secondary_unknown: long_mode, |c| c.cpu.vmx.secondary.may_be_one &= !Sec::RDTSCP.bits(), |c| c.secondary(Sec::RDTSCP);
    tertiary_unknown: long_mode, |c| c.put(f::TERTIARY_CONTROLS, 1), |c| c.put(f::TERTIARY_CONTROLS, 1 << 9);
    cr3_targets: long_mode, |c| c.put(f::CR3_TARGET_COUNT, 4), |c| c.put(f::CR3_TARGET_COUNT, 5);
    io_bitmaps: long_mode, |c| c.put(f::IO_BITMAP_B, Hpa(0x3000)), |c| c.put(f::IO_BITMAP_B, CROOKED);
    msr_bitmap: long_mode, |c| c.put(f::MSR_BITMAP, Hpa(0x3000)), |c| c.put(f::MSR_BITMAP, FAR);
    virtual_apic_page: long_mode, |c| c.primary(Pri::TPR_SHADOW), |c| c.put(f::VIRTUAL_APIC_ADDRESS, CROOKED);
    tpr_threshold_bits: long_mode, |c| { c.primary(Pri::TPR_SHADOW); c.put(f::TPR_THRESHOLD, 0xF) }, |c| c.put(f::TPR_THRESHOLD, 0x10);
    tpr_threshold_above_vtpr: long_mode,
        |c| { c.primary(Pri::TPR_SHADOW); c.memory.0.insert(0x80, 0x30); c.put(f::TPR_THRESHOLD, 3) },
        |c| c.put(f::TPR_THRESHOLD, 4);
    virtual_nmis_need_nmi_exiting: long_mode, |_c| (), |c| c.clear(f::PIN_CONTROLS, Pin::NMI_EXITING.bits());
    nmi_window_needs_virtual_nmis: long_mode, |c| c.primary(Pri::NMI_WINDOW_EXITING), |c| c.clear(f::PIN_CONTROLS, Pin::VIRTUAL_NMIS.bits());
    apic_access_page: long_mode, |c| c.secondary(Sec::VIRTUALIZE_APIC_ACCESSES), |c| c.put(f::APIC_ACCESS_ADDRESS, CROOKED);
    virtual_apic_needs_tpr_shadow: long_mode,
        |c| { c.primary(Pri::TPR_SHADOW); c.secondary(Sec::APIC_REGISTER_VIRTUALIZATION) },
        |c| c.clear(f::PRIMARY_CONTROLS, Pri::TPR_SHADOW.bits());
    x2apic_excludes_accesses: long_mode,
        |c| { c.primary(Pri::TPR_SHADOW); c.secondary(Sec::VIRTUALIZE_X2APIC) },
        |c| c.secondary(Sec::VIRTUALIZE_APIC_ACCESSES);
    delivery_needs_interrupt_exiting: long_mode,
        |c| { c.primary(Pri::TPR_SHADOW); c.secondary(Sec::VIRTUAL_INTERRUPT_DELIVERY) },
        |c| c.clear(f::PIN_CONTROLS, Pin::EXTERNAL_INTERRUPT_EXITING.bits());
    posted_need_delivery: long_mode, |c| c.posted(), |c| c.clear(f::SECONDARY_CONTROLS, Sec::VIRTUAL_INTERRUPT_DELIVERY.bits());
    posted_need_acknowledge: long_mode, |c| c.posted(), |c| c.clear(f::EXIT_CONTROLS, Ex::ACKNOWLEDGE_INTERRUPT.bits());
    posted_vector: long_mode, |c| { c.posted(); c.put(f::POSTED_INTERRUPT_VECTOR, 255) }, |c| c.put(f::POSTED_INTERRUPT_VECTOR, 256);
    posted_descriptor: long_mode, |c| { c.posted(); c.put(f::POSTED_INTERRUPT_DESCRIPTOR, Hpa(64)) }, |c| c.put(f::POSTED_INTERRUPT_DESCRIPTOR, Hpa(32));
    vpid_not_zero: long_mode, |_c| (), |c| c.put(f::VPID, 0);
    eptp_memory_type: long_mode, |c| c.clear(f::EPT_POINTER, 7u64), |c| c.set(f::EPT_POINTER, 1u64);
    eptp_walk_length: long_mode, |c| { c.clear(f::EPT_POINTER, 0x38u64); c.set(f::EPT_POINTER, 4u64 << 3) }, |c| c.set(f::EPT_POINTER, 1u64 << 3);
    eptp_accessed_dirty: long_mode,
        |c| c.cpu = c.cpu_with(0x48C, |value| value & !(1 << 21)),
        |c| c.set(f::EPT_POINTER, 1u64 << 6);
    eptp_shadow_stack: long_mode, |c| c.cpu = c.cpu_with(0x48C, |value| value & !(1 << 23)), |c| c.set(f::EPT_POINTER, 1u64 << 7);
    eptp_reserved: long_mode, |_c| (), |c| c.set(f::EPT_POINTER, 1u64 << 8);
    pml_needs_ept: protected_mode, |c| c.secondary(Sec::PAGE_MODIFICATION_LOGGING), |c| c.without_ept();
    pml_page: long_mode, |c| c.secondary(Sec::PAGE_MODIFICATION_LOGGING), |c| c.put(f::PML_ADDRESS, CROOKED);
    unrestricted_needs_ept: long_mode, |_c| (), |c| c.clear(f::SECONDARY_CONTROLS, Sec::EPT.bits());
    sub_page_needs_ept: protected_mode, |c| c.secondary(Sec::SUB_PAGE_PERMISSIONS), |c| c.without_ept();
    sub_page_table: long_mode, |c| c.secondary(Sec::SUB_PAGE_PERMISSIONS), |c| c.put(f::SPP_TABLE_POINTER, FAR);
    vm_functions_unknown: long_mode, |c| { c.secondary(Sec::VM_FUNCTIONS); c.put(f::VM_FUNCTION_CONTROLS, 1) }, |c| c.put(f::VM_FUNCTION_CONTROLS, 2);
    eptp_switching_needs_ept: protected_mode, |c| { c.secondary(Sec::VM_FUNCTIONS); c.put(f::VM_FUNCTION_CONTROLS, 1) }, |c| c.without_ept();
    eptp_list: long_mode, |c| { c.secondary(Sec::VM_FUNCTIONS); c.put(f::VM_FUNCTION_CONTROLS, 1) }, |c| c.put(f::EPTP_LIST_ADDRESS, CROOKED);
    shadowing_bitmaps: long_mode, |c| c.secondary(Sec::VMCS_SHADOWING), |c| c.put(f::VMWRITE_BITMAP, CROOKED);
    ve_information: long_mode, |c| c.secondary(Sec::EPT_VIOLATION_VE), |c| c.put(f::VE_INFORMATION_ADDRESS, CROOKED);
    pt_needs_ept: protected_mode, |c| c.traces(), |c| c.without_ept();
    pt_needs_load: long_mode, |c| c.traces(), |c| c.clear(f::ENTRY_CONTROLS, En::LOAD_RTIT_CTL.bits());
    pt_needs_clear: long_mode, |c| c.traces(), |c| c.clear(f::EXIT_CONTROLS, Ex::CLEAR_RTIT_CTL.bits());
    tsc_multiplier: long_mode, |c| { c.secondary(Sec::TSC_SCALING); c.put(f::TSC_MULTIPLIER, 1) }, |c| c.put(f::TSC_MULTIPLIER, 0);
    pasid_directories: long_mode, |c| c.secondary(Sec::PASID_TRANSLATION), |c| c.put(f::HIGH_PASID_DIRECTORY, FAR);
    hlat_needs_ept: protected_mode, |c| c.put(f::TERTIARY_CONTROLS, HLAT), |c| c.without_ept();
    hlat_pointer: long_mode, |c| { c.put(f::TERTIARY_CONTROLS, HLAT); c.put(f::HLAT_POINTER, 0x1018) }, |c| c.put(f::HLAT_POINTER, 0x1020);
    pid_pointer_table: long_mode, |c| c.sends_ipis(), |c| c.put(f::PID_POINTER_TABLE, Hpa(4));
    pid_pointer_table_end: long_mode,
        |c| { c.sends_ipis(); c.put(f::PID_POINTER_TABLE, Hpa((1 << 40) - 8)) },
        |c| c.put(f::LAST_PID_POINTER_INDEX, 1);

    exit_required: long_mode, |_c| (), |c| c.clear(f::EXIT_CONTROLS, 1u64);
    exit_unknown: long_mode, |c| c.cpu.vmx.exit.may_be_one &= !Ex::SAVE_PAT.bits(), |c| c.exit(Ex::SAVE_PAT);
    secondary_exit_unknown: long_mode, |c| { c.exit(Ex::ACTIVATE_SECONDARY); c.put(f::SECONDARY_EXIT_CONTROLS, 8) }, |c| c.put(f::SECONDARY_EXIT_CONTROLS, 1);
    saved_timer_needs_timer: long_mode,
        |c| { c.pin(Pin::PREEMPTION_TIMER); c.exit(Ex::SAVE_PREEMPTION_TIMER) },
        |c| c.clear(f::PIN_CONTROLS, Pin::PREEMPTION_TIMER.bits());
    exit_store_address: long_mode, |c| c.put(f::EXIT_MSR_STORE_COUNT, 1), |c| c.put(f::EXIT_MSR_STORE_ADDRESS, Hpa(8));
    exit_store_end: long_mode,
        |c| { let end = c.at_the_end(); c.put(f::EXIT_MSR_STORE_ADDRESS, end); c.put(f::EXIT_MSR_STORE_COUNT, 256) },
        |c| c.put(f::EXIT_MSR_STORE_COUNT, 257);
    exit_load_address: long_mode, |c| c.put(f::EXIT_MSR_LOAD_COUNT, 1), |c| c.put(f::EXIT_MSR_LOAD_ADDRESS, Hpa(8));
    exit_load_end: long_mode,
        |c| { let end = c.at_the_end(); c.put(f::EXIT_MSR_LOAD_ADDRESS, end); c.put(f::EXIT_MSR_LOAD_COUNT, 256) },
        |c| c.put(f::EXIT_MSR_LOAD_COUNT, 257);

    entry_required: long_mode, |_c| (), |c| c.clear(f::ENTRY_CONTROLS, 1u64);
    entry_unknown: long_mode, |c| c.cpu.vmx.entry.may_be_one &= !En::CONCEAL_VMX_FROM_PT.bits(), |c| c.entry(En::CONCEAL_VMX_FROM_PT);
    outside_smm: long_mode, |_c| (), |c| c.entry(En::ENTRY_TO_SMM);
    event_type: long_mode, |c| c.inject(Event::UD), |c| c.put(f::ENTRY_INTERRUPTION_INFO, 1 << 31 | 1 << 8);
    nmi_vector: long_mode, |c| c.put(f::ENTRY_INTERRUPTION_INFO, 1 << 31 | 0x202), |c| c.put(f::ENTRY_INTERRUPTION_INFO, 1 << 31 | 0x203);
    exception_vector: long_mode, |c| c.inject(Event::fault(31)), |c| c.inject(Event::fault(32));
    other_event_vector: long_mode, |c| c.put(f::ENTRY_INTERRUPTION_INFO, 1 << 31 | 0x700), |c| c.put(f::ENTRY_INTERRUPTION_INFO, 1 << 31 | 0x701);
    error_code_wanted: long_mode, |c| c.inject(Event::GP), |c| c.inject(Event::fault(13));
    error_code_of_exceptions: long_mode,
        |c| c.inject(software(2)),
        |c| { c.inject(software(2)); c.set(f::ENTRY_INTERRUPTION_INFO, 1u64 << 11); c.clear(f::ENTRY_INTERRUPTION_INFO, 0xFFu64); c.set(f::ENTRY_INTERRUPTION_INFO, 14u64) };
    error_code_in_real_mode: real_mode, |c| c.inject(Event::fault(13)), |c| c.inject(Event::GP);
    error_code_unwanted: long_mode, |c| c.inject(Event::UD), |c| c.inject(Event::fault_with_code(6, 0));
    event_reserved: long_mode, |c| c.inject(Event::UD), |c| c.set(f::ENTRY_INTERRUPTION_INFO, 1u64 << 12);
    error_code_reserved: long_mode, |c| { c.inject(Event::GP); c.put(f::ENTRY_EXCEPTION_ERROR_CODE, 0xFFFF) }, |c| c.put(f::ENTRY_EXCEPTION_ERROR_CODE, 0x1_0000);
    instruction_length: long_mode, |c| c.inject(software(15)), |c| c.inject(software(16));
    entry_load_address: long_mode, |c| c.put(f::ENTRY_MSR_LOAD_COUNT, 1), |c| c.put(f::ENTRY_MSR_LOAD_ADDRESS, Hpa(8));
    entry_load_end: long_mode,
        |c| { let end = c.at_the_end(); c.put(f::ENTRY_MSR_LOAD_ADDRESS, end); c.put(f::ENTRY_MSR_LOAD_COUNT, 256) },
        |c| c.put(f::ENTRY_MSR_LOAD_COUNT, 257);
}

impl Case {
    /// A tracing guest.
    fn traces(&mut self) {
        self.secondary(Sec::PT_USES_GUEST_PHYSICAL);
        self.entry(En::LOAD_RTIT_CTL);
        self.exit(Ex::CLEAR_RTIT_CTL);
        self.put(guest::RTIT_CTL, 0);
    }

    fn sends_ipis(&mut self) {
        self.primary(Pri::TPR_SHADOW);
        self.put(f::TERTIARY_CONTROLS, IPI);
    }
}
