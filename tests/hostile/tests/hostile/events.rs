//! Events: exceptions by instruction, their delivery, and what happens when that fails.

use hostile::{Family, guest};

/// Invalid opcode.
const UD: &str = "!06 00000000";
/// General protection.
const GP: &str = "!0d 00000000";

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "events",
        vec![
            guest!(
                int3_in_real_mode,
                Real,
                says["!03 00000000"],
                "TRAPS int3",
                "call *DONE"
            ),
            guest!(
                icebp_in_real_mode,
                Real,
                says["!01 00000000"],
                "TRAPS .byte 0xF1",
                "call *DONE"
            ),
            guest!(
                divide_error_in_real_mode,
                Real,
                says["!00 00000000"],
                "xorl %ecx, %ecx",
                "FAULTS divl %ecx",
                "call *DONE"
            ),
            guest!(
                int_2_in_real_mode,
                Real,
                says["!02 00000000"],
                "TRAPS int $2",
                "call *DONE"
            ),
            guest!(
                no_idt_in_real_mode,
                Real,
                fails["triple fault"],
                "lidtl 0x5800",
                "ud2"
            ),
            guest!(
                int3_in_protected_mode,
                Protected,
                says["!03 00000000"],
                "TRAPS int3",
                "call *DONE"
            ),
            guest!(
                icebp_in_protected_mode,
                Protected,
                says["!01 00000000"],
                "TRAPS .byte 0xF1",
                "call *DONE"
            ),
            guest!(
                divide_error_in_protected_mode,
                Protected,
                says["!00 00000000"],
                "xorl %ecx, %ecx",
                "FAULTS divl %ecx",
                "call *DONE"
            ),
            guest!(
                int_2_in_protected_mode,
                Protected,
                says["!02 00000000"],
                "TRAPS int $2",
                "call *DONE"
            ),
            guest!(
                no_idt_in_protected_mode,
                Protected,
                fails["triple fault"],
                "lidtl 0x5800",
                "ud2"
            ),
            guest!(
                int3_in_long_mode,
                Long,
                says["!03 00000000"],
                "TRAPS int3",
                "call *DONE"
            ),
            guest!(
                icebp_in_long_mode,
                Long,
                says["!01 00000000"],
                "TRAPS .byte 0xF1",
                "call *DONE"
            ),
            guest!(
                divide_error_in_long_mode,
                Long,
                says["!00 00000000"],
                "xorl %ecx, %ecx",
                "FAULTS divl %ecx",
                "call *DONE"
            ),
            guest!(
                int_2_in_long_mode,
                Long,
                says["!02 00000000"],
                "TRAPS int $2",
                "call *DONE"
            ),
            guest!(
                no_idt_in_long_mode,
                Long,
                fails["triple fault"],
                "lidtq 0x5800",
                "ud2"
            ),
            guest!(
                into_in_protected_mode,
                Protected,
                says["!04 00000000"],
                "movb $0x7F, %al",
                "addb $1, %al",
                "TRAPS into",
                "call *DONE"
            ),
            guest!(
                bound_in_protected_mode,
                Protected,
                says["!05 00000000"],
                "movl $1, 0x5800",
                "movl $2, 0x5804",
                "movl $3, %eax",
                "FAULTS bound %eax, 0x5800",
                "call *DONE"
            ),
            guest!(
                vector_beyond_the_limit_in_protected_mode,
                Protected,
                says["!0d 00000282"],
                "FAULTS int $0x50",
                "call *DONE"
            ),
            guest!(
                vector_beyond_the_limit_in_long_mode,
                Long,
                says["!0d 00000102"],
                "FAULTS int $0x20",
                "call *DONE"
            ),
            guest!(
                empty_gate,
                Protected,
                says["!0d 0000012a"],
                "FAULTS int $0x25",
                "call *DONE"
            ),
            guest!(
                gate_that_is_absent,
                Protected,
                says["!0b 00000032"],
                "movb $0x0E, IDT + 6 * 8 + 5",
                "FAULTS int $6",
                "call *DONE"
            ),
            guest!(
                gate_of_ring_0_in_protected_mode,
                Protected,
                says["!0d 00000032"],
                "call *RING3",
                "FAULTS int $6",
                "call *DONE"
            ),
            guest!(
                gate_of_ring_0_in_long_mode,
                Long,
                says["!0d 00000032"],
                "call *RING3",
                "FAULTS int $6",
                "call *DONE"
            ),
            guest!(
                contributory_after_contributory,
                Protected,
                says["!08 00000000"],
                "movb $0x0E, IDT + 13 * 8 + 5",
                "FAULTS int $0x50",
                "call *DONE"
            ),
            guest!(
                contributory_after_contributory_in_long_mode,
                Long,
                says["!08 00000000"],
                "movb $0x0E, IDT + 13 * 16 + 5",
                "FAULTS int $0x50",
                "call *DONE"
            ),
            guest!(
                idt_without_a_page,
                Long,
                fails["triple fault"],
                "movw $0x1FF, 0x5800",
                "movl $0x80000000, 0x5802",
                "lidtq 0x5800",
                "ud2"
            ),
            guest!(
                idt_where_nothing_is,
                Protected,
                fails["neither memory nor a device"],
                "movw $0x1FF, 0x5800",
                "movl $0x10000000, 0x5802",
                "lidtl 0x5800",
                "ud2"
            ),
            guest!(
                stack_without_a_page,
                Long,
                fails["triple fault"],
                "movl $0x80000000, %esp",
                "ud2"
            ),
            guest!(
                delivery_to_a_new_page,
                Protected,
                says[UD],
                definition "memory = 8M",
                "movl $0x700000, %esp",
                "FAULTS ud2",
                "movl $0x7C00, %esp",
                "call *DONE"
            ),
            guest!(
                delivery_to_a_new_page_in_long_mode,
                Long,
                says[UD],
                definition "memory = 8M",
                "movl $0x700000, %esp",
                "FAULTS ud2",
                "movl $0x7C00, %esp",
                "call *DONE"
            ),
            guest!(
                jump_that_is_not_canonical,
                Long,
                says[GP],
                "movabsq $0x800000000000, %rax",
                "FAULTS jmp *%rax",
                "call *DONE"
            ),
            guest!(
                page_fault,
                Long,
                says["!0e 00000002", "=80000000"],
                "movl $0x80000000, %ebp",
                "FAULTS movl %eax, (%rbp)",
                "movq %cr2, %rax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                load_of_a_busy_task,
                Protected,
                says["!0d 00000038"],
                "movl $0x38, %eax",
                "FAULTS ltr %ax",
                "call *DONE"
            ),
            guest!(
                jump_to_a_busy_task,
                Protected,
                says["!0d 00000038"],
                "FAULTS ljmp $0x38, $0",
                "call *DONE"
            ),
            guest!(
                jump_to_a_task,
                Protected,
                fails["hardware task switch to 0x0038 by JMP"],
                "sgdtl 0x5800",
                "movl 0x5802, %ebp",
                "andb $~2, 0x3D(%ebp)",
                "ljmp $0x38, $0"
            ),
            guest!(
                call_of_a_task,
                Protected,
                fails["hardware task switch to 0x0038 by CALL"],
                "sgdtl 0x5800",
                "movl 0x5802, %ebp",
                "andb $~2, 0x3D(%ebp)",
                "lcall $0x38, $0"
            ),
            guest!(
                task_gate,
                Protected,
                fails["hardware task switch to 0x0038 by a task gate"],
                "sgdtl 0x5800",
                "movl 0x5802, %ebp",
                "andb $~2, 0x3D(%ebp)",
                "movl $0x380000, IDT + 6 * 8",
                "movl $0x8500, IDT + 6 * 8 + 4",
                "ud2"
            ),
            guest!(
                return_to_a_task,
                Protected,
                fails["hardware task switch to 0x0038 by IRET"],
                "movl $0x38, TSS",
                "pushfl",
                "orl $0x4000, (%esp)",
                "popfl",
                "iretl"
            ),
            guest!(
                nested_task_in_long_mode,
                Long,
                says[GP],
                "pushfq",
                "orl $0x4000, (%rsp)",
                "popfq",
                "FAULTS iretq",
                "call *DONE"
            ),
            guest!(
                sysenter_unset_in_real_mode,
                Real,
                says[GP],
                "FAULTS sysenter",
                "call *DONE"
            ),
            guest!(
                sysenter_unset_in_protected_mode,
                Protected,
                says[GP],
                "FAULTS sysenter",
                "call *DONE"
            ),
            guest!(
                sysenter_unset_in_long_mode,
                Long,
                says[GP],
                "FAULTS sysenter",
                "call *DONE"
            ),
            guest!(
                syscall_in_protected_mode,
                Protected,
                says[UD],
                "FAULTS syscall",
                "call *DONE"
            ),
            guest!(
                syscall_switched_off,
                Long,
                says[UD],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "andl $~1, %eax",
                "wrmsr",
                "FAULTS syscall",
                "call *DONE"
            ),
            guest!(
                sysret_that_is_not_canonical,
                Long,
                says[GP],
                "movabsq $0x800000000000, %rcx",
                "FAULTS sysretq",
                "call *DONE"
            ),
        ],
    )
}
