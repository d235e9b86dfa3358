//! The debug registers, and breakpoints on what the hypervisor does in the guest's place: instructions that exit, ports, and memory
//! that they access (SDM "Debug Registers", 18.2, and "Debug Exceptions", 18.3).

use hostile::{Family, Guest, guest};

/// A debug exception.
const DB: &str = "!01 00000000";
/// RFLAGS.RF.
const RF: u32 = 1 << 16;

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = registers();
    guests.extend(instructions());
    guests.extend(ports());
    guests.extend(memory());
    Family::new("breakpoints", guests)
}

/// What the registers hold.
fn registers() -> Vec<Guest> {
    vec![
        guest!(
            dr6_has_bits_that_stay,
            Long,
            values[[0xFFFF_0FF0, 0xFFFF_EFFF]],
            "xorl %eax, %eax",
            "movq %rax, %dr6",
            "movq %dr6, %rax",
            "call *VALUE",
            "movl $0xFFFFFFFF, %eax",
            "movq %rax, %dr6",
            "movq %dr6, %rax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            dr7_has_bits_that_stay,
            Protected,
            values[[0x400, 0xFFFF_07FF]],
            "xorl %eax, %eax",
            "movl %eax, %dr7",
            "movl %dr7, %eax",
            "call *VALUE",
            // Without GD, and without what belongs to transactions.
            "movl $0xFFFFD7FF, %eax",
            "movl %eax, %dr7",
            "movl %dr7, %eax",
            "movl $0x400, %ecx",
            "movl %ecx, %dr7",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            the_registers_survive_a_halt,
            Protected,
            values[[0x11, 0x22, 0x33, 0x44, 0xFFFF_2FF3, 0x404]],
            "NOTE_TIMER 32",
            "movl $0x11, %eax",
            "movl %eax, %dr0",
            "movl $0x22, %eax",
            "movl %eax, %dr1",
            "movl $0x33, %eax",
            "movl %eax, %dr2",
            "movl $0x44, %eax",
            "movl %eax, %dr3",
            "movl $0x2003, %eax",
            "movl %eax, %dr6",
            "movl $0x404, %eax",
            "movl %eax, %dr7",
            "sti",
            "hlt",
            "movl %dr0, %eax",
            "call *VALUE",
            "movl %dr1, %eax",
            "call *VALUE",
            "movl %dr2, %eax",
            "call *VALUE",
            "movl %dr3, %eax",
            "call *VALUE",
            "movl %dr6, %eax",
            "call *VALUE",
            "movl %dr7, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            general_detect_in_protected_mode,
            Protected,
            says[DB, "=00002000", DB, "=00002000"],
            "movl $0x2400, %eax",
            "movl %eax, %dr7",
            "FAULTS movl %eax, %dr7",
            "SAY_CONDITIONS %eax",
            "movl $0x2400, %eax",
            "movl %eax, %dr7",
            "FAULTS movl %dr6, %eax",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
    ]
}

/// Breakpoints on instructions that exit, and RF, which stops them for one instruction.
fn instructions() -> Vec<Guest> {
    vec![
        guest!(
            on_halt_in_real_mode,
            Real,
            says[DB, "=00000001"],
            "ADDRESS 797f, %ebp",
            "BREAKPOINT %eax, 0, %ebp, 0",
            "FAULTS hlt",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
        guest!(
            on_a_port_access_in_protected_mode,
            Protected,
            says[DB, "=00000004"],
            "ADDRESS 797f, %ebp",
            "BREAKPOINT %eax, 2, %ebp, 0",
            "FAULTS inb $0x61, %al",
            "SAY_CONDITIONS %eax",
            "call *DONE"
        ),
        guest!(
            // The second time the breakpoint must be met again: RF holds it off for one instruction only.
            twice_on_an_exit,
            Long,
            values[[2, 0]],
            "NOTE_EXCEPTION 64, 1, set=0x10000",
            "ADDRESS 1f, %ebp",
            "BREAKPOINT %rax, 0, %ebp, 0",
            "movl $2, %edi",
            "1: inb $0x61, %al",
            "decl %edi",
            "jnz 1b",
            "SAY NOTED",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            // The first is executed with RF on, and takes an exit before and during which it is on.
            on_two_instructions_that_read_nothing,
            Long,
            values[[2, 0]],
            "NOTE_EXCEPTION 64, 1, set=0x10000",
            "ADDRESS 1f, %ebp",
            "BREAKPOINT %rax, 0, %ebp, 0",
            "ADDRESS 2f, %ebp",
            "BREAKPOINT %rax, 1, %ebp, 0",
            "1: movl 0x10000000, %eax",
            "2: movl 0x10000000, %eax",
            "SAY NOTED",
            "ADDRESS 2b, %eax",
            "subl NOTED_IP, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            // A fault saves RF on, so that the instruction can be executed again, whoever raised it.
            faults_save_the_resume_flag,
            Long,
            values[[RF, RF, RF, RF]],
            "NOTE_EXCEPTION 64, 13, 1, 2",
            "jmp 2f",
            "1: movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "ret",
            // The processor's own #GP, by a selector beyond the limit.
            "2: movl $0x68, %eax",
            "movw %ax, %ds",
            "call 1b",
            "movl $0x12345678, %ecx",
            "rdmsr",
            "call 1b",
            "movl $0x12345678, %ecx",
            "wrmsr",
            "call 1b",
            "rdpmc",
            "call 1b",
            "call *DONE"
        ),
        guest!(
            invalid_opcodes_save_the_resume_flag,
            Protected,
            values[[RF, RF]],
            "NOTE_EXCEPTION 32, 6, 0, 3",
            "ud2; nop",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            // VMXOFF
            ".byte 0x0F, 0x01, 0xC4",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            traps_do_not_save_the_resume_flag,
            Long,
            values[[1, 0]],
            "NOTE_EXCEPTION 64, 1, 0, 0, 0x100",
            "PUSH_STEP",
            "STEP cpuid",
            "SAY NOTED",
            "movl NOTED_FLAGS, %eax",
            "andl $0x10000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            // Behind MOV to SS breakpoints are not met.
            on_an_exit_in_the_shadow,
            Long,
            values[[0, 1]],
            "NOTE_EXCEPTION 64, 1, set=0x10000",
            "ADDRESS 1f, %ebp",
            "BREAKPOINT %rax, 0, %ebp, 0",
            "movw %ss, %bx",
            "movw %bx, %ss",
            "1: inb $0x61, %al",
            "movl NOTED, %eax",
            "call *VALUE",
            "movw %ss, %bx",
            "ADDRESS 2f, %ebp",
            "BREAKPOINT %rax, 0, %ebp, 0",
            // STI does not hold them off.
            "sti",
            "2: inb $0x61, %al",
            "cli",
            "movl NOTED, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            // The load of SS is the trap; it waits for the instruction behind it, which exits.
            on_the_load_of_the_stack_segment,
            Long,
            says[DB, "=00000001"],
            "movw %ss, %bx",
            "movw %bx, 0x5800",
            "BREAKPOINT %rax, 0, $0x5800, 7",
            "TRAPS LOAD_STACK_SEGMENT_AND inb $0x61, %al",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
    ]
}

/// Breakpoints on ports, which exist with CR4.DE.
fn ports() -> Vec<Guest> {
    vec![
        guest!(
            on_ports,
            Long,
            says[DB, "=00000001", DB, "=00000001", DB, "=00000003"],
            "movq %cr4, %rax",
            "orl $8, %eax",
            "movq %rax, %cr4",
            "BREAKPOINT %rax, 0, $0x80, 2",
            "TRAPS outb %al, $0x80",
            "SAY_CONDITIONS %rax",
            "TRAPS inw $0x7F, %ax",
            "SAY_CONDITIONS %rax",
            // Of two bytes from 82 on.
            "BREAKPOINT %rax, 1, $0x82, 6",
            "TRAPS inl $0x80, %eax",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            beside_ports,
            Long,
            values[[0]],
            "NOTE_EXCEPTION 64, 1, set=0x10000",
            "movq %cr4, %rax",
            "orl $8, %eax",
            "movq %rax, %cr4",
            "BREAKPOINT %rax, 0, $0x82, 2",
            "outw %ax, $0x80",
            "outb %al, $0x83",
            "movq %cr4, %rax",
            "andl $~8, %eax",
            "movq %rax, %cr4",
            "SAY NOTED",
            "call *DONE"
        ),
        guest!(
            // The trap comes behind each item.
            on_the_port_of_a_string,
            Real,
            values[[4, 1]],
            "NOTE_EXCEPTION 16, 1",
            "movl %cr4, %eax",
            "orl $8, %eax",
            "movl %eax, %cr4",
            "BREAKPOINT %eax, 0, $0x80, 2",
            "movl $4, %ecx",
            "movw $0x6000, %di",
            "movw $0x80, %dx",
            "1: rep insb",
            "2: movl NOTED, %eax",
            "call *VALUE",
            // The last is that of the finished instruction.
            "ADDRESS 2b, %eax",
            "cmpw %ax, NOTED_IP",
            "sete %al",
            "movzbl %al, %eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// Breakpoints on memory that the hypervisor accesses for the guest.
fn memory() -> Vec<Guest> {
    vec![
        guest!(
            on_what_ins_writes,
            Long,
            says[DB, "=00000001"],
            "BREAKPOINT %rax, 0, $0x60002, 1",
            "movl $0x60000, %edi",
            "movl $0x80, %edx",
            "TRAPS insl",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            on_what_outs_reads,
            Long,
            says[DB, "=00000001"],
            "BREAKPOINT %rax, 0, $0x60002, 3",
            "movl $0x60000, %esi",
            "movl $0x80, %edx",
            "TRAPS outsl",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            on_nothing,
            Long,
            says[DB, "=00000001", DB, "=00000001"],
            "BREAKPOINT %rax, 0, $0x10000002, 3",
            "TRAPS movl 0x10000000, %eax",
            "SAY_CONDITIONS %rax",
            "TRAPS movb %al, 0x10000002",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
        guest!(
            on_writes_only,
            Long,
            values[[0, 1]],
            "NOTE_EXCEPTION 64, 1, set=0x10000",
            "BREAKPOINT %rax, 0, $0xF8000, 1",
            "movl 0xF8000, %eax",
            "SAY NOTED",
            "movl %eax, 0xF8000",
            "SAY NOTED",
            "call *DONE"
        ),
        guest!(
            on_a_page_not_yet_touched,
            Long,
            says[DB, "=00000001"],
            definition "memory = 8M",
            "BREAKPOINT %rax, 0, $0x600000, 3",
            "TRAPS movl 0x600000, %eax",
            "SAY_CONDITIONS %rax",
            "call *DONE"
        ),
    ]
}
