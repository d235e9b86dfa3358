//! Events whose delivery exits, because their stack lies in a page that has no memory yet: they are delivered once more, as what they
//! were (SDM "Information for VM Exits That Occur During Event Delivery", 28.2.4).

use hostile::{Family, Guest, guest};

use crate::recursion;

/// General protection.
const GP: &str = "!0d 00000000";

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = kinds();
    guests.extend(rings());
    guests.extend(escalation());
    guests.extend(recursion::guests());
    Family::new("delivery", guests)
}

/// Each kind of event.
fn kinds() -> Vec<Guest> {
    vec![
        guest!(
            events_in_long_mode,
            Long,
            says[
                "!0d 00000068",
                "!00 00000000",
                "!0e 00000002",
                "=80000010",
                "!03 00000000",
                "!02 00000000",
                "!01 00000000",
                GP
            ],
            definition "memory = 8M",
            "movl $0x68, %ebp",
            "movl $0x600800, %esp",
            "FAULTS movw %bp, %ds",
            "xorl %ecx, %ecx",
            "movl $0x602800, %esp",
            "FAULTS divl %ecx",
            "movl $0x80000010, %ebp",
            "movl $0x604800, %esp",
            "FAULTS movl %eax, (%rbp)",
            "movq %cr2, %rax",
            "call *VALUE",
            // The instruction's length goes with these: the handler returns behind it.
            "movl $0x606800, %esp",
            "TRAPS int3",
            "movl $0x608800, %esp",
            "TRAPS int $2",
            "movl $0x60A800, %esp",
            "TRAPS .byte 0xF1",
            // And one that is injected.
            "movl $0x12345678, %ecx",
            "movl $0x60C800, %esp",
            "FAULTS rdmsr",
            "call *DONE"
        ),
        guest!(
            events_in_protected_mode,
            Protected,
            says[
                "!0d 00000068",
                "!04 00000000",
                "!05 00000000",
                "!03 00000000",
                "!02 00000000",
                "!01 00000000"
            ],
            definition "memory = 8M",
            "movl $0x68, %ebp",
            "movl $0x600800, %esp",
            "FAULTS movw %bp, %ds",
            "movl $0x602800, %esp",
            "movb $0x7F, %al",
            "addb $1, %al",
            "TRAPS into",
            "movl $1, 0x5800",
            "movl $2, 0x5804",
            "movl $3, %eax",
            "movl $0x604800, %esp",
            "FAULTS bound %eax, 0x5800",
            "movl $0x606800, %esp",
            "TRAPS int3",
            "movl $0x608800, %esp",
            "TRAPS int $2",
            "movl $0x60A800, %esp",
            "TRAPS .byte 0xF1",
            "call *DONE"
        ),
        guest!(
            events_in_real_mode,
            Real,
            says["!03 00000000", "!00 00000000", "!02 00000000", GP],
            "movw $0x2000, %bp",
            "movw %bp, %ss",
            "movl $0x1800, %esp",
            "TRAPS int3",
            "xorl %ecx, %ecx",
            "movw $0x3000, %bp",
            "movw %bp, %ss",
            "movl $0x1800, %esp",
            "FAULTS divl %ecx",
            "movw $0x4000, %bp",
            "movw %bp, %ss",
            "movl $0x1800, %esp",
            "TRAPS int $2",
            "movl $0x12345678, %ecx",
            "movw $0x5000, %bp",
            "movw %bp, %ss",
            "movl $0x1800, %esp",
            "FAULTS rdmsr",
            "call *DONE"
        ),
        guest!(
            interrupts,
            Long,
            values[[0, 0]],
            definition "memory = 8M",
            "NOTE_TIMER 64",
            "STI_AND \"movl $0x600800, %esp\", nop",
            "STI_AND \"movl $0x602800, %esp\", hlt",
            "call *DONE"
        ),
        guest!(
            what_is_saved_of_the_resume_flag,
            Long,
            values[[1 << 16, 0]],
            definition "memory = 8M",
            "NOTE_EXCEPTION 64, 13, 1, 2",
            "NOTE_EXCEPTION 64, 3",
            "movl $0x68, %ebp",
            "movl $0x600800, %esp",
            "movw %bp, %ds",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "movl $0x602800, %esp",
            "int3",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// From ring 3 to a stack of ring 0.
fn rings() -> Vec<Guest> {
    vec![
        guest!(
            from_ring_3_in_long_mode,
            Long,
            says[GP, "!03 00000000", "!03 00000000", "!0d 00000032"],
            definition "memory = 8M",
            "movb $0xEE, IDT + 3 * 16 + 5",
            "movl $0x600800, TSS + 4",
            "call *RING3",
            "FAULTS hlt",
            "movl $0x602800, TSS + 4",
            "call *RING3",
            "TRAPS int3",
            "movl $0x604800, TSS + 4",
            "call *RING3",
            "TRAPS .byte 0xCD, 3",
            "movl $0x606800, TSS + 4",
            "call *RING3",
            "FAULTS int $6",
            "call *DONE"
        ),
        guest!(
            from_ring_3_in_protected_mode,
            Protected,
            says[GP, "!03 00000000", "!03 00000000", "!0d 00000032"],
            definition "memory = 8M",
            "movb $0xEE, IDT + 3 * 8 + 5",
            "movl $0x600800, TSS + 4",
            "call *RING3",
            "FAULTS hlt",
            "movl $0x602800, TSS + 4",
            "call *RING3",
            "TRAPS int3",
            "movl $0x604800, TSS + 4",
            "call *RING3",
            "TRAPS .byte 0xCD, 3",
            "movl $0x606800, TSS + 4",
            "call *RING3",
            "FAULTS int $6",
            "call *DONE"
        ),
    ]
}

/// An exit, and then another exception.
fn escalation() -> Vec<Guest> {
    vec![
        guest!(
            idt_in_a_new_page,
            Protected,
            // Zeros: no gates.
            fails["triple fault"],
            definition "memory = 8M",
            "LOAD_TABLE lidtl, 0x600000, 0x1FF",
            "ud2"
        ),
        guest!(
            gdt_in_a_new_page,
            Protected,
            fails["triple fault"],
            definition "memory = 8M",
            "LOAD_TABLE lgdtl, 0x600000, 0x57",
            "movl $0x10, %eax",
            "movw %ax, %ds"
        ),
        guest!(
            double_fault_on_a_new_stack,
            Long,
            says["!08 00000000"],
            definition "memory = 8M",
            "movl $0x600800, TSS + 36",
            "movb $1, IDT + 8 * 16 + 4",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl $0x7C00, LANDING_SP",
            "movl $0x80000000, %esp",
            "1: ud2",
            "2: call *DONE"
        ),
        guest!(
            // Two words of the #PF's frame find a page, which is new; the others do not.
            double_fault_behind_an_exit,
            Long,
            says["!08 00000000"],
            definition "memory = 8M",
            "PAGE 1, 0x600007",
            "movl $0x7800, TSS + 36",
            "movb $1, IDT + 8 * 16 + 4",
            "movl $0x80000000, %ebp",
            "movl $WINDOW + 0x1010, %esp",
            "FAULTS_ON_STACK movl (%rbp), %eax",
            "call *DONE"
        ),
        guest!(
            // The same for an interrupt: its delivery raises #PF, which has a stack.
            page_fault_of_an_interrupt_behind_an_exit,
            Long,
            says["!0e 00000002"],
            definition "memory = 8M",
            "PAGE 1, 0x600007",
            "movl $0x7800, TSS + 36",
            "movb $1, IDT + 14 * 16 + 4",
            "PIC 0xFE",
            "TIMER 0xFFFF",
            "movl $WINDOW + 0x1010, %esp",
            "sti",
            "FAULTS_ON_STACK jmp .",
            "call *DONE"
        ),
    ]
}
