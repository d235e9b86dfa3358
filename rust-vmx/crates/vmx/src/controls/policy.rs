//! What this hypervisor wants of each control, and why. This is the whole policy: the controls that change while a guest
//! runs (interrupt window, NMI window, MOV-DR exiting, IA-32e mode guest) start as these tables say.

use super::Need::{Forbidden, Required, Wanted};
use super::{EntryControls, ExitControls, Need, PinControls, PrimaryControls, Rule, SecondaryControls};

const fn rule<W>(control: W, need: Need, reason: &'static str) -> Rule<W> {
    Rule {
        control,
        need,
        reason,
    }
}

/// Pin-based controls.
pub const PIN: &[Rule<PinControls>] = &[
    rule(
        PinControls::EXTERNAL_INTERRUPT_EXITING,
        Required,
        "the host's interrupts belong to the host",
    ),
    rule(
        PinControls::NMI_EXITING,
        Required,
        "the host's NMIs belong to the host",
    ),
    rule(
        PinControls::VIRTUAL_NMIS,
        Required,
        "the guest has its own blocking by NMI",
    ),
    rule(
        PinControls::PREEMPTION_TIMER,
        Wanted,
        "ends the guest's slice and meets its deadlines without a host tick",
    ),
    rule(
        PinControls::POSTED_INTERRUPTS,
        Forbidden,
        "no posted-interrupt descriptor is set up",
    ),
];

/// Primary processor-based controls.
pub const PRIMARY: &[Rule<PrimaryControls>] = &[
    rule(
        PrimaryControls::INTERRUPT_WINDOW_EXITING,
        Forbidden,
        "only on while an interrupt waits for the guest",
    ),
    rule(
        PrimaryControls::TSC_OFFSETTING,
        Required,
        "the guest's clock starts when the guest does",
    ),
    rule(
        PrimaryControls::HLT_EXITING,
        Required,
        "an idle guest gives its CPU to other threads",
    ),
    rule(
        PrimaryControls::INVLPG_EXITING,
        Forbidden,
        "with EPT the guest's own translations are its own business",
    ),
    rule(
        PrimaryControls::MWAIT_EXITING,
        Required,
        "the guest must not put the host's CPU to sleep",
    ),
    rule(
        PrimaryControls::RDPMC_EXITING,
        Required,
        "the performance counters are the host's",
    ),
    rule(
        PrimaryControls::RDTSC_EXITING,
        Forbidden,
        "the TSC offset is enough",
    ),
    rule(
        PrimaryControls::CR3_LOAD_EXITING,
        Forbidden,
        "with EPT the guest may load CR3 as it likes",
    ),
    rule(
        PrimaryControls::CR3_STORE_EXITING,
        Forbidden,
        "with EPT CR3 holds what the guest put there",
    ),
    rule(
        PrimaryControls::ACTIVATE_TERTIARY,
        Forbidden,
        "nothing of the tertiary controls is used",
    ),
    rule(
        PrimaryControls::CR8_LOAD_EXITING,
        Required,
        "without a TPR shadow MOV to CR8 would reach the host's APIC",
    ),
    rule(
        PrimaryControls::CR8_STORE_EXITING,
        Required,
        "without a TPR shadow MOV from CR8 would read the host's APIC",
    ),
    rule(
        PrimaryControls::TPR_SHADOW,
        Forbidden,
        "no virtual-APIC page is set up",
    ),
    rule(
        PrimaryControls::NMI_WINDOW_EXITING,
        Forbidden,
        "only on while an NMI waits for the guest",
    ),
    rule(
        PrimaryControls::MOV_DR_EXITING,
        Required,
        "DR0 to DR3 and DR6 are loaded when the guest first uses them",
    ),
    rule(
        PrimaryControls::IO_BITMAPS,
        Required,
        "the machine says which ports exit",
    ),
    rule(
        PrimaryControls::MONITOR_TRAP_FLAG,
        Forbidden,
        "nothing single-steps the guest",
    ),
    rule(
        PrimaryControls::MSR_BITMAPS,
        Required,
        "the machine says which MSRs exit",
    ),
    rule(
        PrimaryControls::MONITOR_EXITING,
        Required,
        "the guest must not arm the host's monitor",
    ),
    rule(
        PrimaryControls::PAUSE_EXITING,
        Forbidden,
        "spinning guests are preempted by the timer",
    ),
    rule(
        PrimaryControls::ACTIVATE_SECONDARY,
        Required,
        "EPT and unrestricted guest are secondary controls",
    ),
];

