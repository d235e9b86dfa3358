//! Addresses where no memory is, or only a ROM, and what lies half in them; code that changes itself.
//!
//! The guests have 2 MiB of memory, so nothing is from 0x200000 on. What a processor does with plain moves, comparisons and STOS there
//! is carried out for them: the open bus reads as ones and takes no write. Other instructions end the guest with a report.

use hostile::{Family, Guest, guest};

/// Invalid opcode.
const UD: &str = "!06 00000000";

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = nothing();
    guests.extend(rom());
    guests.extend(straddling());
    guests.extend(reports());
    guests.extend(code());
    Family::new("memory", guests)
}

/// Plain instructions where nothing is.
fn nothing() -> Vec<Guest> {
    vec![
        guest!(
            reads_of_nothing,
            Protected,
            values[[!0, 0x1234_FFFF, 0x1234_56FF, 0xFF, 0xFFFF, !0]],
            "SAY 0x200000",
            "movl $0x12345678, %eax",
            "movw 0x7FFFFFFE, %ax",
            "call *VALUE",
            "movl $0x12345678, %eax",
            "movb 0xC0000001, %al",
            "call *VALUE",
            "movzbl 0xFEE00000, %eax",
            "call *VALUE",
            "movzwl 0xFEC00000, %eax",
            "call *VALUE",
            "movsbl 0xFFFFFFFF, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            reads_of_nothing_in_long_mode,
            Long,
            values[[!0, !0], [!0, 0], [!0, !0]],
            "movq 0x10000000, %rbp",
            "SAY %ebp",
            "shrq $32, %rbp",
            "SAY %ebp",
            "movl 0x10000000, %ebp",
            "SAY %ebp",
            "shrq $32, %rbp",
            "SAY %ebp",
            "movslq 0x10000000, %rbp",
            "SAY %ebp",
            "shrq $32, %rbp",
            "SAY %ebp",
            "call *DONE"
        ),
        guest!(
            writes_to_nothing,
            Protected,
            values[[!0, !0, 0x5A5A_5A5A]],
            "movl $0x5A5A5A5A, 0x1FFFFC",
            "movl $0x12345678, %eax",
            "movl %eax, 0x200000",
            "movb %ah, 0x80000000",
            "movw $7, 0xFEE000F0",
            "SAY 0x200000",
            "SAY 0xFEE000F0",
            "SAY 0x1FFFFC",
            "call *DONE"
        ),
        guest!(
            comparisons_with_nothing,
            Protected,
            // Equal to all ones; 0 is below them; the sign and the parity of all ones.
            values[[1, 1, 1, 0]],
            "xorl %eax, %eax",
            "cmpl $-1, 0x200000",
            "sete %al",
            "call *VALUE",
            "xorl %ecx, %ecx",
            "xorl %eax, %eax",
            "cmpl 0x200000, %ecx",
            "setb %al",
            "call *VALUE",
            "xorl %eax, %eax",
            "testb $0xFF, 0x200001",
            "sets %al",
            "call *VALUE",
            "xorl %eax, %eax",
            "testl $0x10, 0x200004",
            "setz %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            stos_over_the_end_of_memory,
            Protected,
            values[[0, 0x20_4000], [0x7777_7777, 0x7777_7777]],
            "movl $0x77777777, %eax",
            "movl $0x1FC000, %edi",
            "movl $0x2000, %ecx",
            "rep stosl",
            "SAY_PROGRESS %edi",
            "SAY 0x1FC000",
            "SAY 0x1FFFFC",
            "call *DONE"
        ),
        guest!(
            stos_backwards_into_memory,
            Protected,
            values[[0, 0x1F_FFF0], [0x7777_7777, 0x7777_7777, 0]],
            "movl $0x77777777, %eax",
            "movl $0x20000C, %edi",
            "movl $7, %ecx",
            "std",
            "rep stosl",
            "cld",
            "SAY_PROGRESS %edi",
            "SAY 0x1FFFFC",
            "SAY 0x1FFFF4",
            "SAY 0x1FFFF0",
            "call *DONE"
        ),
        guest!(
            above_4_gib,
            Long,
            values[[!0, !0], [!0, !0]],
            "PAGE 0, 0x00000007",
            "movl $1, WINDOW_TABLE + 4",
            "PAGE 1, 0xFFFFF007",
            "movl $0x7F, WINDOW_TABLE + 12",
            "movl $0, WINDOW",
            "movl $0, WINDOW + 0x1FFC",
            "SAY WINDOW",
            "SAY WINDOW + 0xFFC",
            "SAY WINDOW + 0x1000",
            "SAY WINDOW + 0x1FFC",
            "call *DONE"
        ),
        guest!(
            step_over_a_read_of_nothing,
            Long,
            says["!01 00000000"],
            "pushfq",
            "orl $0x100, (%rsp)",
            "TRAPS STEP movl 0x10000000, %eax",
            "call *DONE"
        ),
        guest!(
            each_item_of_stos_is_a_step,
            Long,
            values[[5, 0]],
            "ADDRESS 1f, %eax",
            "movw %ax, IDT + 16",
            "ADDRESS 3f, %ebp",
            "movl $0, LEFT",
            "movl $0x10000000, %edi",
            "movl $5, %ecx",
            "jmp 2f",
            "1: incl LEFT",
            "cmpq %rbp, (%rsp)",
            "jne 4f",
            "andl $~0x100, 16(%rsp)",
            "4: iretq",
            "2: pushfq",
            "orl $0x100, (%rsp)",
            "popfq",
            "rep stosb",
            "3: movl %ecx, KEPT",
            "SAY LEFT",
            "SAY KEPT",
            "call *DONE"
        ),
    ]
}

