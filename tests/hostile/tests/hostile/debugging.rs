//! The trap flag over instructions that exit, and breakpoints.

use hostile::{Family, guest};

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "debugging",
        vec![
            guest!(
                step_over_cpuid_in_real_mode,
                Real,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushf",
                "orw $0x100, (%esp)",
                "TRAPS STEP cpuid",
                "call *DONE"
            ),
            guest!(
                step_over_in_in_real_mode,
                Real,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushf",
                "orw $0x100, (%esp)",
                "TRAPS STEP inb $0x61, %al",
                "call *DONE"
            ),
            guest!(
                step_over_out_in_real_mode,
                Real,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushf",
                "orw $0x100, (%esp)",
                "TRAPS STEP outb %al, $0x80",
                "call *DONE"
            ),
            guest!(
                step_over_wbinvd_in_real_mode,
                Real,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushf",
                "orw $0x100, (%esp)",
                "TRAPS STEP wbinvd",
                "call *DONE"
            ),
            guest!(
                step_over_cpuid_in_protected_mode,
                Protected,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfl",
                "orl $0x100, (%esp)",
                "TRAPS STEP cpuid",
                "call *DONE"
            ),
            guest!(
                step_over_in_in_protected_mode,
                Protected,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfl",
                "orl $0x100, (%esp)",
                "TRAPS STEP inb $0x61, %al",
                "call *DONE"
            ),
            guest!(
                step_over_out_in_protected_mode,
                Protected,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfl",
                "orl $0x100, (%esp)",
                "TRAPS STEP outb %al, $0x80",
                "call *DONE"
            ),
            guest!(
                step_over_wbinvd_in_protected_mode,
                Protected,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfl",
                "orl $0x100, (%esp)",
                "TRAPS STEP wbinvd",
                "call *DONE"
            ),
            guest!(
                step_over_cpuid_in_long_mode,
                Long,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP cpuid",
                "call *DONE"
            ),
            guest!(
                step_over_in_in_long_mode,
                Long,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP inb $0x61, %al",
                "call *DONE"
            ),
            guest!(
                step_over_out_in_long_mode,
                Long,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP outb %al, $0x80",
                "call *DONE"
            ),
            guest!(
                step_over_wbinvd_in_long_mode,
                Long,
                says["!01 00000000"],
                "xorl %eax, %eax",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP wbinvd",
                "call *DONE"
            ),
            guest!(
                step_over_a_control_register,
                Long,
                says["!01 00000000"],
                "movq %cr0, %rax",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                step_over_an_msr,
                Long,
                says["!01 00000000"],
                "movl $0xC0000080, %ecx",
                "pushfq",
                "orl $0x100, (%rsp)",
                "TRAPS STEP rdmsr",
                "call *DONE"
            ),
            guest!(
                general_detect,
                Long,
                says["!01 00000000", "=00002000"],
                "movl $0x2400, %eax",
                "movq %rax, %dr7",
                "FAULTS movq %dr0, %rax",
                "movq %dr6, %rax",
                "andl $0x2000, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                breakpoint_on_memory,
                Long,
                says["!01 00000000", "=00000002"],
                "movl $0x5800, %eax",
                "movq %rax, %dr1",
                "movl $0xD00408, %eax",
                "movq %rax, %dr7",
                "TRAPS movl %eax, 0x5800",
                "movq %dr6, %rax",
                "andl $15, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                breakpoint_on_an_exit,
                Long,
                says["!01 00000000", "=00000001"],
                "0: movl $(GUEST + 797f - 0b), %eax",
                "movq %rax, %dr0",
                "movl $0x402, %eax",
                "movq %rax, %dr7",
                "FAULTS cpuid",
                "movq %dr6, %rax",
                "andl $15, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                // IA32_DEBUGCTL's LBR and BTF. The step is over a branch, with which it comes with BTF and without.
                a_step_ends_last_branch_records,
                Long,
                says["!01 00000000", "=00004000", "=00000000"],
                "SET_MSR 0x1D9, 3",
                "PUSH_STEP",
                "TRAPS STEP jmp 797f",
                "SAY_CONDITIONS %rax",
                "SAY_MSR 0x1D9",
                "call *DONE"
            ),
            guest!(
                each_debug_exception_ends_last_branch_records,
                Protected,
                says[
                    "!01 00000000",
                    "=00000000",
                    "!01 00000000",
                    "=00000000",
                    "!01 00000000",
                    "=00000000",
                    "!01 00000000",
                    "=00000000"
                ],
                "BREAKPOINT %eax, 0, $0x5800, 1",
                "SET_MSR 0x1D9, 3",
                "TRAPS movl %eax, 0x5800",
                "SAY_MSR 0x1D9",
                "SET_MSR 0x1D9, 2",
                "ADDRESS 797f, %ebp",
                "BREAKPOINT %eax, 1, %ebp, 0",
                "FAULTS cpuid",
                "SAY_MSR 0x1D9",
                "SET_MSR 0x1D9, 1",
                "movl $0x2400, %eax",
                "movl %eax, %dr7",
                "FAULTS movl %dr7, %eax",
                "SAY_MSR 0x1D9",
                // One of an instruction that the hypervisor carries out.
                "BREAKPOINT %eax, 0, $0x10000000, 3",
                "SET_MSR 0x1D9, 3",
                "TRAPS movl 0x10000000, %eax",
                "SAY_MSR 0x1D9",
                "call *DONE"
            ),
            guest!(
                other_exceptions_do_not_end_last_branch_records,
                Long,
                says["!06 00000000", "!0d 00000000", "=00000003"],
                "SET_MSR 0x1D9, 3",
                "FAULTS ud2",
                "movl $0x12345678, %ecx",
                "FAULTS rdmsr",
                "SAY_MSR 0x1D9",
                "call *DONE"
            ),
        ],
    )
}
