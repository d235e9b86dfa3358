//! The bits of the control words, each word in bit order. The SDM's tables say what each does; where a name does not explain
//! itself, `policy` says what it is good for.
#![allow(missing_docs)]

use super::ControlWord;
use crate::field::Value;
use bitflags::bitflags;

macro_rules! control_word {
    ($word:ident is $name:literal) => {
        impl ControlWord for $word {
            const NAME: &'static str = $name;
        }

        impl Value for $word {
            fn from_raw(raw: u64) -> Self {
                Self::from_bits_retain(raw as u32)
            }
            fn into_raw(self) -> u64 {
                u64::from(self.bits())
            }
        }
    };
}

bitflags! {
    /// Pin-based VM-execution controls (SDM 25.6.1, table 25-5).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct PinControls: u32 {
        /// External interrupts cause exits instead of going through the guest's IDT.
        const EXTERNAL_INTERRUPT_EXITING = 1 << 0;
        /// NMIs cause exits.
        const NMI_EXITING = 1 << 3;
        /// Blocking by NMI is the guest's own; needs NMI exiting.
        const VIRTUAL_NMIS = 1 << 5;
        /// The VMX-preemption timer counts down in the guest.
        const PREEMPTION_TIMER = 1 << 6;
        /// Posted-interrupt processing.
        const POSTED_INTERRUPTS = 1 << 7;
        const _ = !0;
    }
}
control_word!(PinControls is "pin-based");

bitflags! {
    /// Primary processor-based VM-execution controls (SDM 25.6.2, table 25-6).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct PrimaryControls: u32 {
        const INTERRUPT_WINDOW_EXITING = 1 << 2;
        const TSC_OFFSETTING = 1 << 3;
        const HLT_EXITING = 1 << 7;
        const INVLPG_EXITING = 1 << 9;
        const MWAIT_EXITING = 1 << 10;
        const RDPMC_EXITING = 1 << 11;
        const RDTSC_EXITING = 1 << 12;
        const CR3_LOAD_EXITING = 1 << 15;
        const CR3_STORE_EXITING = 1 << 16;
        const ACTIVATE_TERTIARY = 1 << 17;
        const CR8_LOAD_EXITING = 1 << 19;
        const CR8_STORE_EXITING = 1 << 20;
        const TPR_SHADOW = 1 << 21;
        const NMI_WINDOW_EXITING = 1 << 22;
        const MOV_DR_EXITING = 1 << 23;
        const UNCONDITIONAL_IO_EXITING = 1 << 24;
        const IO_BITMAPS = 1 << 25;
        const MONITOR_TRAP_FLAG = 1 << 27;
        const MSR_BITMAPS = 1 << 28;
        const MONITOR_EXITING = 1 << 29;
        const PAUSE_EXITING = 1 << 30;
        const ACTIVATE_SECONDARY = 1 << 31;
        const _ = !0;
    }
}
control_word!(PrimaryControls is "primary processor-based");

bitflags! {
    /// Secondary processor-based VM-execution controls (SDM 25.6.2, table 25-7).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct SecondaryControls: u32 {
        const VIRTUALIZE_APIC_ACCESSES = 1 << 0;
        const EPT = 1 << 1;
        const DESCRIPTOR_TABLE_EXITING = 1 << 2;
        const RDTSCP = 1 << 3;
        const VIRTUALIZE_X2APIC = 1 << 4;
        const VPID = 1 << 5;
        const WBINVD_EXITING = 1 << 6;
        const UNRESTRICTED_GUEST = 1 << 7;
        const APIC_REGISTER_VIRTUALIZATION = 1 << 8;
        const VIRTUAL_INTERRUPT_DELIVERY = 1 << 9;
        const PAUSE_LOOP_EXITING = 1 << 10;
        const RDRAND_EXITING = 1 << 11;
        const INVPCID = 1 << 12;
        const VM_FUNCTIONS = 1 << 13;
        const VMCS_SHADOWING = 1 << 14;
        const ENCLS_EXITING = 1 << 15;
        const RDSEED_EXITING = 1 << 16;
        const PAGE_MODIFICATION_LOGGING = 1 << 17;
        const EPT_VIOLATION_VE = 1 << 18;
        const CONCEAL_VMX_FROM_PT = 1 << 19;
        const XSAVES = 1 << 20;
        const PASID_TRANSLATION = 1 << 21;
        const MODE_BASED_EXECUTE = 1 << 22;
        const SUB_PAGE_PERMISSIONS = 1 << 23;
        const PT_USES_GUEST_PHYSICAL = 1 << 24;
        const TSC_SCALING = 1 << 25;
        const USER_WAIT_AND_PAUSE = 1 << 26;
        const PCONFIG = 1 << 27;
        const ENCLV_EXITING = 1 << 28;
        const BUS_LOCK_DETECTION = 1 << 30;
        const INSTRUCTION_TIMEOUT = 1 << 31;
        const _ = !0;
    }
}
control_word!(SecondaryControls is "secondary processor-based");

bitflags! {
    /// Primary VM-exit controls (SDM 25.7.1, table 25-13).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct ExitControls: u32 {
        const SAVE_DEBUG_CONTROLS = 1 << 2;
        const HOST_ADDRESS_SPACE_SIZE = 1 << 9;
        const LOAD_PERF_GLOBAL_CTRL = 1 << 12;
        const ACKNOWLEDGE_INTERRUPT = 1 << 15;
        const SAVE_PAT = 1 << 18;
        const LOAD_PAT = 1 << 19;
        const SAVE_EFER = 1 << 20;
        const LOAD_EFER = 1 << 21;
        const SAVE_PREEMPTION_TIMER = 1 << 22;
        const CLEAR_BNDCFGS = 1 << 23;
        const CONCEAL_VMX_FROM_PT = 1 << 24;
        const CLEAR_RTIT_CTL = 1 << 25;
        const CLEAR_LBR_CTL = 1 << 26;
        const CLEAR_UINV = 1 << 27;
        const LOAD_CET = 1 << 28;
        const LOAD_PKRS = 1 << 29;
        const SAVE_PERF_GLOBAL_CTRL = 1 << 30;
        const ACTIVATE_SECONDARY = 1 << 31;
        const _ = !0;
    }
}
control_word!(ExitControls is "VM-exit");

bitflags! {
    /// VM-entry controls (SDM 25.8.1, table 25-15).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct EntryControls: u32 {
        const LOAD_DEBUG_CONTROLS = 1 << 2;
        const IA32E_MODE_GUEST = 1 << 9;
        const ENTRY_TO_SMM = 1 << 10;
        const DEACTIVATE_DUAL_MONITOR = 1 << 11;
        const LOAD_PERF_GLOBAL_CTRL = 1 << 13;
        const LOAD_PAT = 1 << 14;
        const LOAD_EFER = 1 << 15;
        const LOAD_BNDCFGS = 1 << 16;
        const CONCEAL_VMX_FROM_PT = 1 << 17;
        const LOAD_RTIT_CTL = 1 << 18;
        const LOAD_UINV = 1 << 19;
        const LOAD_CET = 1 << 20;
        const LOAD_LBR_CTL = 1 << 21;
        const LOAD_PKRS = 1 << 22;
        const _ = !0;
    }
}
control_word!(EntryControls is "VM-entry");
