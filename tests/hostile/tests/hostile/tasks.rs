//! Task switches in hardware. They are not emulated: the VM ends, and its report says which task by which instruction (the ways there
//! without a gate are in `events`). What the processor finds wrong before that is the guest's exception (SDM "Treatment of Task
//! Switches", 26.4.2, and "Task Switching", 8.3).

use hostile::{Family, Guest, guest};

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = switches();
    guests.extend(refused());
    Family::new("tasks", guests)
}

/// Switches that would take place.
fn switches() -> Vec<Guest> {
    vec![
        guest!(
            jump_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by JMP"],
            "FREE_TASK",
            "movl $0x380000, 0x60048",
            "movl $0x8500, 0x6004C",
            "ljmp $0x48, $0"
        ),
        guest!(
            call_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by CALL"],
            "FREE_TASK",
            "movl $0x380000, 0x60048",
            "movl $0xE500, 0x6004C",
            "call *RING3",
            "lcall $0x4B, $0"
        ),
        guest!(
            interrupt_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by a task gate"],
            "FREE_TASK",
            "movl $0x380000, IDT + 8 * 8",
            "movl $0x8500, IDT + 8 * 8 + 4",
            "PIC 0xFE",
            "TIMER 0x400",
            "sti",
            "1: jmp 1b"
        ),
        guest!(
            software_interrupt_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by a task gate"],
            "FREE_TASK",
            "movl $0x380000, IDT + 3 * 8",
            "movl $0xE500, IDT + 3 * 8 + 4",
            "call *RING3",
            "int3"
        ),
        guest!(
            double_fault_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by a task gate"],
            "FREE_TASK",
            "movl $0x380000, IDT + 8 * 8",
            "movl $0x8500, IDT + 8 * 8 + 4",
            "movb $0x0E, IDT + 13 * 8 + 5",
            "int $0x50"
        ),
        guest!(
            injected_fault_through_a_gate,
            Protected,
            fails["hardware task switch to 0x0038 by a task gate"],
            "FREE_TASK",
            "movl $0x380000, IDT + 13 * 8",
            "movl $0x8500, IDT + 13 * 8 + 4",
            "movl $0x12345678, %ecx",
            "rdmsr"
        ),
    ]
}

/// Those that the processor refuses.
fn refused() -> Vec<Guest> {
    vec![
        guest!(
            absent_task,
            Protected,
            says["!0b 00000038", "!0b 00000038"],
            "FREE_TASK",
            "movb $0x09, 0x6003D",
            "FAULTS ljmp $0x38, $0",
            "FAULTS lcall $0x38, $0",
            "call *DONE"
        ),
        guest!(
            task_of_ring_0,
            Protected,
            says["!0d 00000038", "!0d 00000038"],
            "FREE_TASK",
            "call *RING3",
            "FAULTS ljmp $0x3B, $0",
            "call *RING3",
            "FAULTS lcall $0x3B, $0",
            "call *DONE"
        ),
        guest!(
            gates_that_are_wrong,
            Protected,
            // Absent, of ring 0, to a busy task, to no task.
            says["!0b 00000048", "!0d 00000048", "!0d 00000038", "!0d 00000010"],
            "FREE_TASK",
            "movl $0x380000, 0x60048",
            "movl $0x6500, 0x6004C",
            "FAULTS ljmp $0x48, $0",
            "movl $0x8500, 0x6004C",
            "call *RING3",
            "FAULTS ljmp $0x4B, $0",
            "movb $0x8B, 0x6003D",
            "FAULTS ljmp $0x48, $0",
            "movl $0x100000, 0x60048",
            "FAULTS ljmp $0x48, $0",
            "call *DONE"
        ),
        guest!(
            returns_to_no_task,
            Protected,
            // The link is null, and then a task that is not busy.
            says["!0a 00000000", "!0a 00000038"],
            "FREE_TASK",
            "movl $0, TSS",
            "pushfl",
            "orl $0x4000, (%esp)",
            "popfl",
            "FAULTS iretl",
            "movl $0x38, TSS",
            "pushfl",
            "orl $0x4000, (%esp)",
            "popfl",
            "FAULTS iretl",
            "call *DONE"
        ),
        guest!(
            no_tasks_in_long_mode,
            Long,
            says["!0d 00000038", "!0d 00000032", "!0d 00000033"],
            "COPY_GDT 0x60000",
            "movb $0x89, 0x6003D",
            "LOAD_TABLE lgdtq, 0x60000, 0x57",
            "movl $0, 0x5840",
            "movl $0x38, 0x5844",
            "FAULTS ljmpl *0x5840",
            "movb $0x85, IDT + 6 * 16 + 5",
            "FAULTS int $6",
            "FAULTS ud2",
            "call *DONE"
        ),
    ]
}
