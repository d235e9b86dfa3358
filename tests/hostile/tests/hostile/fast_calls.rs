//! SYSENTER, SYSEXIT, SYSCALL and SYSRET with MSRs that are odd: none of them looks at a descriptor, and none of what they load may
//! trouble an exit behind them.

use hostile::{Family, Guest, guest};

/// General protection.
const GP: &str = "!0d 00000000";
/// Invalid opcode.
const UD: &str = "!06 00000000";

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = sysenter();
    guests.extend(syscall());
    Family::new("fast_calls", guests)
}

/// SYSENTER and SYSEXIT.
fn sysenter() -> Vec<Guest> {
    vec![
        guest!(
            null_selectors_in_protected_mode,
            Protected,
            // Bits 0 and 1 do not count.
            says[GP, GP, GP],
            "SET_MSR 0x174, 3",
            "FAULTS sysenter",
            "FAULTS sysexit",
            "call *RING3",
            "FAULTS sysenter",
            "call *DONE"
        ),
        guest!(
            null_selectors_in_long_mode,
            Long,
            says[GP, GP, GP, GP],
            "SET_MSR 0x174, 3",
            "FAULTS sysenter",
            "FAULTS sysexit",
            "FAULTS sysexitq",
            "call *RING3",
            "FAULTS sysenter",
            "call *DONE"
        ),
        guest!(
            there_and_back_in_protected_mode,
            Protected,
            // Ring 3's code selector is that of 64-bit code, which nobody looks at.
            says["=00000008", "=00000010", "=00007c00", "=00000000", GP],
            "SYSENTER_TO 1f, 8",
            "PIC 0xFF",
            "sti",
            "call *RING3",
            "sysenter",
            "1: movl %esp, KEPT",
            "pushfl",
            "popl TAKEN",
            "SAY_SELECTOR %cs",
            "SAY_SELECTOR %ss",
            "SAY KEPT",
            "andl $0x20200, TAKEN",
            "SAY TAKEN",
            "ADDRESS 2f, %edx",
            "movl $RING3_STACK, %ecx",
            "sysexit",
            "2: FAULTS hlt",
            "call *DONE"
        ),
        guest!(
            selectors_of_nothing,
            Protected,
            // Behind the end of the GDT; an exit and the entry behind it take them as they are.
            says["=00000f00", "=00000f08", "=00000001"],
            "SYSENTER_TO 1f, 0xF03",
            "sysenter",
            "1: SAY_SELECTOR %cs",
            "SAY_SELECTOR %ss",
            "cpuid",
            "SAY $1",
            "call *DONE"
        ),
        guest!(
            from_virtual_8086_mode,
            Protected,
            says["=00000008", "=00000000"],
            "SYSENTER_TO 1f, 8",
            "V86_BEHIND 0, 2f, 2f",
            ".code16",
            "2: sysenter",
            ".code32",
            "1: movw $DATA, %ax",
            "movw %ax, %ds",
            "movw %ax, %es",
            "SAY_SELECTOR %cs",
            "pushfl",
            "popl %eax",
            "andl $0x20000, %eax",
            "call *VALUE",
            "call *DONE",
            "798:"
        ),
        guest!(
            from_compatibility_mode,
            Long,
            // What runs there are 64-bit instructions.
            says["=00000008", "=00000010", "=00000005"],
            "SYSENTER_TO 1f, 8",
            "pushq $DATA_RING3",
            "pushq $RING3_STACK",
            "pushfq",
            "pushq $CODE32_RING3",
            "ADDRESS 2f, %eax",
            "pushq %rax",
            "iretq",
            ".code32",
            "2: sysenter",
            ".code64",
            "1: SAY_SELECTOR %cs",
            "SAY_SELECTOR %ss",
            "movabsq $0x500000000, %rax",
            "shrq $32, %rax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            returns_that_are_not_canonical,
            Long,
            says[GP, GP],
            "SET_MSR 0x174, 8",
            "movabsq $0x800000000000, %rdx",
            "movl $RING3_STACK, %ecx",
            "FAULTS sysexitq",
            "movabsq $0x800000000000, %rcx",
            "ADDRESS 1f, %edx",
            "FAULTS sysexitq",
            "1: call *DONE"
        ),
        guest!(
            return_to_32_bit_code,
            Long,
            // Its upper halves are cut off: they need not be canonical.
            says[GP],
            "SET_MSR 0x174, 0x10",
            "ADDRESS 1f, %edx",
            "movabsq $0x800000000000, %rcx",
            "orq %rcx, %rdx",
            "orq $RING3_STACK, %rcx",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "sysexit",
            "1: hlt",
            "2: call *DONE"
        ),
    ]
}

/// SYSCALL and SYSRET.
fn syscall() -> Vec<Guest> {
    vec![
        guest!(
            not_in_real_mode,
            Real,
            says[UD, UD],
            "FAULTS .byte 0x0F, 0x05",
            "FAULTS .byte 0x0F, 0x07",
            "call *DONE"
        ),
        guest!(
            return_switched_off,
            Long,
            says[UD, UD],
            "movl $0xC0000080, %ecx",
            "rdmsr",
            "andl $~1, %eax",
            "wrmsr",
            "FAULTS sysretq",
            "FAULTS sysretl",
            "call *DONE"
        ),
        guest!(
            there_and_back,
            Long,
            // The mask takes IF and DF from the flags; R11 has them.
            says["=00000008", "=00000010", "=00000000", "=00000600", GP],
            "SYSCALL_TO 1f, 0x00200008, 0x600",
            "PIC 0xFF",
            "pushfq",
            "orl $0x600, (%rsp)",
            "popfq",
            "call *RING3",
            "syscall",
            "1: pushfq",
            "popq %rbp",
            "movq %rcx, %r12",
            "cld",
            "movl $RING0_STACK, %esp",
            "SAY_SELECTOR %cs",
            "SAY_SELECTOR %ss",
            "andl $0x600, %ebp",
            "SAY %ebp",
            "movl %r11d, %eax",
            "andl $0x600, %eax",
            "call *VALUE",
            "movl $2, %r11d",
            "ADDRESS 2f, %ecx",
            "sysretq",
            "2: FAULTS hlt",
            "call *DONE"
        ),
        guest!(
            null_selectors,
            Long,
            // SYSCALL takes 0; so must an exit and the entry behind it.
            says["=00000000", "=00000008", "=00000001"],
            "SYSCALL_TO 1f, 0",
            "syscall",
            "1: SAY_SELECTOR %cs",
            "SAY_SELECTOR %ss",
            "cpuid",
            "SAY $1",
            "call *DONE"
        ),
        guest!(
            return_with_null_selectors,
            Long,
            says[GP],
            "SYSCALL_TO 1f, 0",
            "movl $2, %r11d",
            "ADDRESS 1f, %ecx",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "sysretq",
            "1: hlt",
            "2: call *DONE"
        ),
        guest!(
            the_return_ends_single_step_as_r11_says,
            Long,
            // TF in R11 is TF behind SYSRET: one instruction of ring 3 is executed.
            says["!01 00000000", "=00004000"],
            "SYSCALL_TO 1f, 0x00200008",
            "movl $0x102, %r11d",
            "ADDRESS 1f, %ecx",
            "ADDRESS 2f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 3f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "sysretq",
            "1: cpuid",
            "2: hlt",
            "3: SAY_CONDITIONS %rax",
            "call *DONE"
        ),
    ]
}
