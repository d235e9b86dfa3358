//! Exceptions that the delivery of an event raises, or that come right behind it: #AC of a stack that is not aligned, and #DB of a
//! frame that a breakpoint watches (SDM "Alignment Check Exception (#AC)", chapter 6, and "Data Memory and I/O Breakpoint Exception
//! Conditions", 18.3.1.2). Raised by their own delivery they come for ever: a CPU executes no instruction any more.

use hostile::{Guest, guest};

/// Alignment check.
const AC: &str = "!11 00000000";
/// Invalid opcode.
const UD: &str = "!06 00000000";

/// The guests.
pub fn guests() -> Vec<Guest> {
    let mut guests = alignment();
    guests.extend(alignment_for_ever());
    guests.extend(debug_for_ever());
    guests.extend(held());
    guests
}

/// #AC that ends.
fn alignment() -> Vec<Guest> {
    vec![
        guest!(
            alignment_check,
            Protected,
            says[AC],
            "SET_CR0 18",
            "call *RING3",
            "pushl $0x40002",
            "popfl",
            "FAULTS movl 0x5801, %eax",
            "call *DONE"
        ),
        guest!(
            alignment_check_in_long_mode,
            Long,
            says[AC],
            "movq %cr0, %rax",
            "btsq $18, %rax",
            "movq %rax, %cr0",
            "call *RING3",
            "pushq $0x40002",
            "popfq",
            "FAULTS movl 0x5801, %eax",
            "call *DONE"
        ),
        guest!(
            // The exception belongs to the instruction whose handler has no aligned stack.
            alignment_check_of_a_software_interrupt,
            Protected,
            says[AC],
            "RING3_GATE 0x20, 2f",
            "movl %esp, LANDING_SP",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 3f, %eax",
            "movl %eax, LANDING",
            "UNALIGNED_RING3 1f",
            "1: int $0x20",
            "2: hlt",
            "3: call *DONE"
        ),
        guest!(
            alignment_check_of_an_exception,
            Protected,
            // The error code tells that it was not of the instruction's own making.
            says["!11 00000001"],
            "RING3_GATE 6, 2f",
            "movl %esp, LANDING_SP",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 3f, %eax",
            "movl %eax, LANDING",
            "UNALIGNED_RING3 1f",
            "1: ud2",
            "2: hlt",
            "3: call *DONE"
        ),
        guest!(
            // In 64-bit mode the CPU aligns the stack of a handler.
            long_mode_aligns_the_stack,
            Long,
            says[UD],
            "movw $CODE64_RING3, IDT + 17 * 16 + 2",
            "movw $0xEE00, IDT + 17 * 16 + 4",
            "HANDLE 64, 17, 1f",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movq %cr0, %rax",
            "btsq $18, %rax",
            "movq %rax, %cr0",
            "call *RING3",
            "pushq $0x40002",
            "popfq",
            "decl %esp",
            "movl 0x5801, %eax",
            "hlt",
            "1: ud2",
            "2: call *DONE"
        ),
    ]
}

/// #AC whose handler in ring 3 has a stack that is not aligned. Should it ever run, its HLT ends the guest.
fn alignment_for_ever() -> Vec<Guest> {
    vec![
        guest!(
            alignment_check_for_ever,
            Protected,
            loops[],
            "RING3_GATE 17, 2f",
            "UNALIGNED_RING3 1f",
            "1: movl 0x5801, %eax",
            "2: hlt"
        ),
        guest!(
            alignment_check_for_ever_by_a_gate_of_16_bits,
            Protected,
            loops[],
            "RING3_GATE 17, 2f, 0xE600",
            "UNALIGNED_RING3 1f",
            "1: movl 0x5801, %eax",
            "2: hlt"
        ),
        guest!(
            alignment_check_for_ever_by_an_interrupt,
            Protected,
            loops[],
            "RING3_GATE 17, 2f",
            "RING3_GATE 0x20, 2f",
            "PIC 0xFE, 0x20",
            "TIMER 0x400",
            "UNALIGNED_RING3 1f, 0x200",
            "1: WAIT_A_WHILE",
            "2: hlt"
        ),
    ]
}

/// #DB that comes before the first instruction of its handler, always on the same stack. Should that ever run, it ends the guest.
fn debug_for_ever() -> Vec<Guest> {
    vec![
        guest!(
            // The breakpoint is on the last thing that the CPU pushes.
            breakpoint_on_its_own_frame,
            Long,
            loops[],
            "DEBUG_STACK",
            "BREAKPOINT %rax, 0, $(DEBUG_STACK_END - 40), 9",
            "movl %eax, DEBUG_STACK_END - 40",
            "call *DONE"
        ),
        guest!(
            breakpoint_on_its_own_frame_of_another_ring,
            Long,
            loops[],
            "DEBUG_STACK",
            // On the first, with a step that has nothing to do with it.
            "BREAKPOINT %rax, 3, $(DEBUG_STACK_END - 8), 9",
            "call *RING3",
            "PUSH_STEP",
            "popfq",
            "nop",
            "hlt"
        ),
        guest!(
            breakpoint_on_its_own_handler,
            Long,
            loops[],
            "DEBUG_STACK",
            "HANDLE 64, 1, 1f",
            "ADDRESS 1f, %ebp",
            "BREAKPOINT %rax, 0, %ebp, 0",
            ".byte 0xF1",
            "1: call *DONE"
        ),
        guest!(
            // Without a stack of its own it ends: the frames reach the descriptors of the handlers.
            breakpoint_on_its_own_handler_in_protected_mode,
            Protected,
            fails["triple fault"],
            "HANDLE 32, 1, 1f",
            "ADDRESS 1f, %ebp",
            "BREAKPOINT %eax, 0, %ebp, 0",
            ".byte 0xF1",
            "1: call *DONE"
        ),
    ]
}

/// An interrupt whose delivery raises #AC has left the interrupt controller. It comes as soon as the handler lets it.
fn held() -> Vec<Guest> {
    vec![
        guest!(
            interrupt_behind_an_alignment_check,
            Protected,
            // Not while interrupts are off, and not before HLT, which it ends.
            values[[0, 2, 0]],
            "HOLD_INTERRUPT 1f, 3f",
            "1: ORDERED 0x20, 2, 0x200",
            "WAIT_A_WHILE",
            "SAY ORDER",
            "sti",
            "hlt",
            "2: SAY ORDER",
            "ADDRESS 2b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "3: call *DONE"
        ),
        guest!(
            interrupt_behind_a_stack_that_is_mended,
            Protected,
            // In ring 3, where it came at first.
            values[[3, 0]],
            "HOLD_INTERRUPT 1f, 2f",
            "1: addl $4, %esp",
            "movl $RING3_STACK, 12(%esp)",
            "iretl",
            "2: movl 4(%esp), %eax",
            "andl $3, %eax",
            "call *VALUE",
            "ADDRESS 765b, %eax",
            "subl (%esp), %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            debug_trap_before_the_interrupt,
            Protected,
            // Both behind IN.
            values[[0x12, 0, 1]],
            "HOLD_INTERRUPT 1f, 3f",
            "1: ORDERED 1, 1",
            "ORDERED 0x20, 2, 0x200",
            "movl %cr4, %eax",
            "orl $8, %eax",
            "movl %eax, %cr4",
            "BREAKPOINT %eax, 0, $0x61, 2",
            "movl $0x61, %edx",
            "sti",
            "inb %dx, %al",
            "2: nop",
            "SAY ORDER",
            "ADDRESS 2b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "SAY_CONDITIONS %eax",
            "3: call *DONE"
        ),
    ]
}
