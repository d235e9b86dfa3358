//! The basic exit reasons by number (SDM appendix C, "VMX Basic Exit Reasons").

macro_rules! reasons {
    ($($number:literal $name:ident $text:literal;)*) => {
        $(#[doc = $text] pub const $name: u16 = $number;)*

        /// The reason's name for statistics and reports: at most 24 characters, a column of `vmstat`.
        #[must_use]
        pub const fn name(reason: u16) -> &'static str {
            match reason {
                $($number => $text,)*
                _ => "other",
            }
        }
    };
}

reasons! {
    0 EXCEPTION_OR_NMI "exception or NMI";
    1 EXTERNAL_INTERRUPT "external interrupt";
    2 TRIPLE_FAULT "triple fault";
    3 INIT "INIT signal";
    4 STARTUP_IPI "start-up IPI";
    5 IO_SMI "I/O SMI";
    6 OTHER_SMI "other SMI";
    7 INTERRUPT_WINDOW "interrupt window";
    8 NMI_WINDOW "NMI window";
    9 TASK_SWITCH "task switch";
    10 CPUID "CPUID";
    11 GETSEC "GETSEC";
    12 HLT "HLT";
    13 INVD "INVD";
    14 INVLPG "INVLPG";
    15 RDPMC "RDPMC";
    16 RDTSC "RDTSC";
    17 RSM "RSM";
    18 VMCALL "VMCALL";
    19 VMCLEAR "VMCLEAR";
    20 VMLAUNCH "VMLAUNCH";
    21 VMPTRLD "VMPTRLD";
    22 VMPTRST "VMPTRST";
    23 VMREAD "VMREAD";
    24 VMRESUME "VMRESUME";
    25 VMWRITE "VMWRITE";
    26 VMXOFF "VMXOFF";
    27 VMXON "VMXON";
    28 CONTROL_REGISTER "control register";
    29 DEBUG_REGISTER "debug register";
    30 IO "port I/O";
    31 RDMSR "RDMSR";
    32 WRMSR "WRMSR";
    33 ENTRY_GUEST_STATE "entry: guest state";
    34 ENTRY_MSR_LOADING "entry: MSR loading";
    36 MWAIT "MWAIT";
    37 MONITOR_TRAP_FLAG "monitor trap";
    39 MONITOR "MONITOR";
    40 PAUSE "PAUSE";
    41 ENTRY_MACHINE_CHECK "entry: machine check";
    43 TPR_BELOW_THRESHOLD "TPR below threshold";
    44 APIC_ACCESS "APIC access";
    45 VIRTUALIZED_EOI "virtual EOI";
    46 GDTR_IDTR "GDTR or IDTR";
    47 LDTR_TR "LDTR or TR";
    48 EPT_VIOLATION "EPT violation";
    49 EPT_MISCONFIGURATION "EPT misconfiguration";
    50 INVEPT "INVEPT";
    51 RDTSCP "RDTSCP";
    52 PREEMPTION_TIMER "preemption timer";
    53 INVVPID "INVVPID";
    54 WBINVD "WBINVD";
    55 XSETBV "XSETBV";
    56 APIC_WRITE "APIC write";
    57 RDRAND "RDRAND";
    58 INVPCID "INVPCID";
    59 VMFUNC "VMFUNC";
    60 ENCLS "ENCLS";
    61 RDSEED "RDSEED";
    62 PML_FULL "page log full";
    63 XSAVES "XSAVES";
    64 XRSTORS "XRSTORS";
    65 PCONFIG "PCONFIG";
    66 SPP_EVENT "sub-page permission";
    67 UMWAIT "UMWAIT";
    68 TPAUSE "TPAUSE";
    69 LOADIWKEY "LOADIWKEY";
    70 ENCLV "ENCLV";
    72 ENQCMD_PASID "ENQCMD PASID";
    73 ENQCMDS_PASID "ENQCMDS PASID";
    74 BUS_LOCK "bus lock";
    75 INSTRUCTION_TIMEOUT "instruction timeout";
    76 SEAMCALL "SEAMCALL";
    77 TDCALL "TDCALL";
    78 RDMSRLIST "RDMSRLIST";
    79 WRMSRLIST "WRMSRLIST";
}

/// Whether the exit was caused by executing an instruction, whose length the VMCS then has (SDM "Information for VM Exits Due to
/// Instruction Execution", 28.2.5); task switches are included, exceptions are not.
#[must_use]
pub const fn is_instruction(reason: u16) -> bool {
    matches!(
        reason,
        TASK_SWITCH..=WRMSR
            | MWAIT
            | MONITOR
            | PAUSE
            | GDTR_IDTR
            | LDTR_TR
            | INVEPT
            | RDTSCP
            | INVVPID..=XSETBV
            | RDRAND..=RDSEED
            | XSAVES..=PCONFIG
            | UMWAIT..=ENCLV
    )
}

/// Whether the exit may have come in the middle of an event's delivery: then, and only then, IDT-vectoring information can be valid (SDM
/// "Information for VM Exits That Occur During Event Delivery", 28.2.4, which names these). An instruction that exits was reached by
/// the guest, and interrupts, windows and timers exit between instructions.
#[must_use]
pub const fn may_interrupt_delivery(reason: u16) -> bool {
    matches!(
        reason,
        EXCEPTION_OR_NMI
            | TASK_SWITCH
            | APIC_ACCESS
            | EPT_VIOLATION
            | EPT_MISCONFIGURATION
            | PML_FULL
            | SPP_EVENT
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_fit_into_their_column() {
        for reason in 0..=u16::from(u8::MAX) {
            let name = super::name(reason);
            assert!((1..=24).contains(&name.len()), "{reason}: {name}");
        }
    }
}
