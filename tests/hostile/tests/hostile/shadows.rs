//! What STI and MOV to SS hold off, when the next instruction is one that exits (SDM "STI", "MOV", and "Masking Exceptions and
//! Interrupts When Switching Stacks", 6.8.3).

use hostile::{Family, Guest, guest};

/// General protection.
const GP: &str = "!0d 00000000";
/// Invalid opcode.
const UD: &str = "!06 00000000";
/// The single step.
const STEP: &str = "!01 00000000";
/// DR6.BS, as a guest says it.
const BS: &str = "=00004000";

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = interrupts();
    guests.extend(faults());
    guests.extend(steps());
    Family::new("shadows", guests)
}

/// An interrupt that waits for STI comes behind the next instruction: 0 bytes from there.
fn interrupts() -> Vec<Guest> {
    vec![
        guest!(
            sti_hlt_in_real_mode,
            Real,
            values[[0]],
            "NOTE_TIMER 16",
            "STI_AND nop, hlt",
            "call *DONE"
        ),
        guest!(
            sti_hlt_in_protected_mode,
            Protected,
            values[[0]],
            "NOTE_TIMER 32",
            "STI_AND nop, hlt",
            "call *DONE"
        ),
        guest!(
            sti_hlt_in_long_mode,
            Long,
            values[[0]],
            "NOTE_TIMER 64",
            "STI_AND nop, hlt",
            "call *DONE"
        ),
        guest!(
            sti_and_ports,
            Long,
            values[[0; 5]],
            "NOTE_TIMER 64",
            "STI_AND nop, inb $0x61, %al",
            "STI_AND nop, outb %al, $0x80",
            "STI_AND \"movl $0x60000, %edi; movl $0x80, %edx\", insb",
            "STI_AND \"movl $0x60000, %esi; movl $0x80, %edx\", outsl",
            // Its own mask: the interrupt that waits stays.
            "STI_AND \"movb $0xFE, %al\", outb %al, $0x21",
            "call *DONE"
        ),
        guest!(
            sti_and_registers,
            Long,
            values[[0; 6]],
            "NOTE_TIMER 64",
            "STI_AND \"movq %cr0, %rax\", movq %rax, %cr0",
            "STI_AND \"movq %cr4, %rax\", movq %rax, %cr4",
            "STI_AND nop, movq %cr8, %rax",
            "STI_AND nop, clts",
            "STI_AND nop, movq %dr6, %rax",
            "STI_AND nop, movq %rax, %dr0",
            "call *DONE"
        ),
        guest!(
            sti_and_msrs,
            Long,
            values[[0; 3]],
            "NOTE_TIMER 64",
            "STI_AND \"movl $0x1B, %ecx\", rdmsr",
            "STI_AND \"movl $0xC0000080, %ecx; rdmsr\", wrmsr",
            "STI_AND \"movl $0xC0000102, %ecx; xorl %eax, %eax; xorl %edx, %edx\", wrmsr",
            "call *DONE"
        ),
        guest!(
            sti_and_others,
            Long,
            values[[0; 4]],
            "NOTE_TIMER 64",
            "STI_AND nop, cpuid",
            "STI_AND nop, wbinvd",
            "STI_AND nop, invd",
            // VMCALL
            "STI_AND nop, .byte 0x0F, 0x01, 0xC1",
            "call *DONE"
        ),
        // The exits of these come before the instruction is executed, and it is executed again, still in the shadow.
        guest!(
            sti_and_a_page_not_yet_touched,
            Long,
            values[[0; 3]],
            definition "memory = 16M",
            "NOTE_TIMER 64",
            "STI_AND nop, movl 0x600000, %eax",
            "STI_AND nop, movl %eax, 0x801000",
            "STI_AND \"movb $0xC3, 0x60000\", lock addl $1, 0xA02000",
            "call *DONE"
        ),
        guest!(
            sti_and_nothing,
            Long,
            values[[0; 3]],
            "NOTE_TIMER 64",
            "STI_AND nop, movl 0x10000000, %eax",
            "STI_AND nop, movl %eax, 0x10000000",
            "STI_AND nop, movl %eax, 0xF8000",
            "call *DONE"
        ),
        guest!(
            sti_twice,
            Long,
            values[[0]],
            "NOTE_TIMER 64",
            // The second is no shadow of its own, with IF already set.
            "STI_AND nop, sti",
            "call *DONE"
        ),
        guest!(
            interrupts_unmasked_in_the_shadow,
            Long,
            values[[0]],
            "NOTE_TIMER 64",
            "movl $0, NOTED_IP",
            "movb $0x0A, %al",
            "outb %al, $0x20",
            "1: inb $0x20, %al",
            "testb $1, %al",
            "jz 1b",
            "movb $0xFF, %al",
            "outb %al, $0x21",
            "sti",
            "nop",
            "movb $0xFE, %al",
            "movw %ss, %bx",
            "movw %bx, %ss",
            "outb %al, $0x21",
            "2: nop",
            "cli",
            "ADDRESS 2b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// Instructions that exit and become an exception: it comes before the interrupt, which its gate then holds off.
fn faults() -> Vec<Guest> {
    vec![
        guest!(
            faults_in_the_shadow,
            Long,
            says[GP, UD, GP, "=00000000"],
            "NOTE_TIMER 64",
            "WAIT_A_WHILE",
            "movl $0x12345678, %ecx",
            "movl %esp, LANDING_SP",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "sti",
            "1: rdmsr",
            "2: ADDRESS 3f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 4f, %eax",
            "movl %eax, LANDING",
            "sti",
            "3: .byte 0x0F, 0x01, 0xC4",
            "4: ADDRESS 5f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 6f, %eax",
            "movl %eax, LANDING",
            "movw %ss, %bx",
            "movl $0x12345678, %ecx",
            "movw %bx, %ss",
            "5: rdmsr",
            "6: SAY NOTED",
            "call *DONE"
        ),
        guest!(
            steps_that_fault,
            Long,
            // The instruction is not finished, and does not trap.
            says[GP, UD, GP],
            "movl $0x12345678, %ecx",
            "STEP_FAULTS rdmsr",
            "STEP_FAULTS .byte 0x0F, 0x01, 0xC4",
            "movw %ss, %bx",
            "movl $0x12345678, %ecx",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "PUSH_STEP",
            "popfq",
            "movw %bx, %ss",
            "1: rdmsr",
            "2: call *DONE"
        ),
    ]
}

/// The single step in a shadow.
fn steps() -> Vec<Guest> {
    vec![
        guest!(
            step_over_sti,
            Long,
            says[STEP, BS],
            "PUSH_STEP",
            "TRAPS STEP sti",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            step_over_sti_in_real_mode,
            Real,
            says[STEP, BS],
            "PUSH_STEP",
            "TRAPS STEP sti",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
        guest!(
            steps_in_the_shadow,
            Long,
            says[STEP, BS, STEP, BS, STEP, BS, STEP, BS],
            "movw %ss, %bx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW nop",
            "SAY_CONDITIONS %rax",
            "movw %ss, %bx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW inb $0x61, %al",
            "SAY_CONDITIONS %rax",
            "movw %ss, %bx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW movl 0x10000000, %eax",
            "SAY_CONDITIONS %rax",
            "movw %ss, %bx",
            "movl $0x1B, %ecx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW rdmsr",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            steps_in_the_shadow_in_real_mode,
            Real,
            says[STEP, BS, STEP, BS, STEP, BS],
            "xorl %ebx, %ebx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW nop",
            "SAY_CONDITIONS %eax",
            "xorl %ebx, %ebx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW cpuid",
            "SAY_CONDITIONS %eax",
            "xorl %ebx, %ebx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW outb %al, $0x80",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
        guest!(
            // It exits before the instruction is executed, with the trap held off, and must come once, behind it.
            step_in_the_shadow_and_a_page_not_yet_touched,
            Long,
            values[[1, 0x4000, 0, 1, 0x4000, 0]],
            definition "memory = 16M",
            "NOTE_EXCEPTION 64, 1, clear=0x100",
            "movw %ss, %bx",
            "PUSH_STEP",
            "STEP IN_SHADOW movl 0x600000, %eax",
            "1: nop",
            "SAY NOTED",
            "SAY_CONDITIONS %rax",
            "ADDRESS 1b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "movw %ss, %bx",
            "movl $0, NOTED",
            "PUSH_STEP",
            "STEP IN_SHADOW movl %eax, 0x802000",
            "1: nop",
            "SAY NOTED",
            "SAY_CONDITIONS %rax",
            "ADDRESS 1b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            // POPF and MOV to SS are the last of a page. The next is zeros, which are an instruction of two bytes.
            step_in_the_shadow_into_a_page_not_yet_touched,
            Long,
            says[STEP, BS],
            definition "memory = 16M",
            "movl $0xD38E9D00, 0x800FFC",
            "movl $0x801002, EXPECTED",
            "ADDRESS 1f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movw %ss, %bx",
            "movl $0x60000, %eax",
            "movl $0x800FFD, %ecx",
            "PUSH_STEP",
            "jmp *%rcx",
            "1: SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            // The same for what the load of SS has met.
            breakpoint_in_the_shadow_and_a_page_not_yet_touched,
            Long,
            says[STEP, "=00000001"],
            definition "memory = 16M",
            "movw %ss, %bx",
            "movw %bx, 0x5800",
            "BREAKPOINT %rax, 0, $0x5800, 7",
            "TRAPS LOAD_STACK_SEGMENT_AND movl 0x600000, %eax",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            steps_over_other_exits,
            Long,
            says[STEP, BS, STEP, BS, STEP, BS, STEP, BS, STEP, BS],
            definition "memory = 8M",
            // VMCALL
            "PUSH_STEP",
            "TRAPS STEP .byte 0x0F, 0x01, 0xC1",
            "SAY_CONDITIONS %rax",
            "PUSH_STEP",
            "TRAPS STEP movq %cr8, %rax",
            "SAY_CONDITIONS %rax",
            "PUSH_STEP",
            "TRAPS STEP movl 0x600000, %eax",
            "SAY_CONDITIONS %rax",
            "PUSH_STEP",
            "TRAPS STEP movl %eax, 0xF8000",
            "SAY_CONDITIONS %rax",
            "movl $0xC0000080, %ecx",
            "rdmsr",
            "PUSH_STEP",
            "TRAPS STEP wrmsr",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            step_over_the_first_access_of_a_debug_register,
            Long,
            says[STEP, BS],
            "PUSH_STEP",
            "TRAPS STEP movq %dr0, %rax",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            step_over_hlt,
            Long,
            // It ends the halt, though no interrupt comes.
            says[STEP, BS],
            "PUSH_STEP",
            "TRAPS STEP hlt",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            step_over_hlt_in_the_shadow,
            Real,
            says[STEP, BS],
            "xorl %ebx, %ebx",
            "PUSH_STEP",
            "TRAPS STEP IN_SHADOW hlt",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
        guest!(
            step_before_the_interrupt,
            Long,
            // Unmasking it takes an exit. The trap of that instruction comes before the interrupt.
            says[STEP, BS, "=00000000", "=00000001"],
            "NOTE_TIMER 64",
            "movb $0xFF, %al",
            "outb %al, $0x21",
            "WAIT_A_WHILE",
            "movb $0xFE, %al",
            "pushfq",
            "orl $0x300, (%rsp)",
            "TRAPS STEP outb %al, $0x21",
            "SAY_CONDITIONS %rax",
            "SAY NOTED",
            "sti",
            "nop",
            "cli",
            "SAY NOTED",
            "call *DONE"
        ),
    ]
}
