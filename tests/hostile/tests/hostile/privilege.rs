//! Privileged instructions in ring 3.

use hostile::{Family, guest};

/// General protection.
const GP: &str = "!0d 00000000";

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "privilege",
        vec![
            guest!(
                halt_and_interrupt_flag_in_protected_mode,
                Protected,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS hlt",
                "call *RING3",
                "FAULTS cli",
                "call *RING3",
                "FAULTS sti",
                "call *DONE"
            ),
            guest!(
                ports_in_protected_mode,
                Protected,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS inb $0x60, %al",
                "call *RING3",
                "FAULTS outb %al, $0x80",
                "call *RING3",
                "FAULTS insb",
                "call *RING3",
                "FAULTS outsb",
                "call *DONE"
            ),
            guest!(
                caches_in_protected_mode,
                Protected,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS wbinvd",
                "call *RING3",
                "FAULTS invd",
                "call *RING3",
                "FAULTS invlpg 0x5000",
                "call *DONE"
            ),
            guest!(
                system_tables_in_protected_mode,
                Protected,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS lgdt 0x5000",
                "call *RING3",
                "FAULTS lidt 0x5000",
                "call *RING3",
                "FAULTS lldt %ax",
                "call *RING3",
                "FAULTS ltr %ax",
                "call *DONE"
            ),
            guest!(
                machine_status_in_protected_mode,
                Protected,
                says[GP, GP],
                "call *RING3",
                "FAULTS clts",
                "call *RING3",
                "FAULTS lmsw %ax",
                "call *DONE"
            ),
            guest!(
                msrs_in_protected_mode,
                Protected,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS rdmsr",
                "call *RING3",
                "FAULTS wrmsr",
                "call *RING3",
                "FAULTS rdpmc",
                "call *DONE"
            ),
            guest!(
                control_registers_in_protected_mode,
                Protected,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS movl %cr0, %eax",
                "call *RING3",
                "FAULTS movl %eax, %cr0",
                "call *RING3",
                "FAULTS movl %cr3, %eax",
                "call *RING3",
                "FAULTS movl %eax, %cr4",
                "call *DONE"
            ),
            guest!(
                debug_registers_in_protected_mode,
                Protected,
                says[GP, GP],
                "call *RING3",
                "FAULTS movl %dr0, %eax",
                "call *RING3",
                "FAULTS movl %eax, %dr7",
                "call *DONE"
            ),
            guest!(
                fast_returns_in_protected_mode,
                Protected,
                says[GP],
                "call *RING3",
                "FAULTS sysexit",
                "call *DONE"
            ),
            guest!(
                halt_and_interrupt_flag_in_long_mode,
                Long,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS hlt",
                "call *RING3",
                "FAULTS cli",
                "call *RING3",
                "FAULTS sti",
                "call *DONE"
            ),
            guest!(
                ports_in_long_mode,
                Long,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS inb $0x60, %al",
                "call *RING3",
                "FAULTS outb %al, $0x80",
                "call *RING3",
                "FAULTS insb",
                "call *RING3",
                "FAULTS outsb",
                "call *DONE"
            ),
            guest!(
                caches_in_long_mode,
                Long,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS wbinvd",
                "call *RING3",
                "FAULTS invd",
                "call *RING3",
                "FAULTS invlpg 0x5000",
                "call *DONE"
            ),
            guest!(
                system_tables_in_long_mode,
                Long,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS lgdt 0x5000",
                "call *RING3",
                "FAULTS lidt 0x5000",
                "call *RING3",
                "FAULTS lldt %ax",
                "call *RING3",
                "FAULTS ltr %ax",
                "call *DONE"
            ),
            guest!(
                machine_status_in_long_mode,
                Long,
                says[GP, GP],
                "call *RING3",
                "FAULTS clts",
                "call *RING3",
                "FAULTS lmsw %ax",
                "call *DONE"
            ),
            guest!(
                msrs_in_long_mode,
                Long,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS rdmsr",
                "call *RING3",
                "FAULTS wrmsr",
                "call *RING3",
                "FAULTS rdpmc",
                "call *DONE"
            ),
            guest!(
                control_registers_in_long_mode,
                Long,
                says[GP, GP, GP, GP],
                "call *RING3",
                "FAULTS movq %cr0, %rax",
                "call *RING3",
                "FAULTS movq %rax, %cr0",
                "call *RING3",
                "FAULTS movq %cr3, %rax",
                "call *RING3",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                debug_registers_in_long_mode,
                Long,
                says[GP, GP],
                "call *RING3",
                "FAULTS movq %dr0, %rax",
                "call *RING3",
                "FAULTS movq %rax, %dr7",
                "call *DONE"
            ),
            guest!(
                fast_returns_in_long_mode,
                Long,
                says[GP, GP, GP],
                "call *RING3",
                "FAULTS sysexit",
                "call *RING3",
                "FAULTS sysretq",
                "call *RING3",
                "FAULTS swapgs",
                "call *DONE"
            ),
        ],
    )
}