/// Secondary processor-based controls.
pub const SECONDARY: &[Rule<SecondaryControls>] = &[
    rule(
        SecondaryControls::VIRTUALIZE_APIC_ACCESSES,
        Forbidden,
        "no APIC-access page is set up",
    ),
    rule(
        SecondaryControls::EPT,
        Required,
        "guest-physical memory is translated by EPT",
    ),
    rule(
        SecondaryControls::DESCRIPTOR_TABLE_EXITING,
        Forbidden,
        "the guest's descriptor tables are its own",
    ),
    rule(
        SecondaryControls::RDTSCP,
        Wanted,
        "the guest may use RDTSCP where the CPU has it",
    ),
    rule(
        SecondaryControls::VIRTUALIZE_X2APIC,
        Forbidden,
        "no virtual-APIC page is set up",
    ),
    rule(
        SecondaryControls::VPID,
        Wanted,
        "the TLB survives exits and entries",
    ),
    rule(
        SecondaryControls::WBINVD_EXITING,
        Wanted,
        "a guest has no reason to flush the host's caches",
    ),
    rule(
        SecondaryControls::UNRESTRICTED_GUEST,
        Required,
        "guests start in real mode or with paging off",
    ),
    rule(
        SecondaryControls::APIC_REGISTER_VIRTUALIZATION,
        Forbidden,
        "no virtual-APIC page is set up",
    ),
    rule(
        SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY,
        Forbidden,
        "the guest's interrupt controller is a model",
    ),
    rule(
        SecondaryControls::PAUSE_LOOP_EXITING,
        Forbidden,
        "spinning guests are preempted by the timer",
    ),
    rule(
        SecondaryControls::INVPCID,
        Forbidden,
        "the guest has no PCID: INVPCID is an invalid opcode",
    ),
    rule(
        SecondaryControls::VM_FUNCTIONS,
        Forbidden,
        "no VM function is offered",
    ),
    rule(
        SecondaryControls::VMCS_SHADOWING,
        Forbidden,
        "the guest has no VMX",
    ),
    rule(
        SecondaryControls::ENCLS_EXITING,
        Forbidden,
        "the guest has no SGX",
    ),
    rule(
        SecondaryControls::PAGE_MODIFICATION_LOGGING,
        Forbidden,
        "no log is set up",
    ),
    rule(
        SecondaryControls::EPT_VIOLATION_VE,
        Forbidden,
        "EPT violations are the host's",
    ),
    rule(
        SecondaryControls::XSAVES,
        Forbidden,
        "IA32_XSS is not switched, so the guest has no XSAVES",
    ),
    rule(
        SecondaryControls::MODE_BASED_EXECUTE,
        Forbidden,
        "the EPT entries have one execute bit",
    ),
    rule(
        SecondaryControls::SUB_PAGE_PERMISSIONS,
        Forbidden,
        "no sub-page table is set up",
    ),
    rule(
        SecondaryControls::TSC_SCALING,
        Forbidden,
        "the guest's TSC runs at the host's rate",
    ),
    rule(
        SecondaryControls::USER_WAIT_AND_PAUSE,
        Forbidden,
        "the guest must not put the host's CPU to sleep",
    ),
];

/// VM-exit controls.
pub const EXIT: &[Rule<ExitControls>] = &[
    rule(
        ExitControls::SAVE_DEBUG_CONTROLS,
        Required,
        "the guest may have changed DR7 and IA32_DEBUGCTL",
    ),
    rule(
        ExitControls::HOST_ADDRESS_SPACE_SIZE,
        Required,
        "the host runs in 64-bit mode",
    ),
    rule(
        ExitControls::LOAD_PERF_GLOBAL_CTRL,
        Forbidden,
        "the guest has no performance counters",
    ),
    rule(
        ExitControls::ACKNOWLEDGE_INTERRUPT,
        Forbidden,
        "the host's own handlers take the interrupt through the IDT once interrupts are enabled",
    ),
    rule(ExitControls::SAVE_PAT, Wanted, "the guest has its own IA32_PAT"),
    rule(ExitControls::LOAD_PAT, Wanted, "the host has its own IA32_PAT"),
    rule(
        ExitControls::SAVE_EFER,
        Required,
        "the guest changes EFER.LMA by itself when it switches paging",
    ),
    rule(
        ExitControls::LOAD_EFER,
        Required,
        "the host needs its own IA32_EFER at once",
    ),
    rule(
        ExitControls::SAVE_PREEMPTION_TIMER,
        Wanted,
        "the timer goes on behind an exit that changed no deadline",
    ),
    rule(
        ExitControls::LOAD_CET,
        Forbidden,
        "the host's CET state is not set up",
    ),
    rule(
        ExitControls::LOAD_PKRS,
        Forbidden,
        "the host's IA32_PKRS is not set up",
    ),
    rule(
        ExitControls::ACTIVATE_SECONDARY,
        Forbidden,
        "nothing of the secondary exit controls is used",
    ),
];

/// VM-entry controls.
pub const ENTRY: &[Rule<EntryControls>] = &[
    rule(
        EntryControls::LOAD_DEBUG_CONTROLS,
        Required,
        "the guest has its own DR7 and IA32_DEBUGCTL",
    ),
    rule(
        EntryControls::IA32E_MODE_GUEST,
        Forbidden,
        "the guest starts outside IA-32e mode; it follows EFER.LMA later",
    ),
    rule(EntryControls::ENTRY_TO_SMM, Forbidden, "the host is not in SMM"),
    rule(
        EntryControls::DEACTIVATE_DUAL_MONITOR,
        Forbidden,
        "the host is not in SMM",
    ),
    rule(
        EntryControls::LOAD_PERF_GLOBAL_CTRL,
        Forbidden,
        "the guest has no performance counters",
    ),
    rule(EntryControls::LOAD_PAT, Wanted, "the guest has its own IA32_PAT"),
    rule(
        EntryControls::LOAD_EFER,
        Required,
        "the guest has its own IA32_EFER",
    ),
    rule(EntryControls::LOAD_CET, Forbidden, "the guest has no CET"),
    rule(EntryControls::LOAD_PKRS, Forbidden, "the guest has no IA32_PKRS"),
];