/// What cannot be written.
fn rom() -> Vec<Guest> {
    vec![
        guest!(
            rom_in_protected_mode,
            Protected,
            values[[1, 1, 1]],
            "movl 0xF0000, %ebp",
            "notl %ebp",
            "movl %ebp, 0xF0000",
            "xorl %eax, %eax",
            "notl %ebp",
            "cmpl 0xF0000, %ebp",
            "sete %al",
            "call *VALUE",
            "movl 0xC0000, %ebp",
            "movb $0x5A, 0xC0001",
            "xorl %eax, %eax",
            "cmpl 0xC0000, %ebp",
            "sete %al",
            "call *VALUE",
            "movl 0xFFFFC, %ebp",
            "movw $0x1234, 0xFFFFE",
            "xorl %eax, %eax",
            "cmpl 0xFFFFC, %ebp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            rom_in_real_mode,
            Real,
            values[[1]],
            "movw $0xF000, %ax",
            "movw %ax, %es",
            "movw %es:0, %bp",
            "notw %bp",
            "movw %bp, %es:0",
            "notw %bp",
            "xorl %eax, %eax",
            "cmpw %es:0, %bp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            stos_over_the_end_of_a_rom,
            Protected,
            values[[0, 0x10_0020], [1, 0x6666_6666, 0x6666_6666, 0]],
            "movl 0xFFFF0, %ebp",
            "movl $0x66666666, %eax",
            "movl $0xFFFF0, %edi",
            "movl $12, %ecx",
            "rep stosl",
            "SAY_PROGRESS %edi",
            "xorl %eax, %eax",
            "cmpl 0xFFFF0, %ebp",
            "sete %al",
            "call *VALUE",
            "SAY 0x100000",
            "SAY 0x10001C",
            "SAY 0x100020",
            "call *DONE"
        ),
        guest!(
            rom_is_no_target_of_movs,
            Protected,
            fails["write of 0xf8000 (linear 0xf8000), where there is only a ROM"],
            "movl $GUEST, %esi",
            "movl $0xF8000, %edi",
            "movl $4, %ecx",
            "rep movsb"
        ),
        guest!(
            rom_is_no_lock,
            Protected,
            fails["where there is only a ROM"],
            "movl $1, %eax",
            "xchgl %eax, 0xF8000"
        ),
        guest!(
            rom_is_no_stack,
            Protected,
            fails["write of 0xf7ffc (linear 0xf7ffc), where there is only a ROM"],
            "movl $0xF8000, %esp",
            "pushl $1"
        ),
        guest!(
            video_memory_is_memory,
            Real,
            values[[0x4142, 0x4344]],
            "movw $0xA000, %ax",
            "movw %ax, %es",
            "movw $0x4142, %es:0",
            "movw $0xB000, %ax",
            "movw %ax, %fs",
            "movw $0x4344, %fs:0xFFFE",
            "movzwl %es:0, %eax",
            "call *VALUE",
            "movzwl %fs:0xFFFE, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            above_1_mib_nothing_wraps,
            Real,
            values[[0x1234, 1]],
            "movw 0x3000, %bp",
            "movw $0xFFFF, %ax",
            "movw %ax, %es",
            "movw $0x1234, %es:0x3010",
            "movzwl %es:0x3010, %eax",
            "call *VALUE",
            "xorl %eax, %eax",
            "cmpw %bp, 0x3000",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// Operands and instructions half in memory.
fn straddling() -> Vec<Guest> {
    vec![
        guest!(
            operand_over_the_end_of_memory,
            Protected,
            values[[0xFFFF_2211], [0x6655_5A5A, 0xFFFF_6655]],
            "movl $0x22115A5A, 0x1FFFFC",
            "SAY 0x1FFFFE",
            "movl $0x88776655, 0x1FFFFE",
            "SAY 0x1FFFFC",
            "SAY 0x1FFFFE",
            "call *DONE"
        ),
        guest!(
            operand_from_memory_into_a_rom,
            Protected,
            values[[0x6655_0000, 1]],
            "movl 0xC0000, %ebp",
            "movl $0x88776655, 0xBFFFE",
            "SAY 0xBFFFC",
            "xorl %eax, %eax",
            "cmpl 0xC0000, %ebp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            operand_from_a_rom_into_memory,
            Protected,
            values[[0x8877, 1]],
            "movw 0xFFFFE, %bp",
            "movl $0x88776655, 0xFFFFE",
            "SAY 0x100000",
            "xorl %eax, %eax",
            "cmpw 0xFFFFE, %bp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            operand_in_two_pages_one_of_which_is_nothing,
            Long,
            values[[0xFFFF_2211, 0x8877_FFFF], [0x6655_0000, 0xCCBB]],
            "PAGE 0, 0x60007",
            "PAGE 1, 0x10000007",
            "PAGE 2, 0x61007",
            "movl $0x22110000, 0x60FFC",
            "movl $0x8877, 0x61000",
            "SAY WINDOW + 0x0FFE",
            "SAY WINDOW + 0x1FFE",
            "movl $0x88776655, WINDOW + 0x0FFE",
            "movl $0xCCBBAA99, WINDOW + 0x1FFE",
            "SAY 0x60FFC",
            "SAY 0x61000",
            "call *DONE"
        ),
        guest!(
            operand_in_nothing_and_an_absent_page,
            Long,
            says["!0e 00000000", "=00801000", "!0e 00000002", "=00801000"],
            "PAGE 0, 0x10000007",
            "FAULTS movl WINDOW + 0xFFE, %eax",
            "movq %cr2, %rax",
            "SAY %eax",
            "FAULTS movl %eax, WINDOW + 0xFFE",
            "movq %cr2, %rax",
            "SAY %eax",
            "call *DONE"
        ),
        guest!(
            operand_in_a_rom_and_a_read_only_page,
            Long,
            says["!0e 00000003", "=00801000", "=00000000"],
            "movq %cr0, %rax",
            "btsq $16, %rax",
            "movq %rax, %cr0",
            "PAGE 0, 0xF8007",
            "PAGE 1, 0x61005",
            "FAULTS movl %eax, WINDOW + 0xFFE",
            "movq %cr2, %rax",
            "SAY %eax",
            "SAY 0x61000",
            "call *DONE"
        ),
        guest!(
            instruction_in_two_pages,
            Long,
            values[[!0]],
            // The bytes of: movl 0x10000000, %ebp; ret.
            "PAGE 0, 0x60007",
            "PAGE 1, 0x62007",
            "movl $0x00252C8B, 0x60FFC",
            "movl $0xC3100000, 0x62000",
            "movl $WINDOW + 0xFFC, %eax",
            "call *%rax",
            "SAY %ebp",
            "call *DONE"
        ),
        guest!(
            instruction_with_an_absent_second_page,
            Long,
            says["!0e 00000010 at 00800ffe", "=00801000"],
            "PAGE 0, 0x60007",
            "movb $0xB8, 0x60FFE",
            "ADDRESS 1f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movl $WINDOW + 0xFFE, %eax",
            "jmp *%rax",
            "1: movq %cr2, %rax",
            "SAY %eax",
            "call *DONE"
        ),
        guest!(
            instruction_in_a_page_not_yet_touched,
            Protected,
            // The rest of a MOV is zeros, and what comes behind it, too: ADD of AL to where EAX points.
            values[[0]],
            definition "memory = 8M",
            "movl $0x00C3C3C3, 0x700004",
            "movb $0xB8, 0x6FFFFF",
            "movl $0x6FFFFF, %eax",
            "call *%eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// What ends in a report.
fn reports() -> Vec<Guest> {
    vec![
        guest!(
            execution_of_nothing,
            Protected,
            fails["instruction fetch of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "movl $0x10000000, %eax",
            "jmp *%eax"
        ),
        guest!(
            execution_of_nothing_in_long_mode,
            Long,
            fails["instruction fetch of 0x10000000 (linear 0x800000), where there is neither memory nor a device"],
            "PAGE 0, 0x10000007",
            "movl $WINDOW, %eax",
            "jmp *%rax"
        ),
        guest!(
            execution_runs_into_nothing,
            Protected,
            fails["instruction fetch of 0x200000"],
            "movb $0x90, 0x1FFFFF",
            "movl $0x1FFFFF, %eax",
            "jmp *%eax"
        ),
        guest!(
            instruction_half_in_nothing,
            Protected,
            fails["instruction fetch of 0x200000"],
            "movb $0xB8, 0x1FFFFE",
            "movl $0x1FFFFE, %eax",
            "jmp *%eax"
        ),
        guest!(
            arithmetic_on_nothing,
            Protected,
            fails["of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "addl %eax, 0x10000000"
        ),
        guest!(
            exchange_with_nothing,
            Protected,
            fails["of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "xchgl %eax, 0x10000000"
        ),
        guest!(
            movs_from_nothing,
            Protected,
            fails["read of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "movl $0x10000000, %esi",
            "movl $0x3000, %edi",
            "movl $4, %ecx",
            "rep movsl"
        ),
        guest!(
            stack_in_nothing,
            Protected,
            fails["write of 0xffffffc (linear 0xffffffc), where there is neither memory nor a device"],
            "movl $0x10000000, %esp",
            "pushl $1"
        ),
        guest!(
            call_through_nothing,
            Long,
            fails["read of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "call *0x10000000"
        ),
        guest!(
            vector_from_nothing,
            Long,
            fails["read of 0x10000000 (linear 0x10000000), where there is neither memory nor a device"],
            "movups 0x10000000, %xmm0"
        ),
        // Limit or base: which is read first is the CPU's business.
        guest!(
            table_register_from_nothing,
            Long,
            fails["read of 0x1000000"],
            "lgdt 0x10000000"
        ),
        guest!(
            delivery_to_a_stack_in_nothing,
            Protected,
            fails["where there is neither memory nor a device"],
            "movl $0x10000000, %esp",
            "ud2"
        ),
    ]
}

/// Code that changes, with and without an exit in between.
fn code() -> Vec<Guest> {
    vec![
        guest!(
            next_instruction_changes_before_an_exit,
            Long,
            says[UD],
            // 0F 0B instead of two NOPs, and an exit on the way there.
            "ADDRESS 797f, %ebp",
            "movw $0x0B0F, (%rbp)",
            "xorl %eax, %eax",
            "cpuid",
            "FAULTS .byte 0x90, 0x90",
            "call *DONE"
        ),
        guest!(
            an_exit_becomes_something_else,
            Protected,
            // CPUID in the first round, MOV $0x2A, %AL in the second.
            values[[0x2A]],
            "xorl %ebp, %ebp",
            "xorl %eax, %eax",
            "2: xorl %ecx, %ecx",
            "1: cpuid",
            "nop",
            "testl %ebp, %ebp",
            "jnz 3f",
            "incl %ebp",
            "ADDRESS 1b, %edi",
            "movw $0x2AB0, (%edi)",
            "jmp 2b",
            "3: movzbl %al, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            something_else_becomes_an_exit,
            Real,
            // Two NOPs in the first round, IN from an empty port in the second.
            values[[0xFF]],
            "xorl %ebp, %ebp",
            "movw $0x1234, %dx",
            "2: xorl %eax, %eax",
            "1: nop",
            "testl %ebp, %ebp",
            "jnz 3f",
            "incl %ebp",
            "ADDRESS 1b, %edi",
            "movb $0xEC, (%di)",
            "jmp 2b",
            "3: call *VALUE",
            "call *DONE"
        ),
        guest!(
            code_changes_through_another_address,
            Long,
            // The window shows the page of the code.
            says[UD],
            "PAGE 0, 0x9007",
            "ADDRESS 797f, %ebp",
            "movw $0x0B0F, WINDOW - 0x9000(%rbp)",
            "outb %al, $0x80",
            "FAULTS .byte 0x90, 0x90",
            "call *DONE"
        ),
        guest!(
            code_in_video_memory,
            Protected,
            // xorl %eax, %eax; cpuid; movb $0x2A, %al; ret.
            values[[0x2A]],
            "movl $0xA20FC031, 0xB8000",
            "movl $0x00C32AB0, 0xB8004",
            "movl $0xB8000, %ebp",
            "call *%ebp",
            "movzbl %al, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            an_exit_in_two_pages,
            Long,
            // CPUID with its bytes in two pages that are no neighbours, and RET.
            values[[1]],
            "PAGE 0, 0x60007",
            "PAGE 1, 0x62007",
            "movb $0x0F, 0x60FFF",
            "movw $0xC3A2, 0x62000",
            "xorl %eax, %eax",
            "movl $WINDOW + 0xFFF, %ebp",
            "call *%rbp",
            "cmpl $0, %ebx",
            "setne %al",
            "movzbl %al, %eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}
