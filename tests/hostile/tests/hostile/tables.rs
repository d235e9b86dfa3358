//! Descriptor tables and task state segments in absent, read-only and missing memory, and what they hold: gates and segments that
//! are wrong. Virtual-8086 mode, which lives from them.

use hostile::{Family, Guest, guest};

/// Invalid opcode.
const UD: &str = "!06 00000000";
/// General protection.
const GP: &str = "!0d 00000000";

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = tables();
    guests.extend(tables_in_nothing());
    guests.extend(gates());
    guests.extend(segments());
    guests.extend(virtual_8086());
    Family::new("tables", guests)
}

/// Tables in pages that are not as they should be.
fn tables() -> Vec<Guest> {
    vec![
        guest!(
            idt_in_a_read_only_page,
            Long,
            says[UD],
            "movq %cr0, %rax",
            "btsq $16, %rax",
            "movq %rax, %cr0",
            "PAGE 0, 0x4001",
            "LOAD_TABLE lidtq, WINDOW, 0x1FF",
            "FAULTS ud2",
            "call *DONE"
        ),
        guest!(
            gate_in_an_absent_page,
            Long,
            says["!0e 00000000", "=00801010"],
            // The first 16 gates end with the page.
            "PAGE 0, 0x60007",
            "movl $IDT, %esi",
            "movl $0x60F00, %edi",
            "movl $0x100, %ecx",
            "rep movsb",
            "LOAD_TABLE lidtq, WINDOW + 0xF00, 0x1FF",
            "FAULTS int $0x11",
            "movq %cr2, %rax",
            "SAY %eax",
            "call *DONE"
        ),
        guest!(
            idt_in_video_memory,
            Long,
            says[UD],
            "movl $IDT, %esi",
            "movl $0xB8000, %edi",
            "movl $0x200, %ecx",
            "rep movsb",
            "LOAD_TABLE lidtq, 0xB8000, 0x1FF",
            "FAULTS ud2",
            "call *DONE"
        ),
        guest!(
            descriptor_in_an_absent_page,
            Long,
            says["!0e 00000000", "=00801008"],
            // The null descriptor and those that the runtime uses are in the page before.
            "PAGE 0, 0x60007",
            "COPY_GDT 0x60FE0, 0x20",
            "LOAD_TABLE lgdtq, WINDOW + 0xFE0, 0x57",
            "movl $0x2B, %eax",
            "FAULTS movw %ax, %ds",
            "movq %cr2, %rax",
            "SAY %eax",
            "call *DONE"
        ),
        guest!(
            descriptor_in_a_read_only_page,
            Long,
            // The processor sets the accessed flag as ring 0, which CR0.WP stops.
            says["!0e 00000003", "=00800028", "=000000f2", "=000000f3"],
            "COPY_GDT 0x60000",
            "movb $0xF2, 0x6002D",
            "PAGE 0, 0x60001",
            "LOAD_TABLE lgdtq, WINDOW, 0x57",
            "movq %cr0, %rax",
            "btsq $16, %rax",
            "movq %rax, %cr0",
            "movl $0x2B, %eax",
            "FAULTS movw %ax, %fs",
            "movq %cr2, %rax",
            "andl $~7, %eax",
            "call *VALUE",
            "movzbl 0x6002D, %eax",
            "call *VALUE",
            "movq %cr0, %rax",
            "btrq $16, %rax",
            "movq %rax, %cr0",
            "movl $0x2B, %eax",
            "movw %ax, %fs",
            "movzbl 0x6002D, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            task_register_from_a_read_only_page,
            Long,
            says["!0e 00000003", "=00800038"],
            "COPY_GDT 0x60000",
            "movb $0x89, 0x6003D",
            "PAGE 0, 0x60001",
            "LOAD_TABLE lgdtq, WINDOW, 0x57",
            "movq %cr0, %rax",
            "btsq $16, %rax",
            "movq %rax, %cr0",
            "movl $0x38, %eax",
            "FAULTS ltr %ax",
            "movq %cr2, %rax",
            "andl $~7, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            local_table_in_an_absent_page,
            Long,
            says["!0e 00000000", "=00800010"],
            "PAGE 0, 0",
            "COPY_GDT 0x60000",
            "movl $0x0000FFFF, 0x60048",
            "movl $0x00008280, 0x6004C",
            "movl $0, 0x60050",
            "movl $0, 0x60054",
            "LOAD_TABLE lgdtq, 0x60000, 0x57",
            "movl $0x48, %eax",
            "lldt %ax",
            "movl $0x14, %eax",
            "FAULTS movw %ax, %fs",
            "movq %cr2, %rax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            task_state_in_an_absent_page,
            Long,
            fails["triple fault"],
            "PAGE 0, 0",
            "COPY_GDT 0x60000",
            "movw $0, 0x6003A",
            "movb $0x80, 0x6003C",
            "movb $0x89, 0x6003D",
            "LOAD_TABLE lgdtq, 0x60000, 0x57",
            "movl $0x38, %eax",
            "ltr %ax",
            "call *RING3",
            "ud2"
        ),
        guest!(
            task_state_that_is_too_short,
            Protected,
            // The stack of ring 0 is not inside: #TS, whose handler has no stack either.
            fails["triple fault"],
            "COPY_GDT 0x60000",
            "movw $3, 0x60038",
            "movb $0x89, 0x6003D",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x38, %eax",
            "ltr %ax",
            "call *RING3",
            "ud2"
        ),
    ]
}

/// Tables where no memory is, or a ROM. What the processor does there by itself is not carried out for it.
fn tables_in_nothing() -> Vec<Guest> {
    vec![
        guest!(
            gdt_in_nothing,
            Protected,
            fails["read of 0x10000010 (linear 0x10000010), where there is neither memory nor a device"],
            "LOAD_TABLE lgdtl, 0x10000000, 0x57",
            "movl $0x10, %eax",
            "movw %ax, %ds"
        ),
        guest!(
            local_table_in_nothing,
            Protected,
            fails["read of 0x10000010 (linear 0x10000010), where there is neither memory nor a device"],
            "COPY_GDT 0x60000",
            "movl $0x0000FFFF, 0x60048",
            "movl $0x10008200, 0x6004C",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x48, %eax",
            "lldt %ax",
            "movl $0x14, %eax",
            "movw %ax, %fs"
        ),
        guest!(
            local_table_in_a_rom,
            Protected,
            // There are zeros: no segment.
            says["!0d 00000014"],
            "COPY_GDT 0x60000",
            "movl $0x0000FFFF, 0x60048",
            "movl $0x0000820D, 0x6004C",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x48, %eax",
            "lldt %ax",
            "movl $0x14, %eax",
            "FAULTS movw %ax, %fs",
            "call *DONE"
        ),
        guest!(
            idt_in_a_rom,
            Protected,
            fails["triple fault"],
            "LOAD_TABLE lidtl, 0xD0000, 0x1FF",
            "ud2"
        ),
        guest!(
            idt_in_nothing_and_an_instruction_that_exits,
            Protected,
            fails["where there is neither memory nor a device"],
            "LOAD_TABLE lidtl, 0x10000000, 0x1FF",
            // VMXOFF
            ".byte 0x0F, 0x01, 0xC4"
        ),
        guest!(
            interrupt_and_an_idt_in_nothing,
            Protected,
            fails["where there is neither memory nor a device"],
            "LOAD_TABLE lidtl, 0x10000000, 0x1FF",
            "PIC 0xFE",
            "TIMER 0x100",
            "sti",
            "1: jmp 1b"
        ),
        guest!(
            task_state_in_nothing,
            Protected,
            fails["read of 0x1000000"],
            "COPY_GDT 0x60000",
            "movw $0, 0x6003A",
            "movb $0, 0x6003C",
            "movw $0x0089, 0x6003D",
            "movb $0x10, 0x6003F",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x38, %eax",
            "ltr %ax",
            "call *RING3",
            "ud2"
        ),
    ]
}

/// Gates that are wrong, for exceptions of the processor and for injected ones.
fn gates() -> Vec<Guest> {
    vec![
        guest!(
            gates_without_a_segment,
            Protected,
            // An exception is an external event (bit 0 of the code), INT is not; #UD of VMXOFF is injected.
            says["!0d 00000001", "!0d 00000000", "!0d 00000001"],
            "movw $0, IDT + 6 * 8 + 2",
            "FAULTS ud2",
            "FAULTS int $6",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            gates_to_a_data_segment,
            Protected,
            says["!0d 00000011", "!0d 00000010", "!0d 00000011"],
            "movw $0x10, IDT + 6 * 8 + 2",
            "FAULTS ud2",
            "FAULTS int $6",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            gates_beyond_the_gdt,
            Protected,
            says["!0d 00000071", "!0d 00000070"],
            "movw $0x70, IDT + 6 * 8 + 2",
            "FAULTS ud2",
            "FAULTS int $6",
            "call *DONE"
        ),
        guest!(
            gates_to_32_bit_code_in_long_mode,
            Long,
            says["!0d 00000009", "!0d 00000008", "!0d 00000009"],
            "movw $0x08, IDT + 6 * 16 + 2",
            "FAULTS ud2",
            "FAULTS int $6",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            gates_to_ring_3,
            Long,
            // Code of another ring than 0 cannot handle what ring 0 raises.
            says["!0d 00000031", "!0d 00000030"],
            "movw $0x33, IDT + 6 * 16 + 2",
            "FAULTS ud2",
            "FAULTS int $6",
            "call *DONE"
        ),
        guest!(
            gates_of_no_kind,
            Long,
            says["!0d 00000033", "!0d 00000032", "!0d 00000033"],
            "movb $0x85, IDT + 6 * 16 + 5",
            "FAULTS ud2",
            "FAULTS int $6",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            gates_that_are_absent,
            Long,
            says["!0b 00000033", "!0b 00000032", "!0b 00000033"],
            "movb $0x0E, IDT + 6 * 16 + 5",
            "FAULTS ud2",
            "FAULTS int $6",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            injected_faults_add_up,
            Long,
            // The gate of #GP is absent, and RDMSR's #GP is injected.
            says["!08 00000000"],
            "movb $0x0E, IDT + 13 * 16 + 5",
            "movl $0x12345678, %ecx",
            "FAULTS rdmsr",
            "call *DONE"
        ),
        guest!(
            injected_faults_add_up_to_three,
            Long,
            fails["triple fault"],
            "movb $0x0E, IDT + 13 * 16 + 5",
            "movb $0x0E, IDT + 8 * 16 + 5",
            "movl $0x12345678, %ecx",
            "rdmsr"
        ),
        guest!(
            injection_to_a_new_page,
            Protected,
            says[UD],
            definition "memory = 8M",
            "movl $0x700000, %esp",
            "FAULTS .byte 0x0F, 0x01, 0xC4",
            "call *DONE"
        ),
        guest!(
            injection_to_an_absent_stack,
            Long,
            fails["triple fault"],
            "movl $0x80000000, %esp",
            "movl $0x12345678, %ecx",
            "rdmsr"
        ),
        guest!(
            call_gates,
            Protected,
            says["!0b 00000048", "!0d 00000048", "=00000008"],
            "COPY_GDT 0x60000",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "ADDRESS 1f, %eax",
            "orl $0x80000, %eax",
            "movl %eax, 0x60048",
            // Absent, then ring 0's, then good.
            "movl $0x6C00, 0x6004C",
            "call *RING3",
            "FAULTS lcall $0x4B, $0",
            "movl $0x8C00, 0x6004C",
            "call *RING3",
            "FAULTS lcall $0x4B, $0",
            "movl $0xEC00, 0x6004C",
            "call *RING3",
            "lcall $0x4B, $0",
            "1: movw $DATA, %ax",
            "movw %ax, %ds",
            "xorl %eax, %eax",
            "movw %cs, %ax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// Segment registers.
fn segments() -> Vec<Guest> {
    vec![
        guest!(
            selectors_of_nothing,
            Protected,
            says["!0d 00000060", "!0d 00000014", "!0d 00000000", "!0d 00000038"],
            // Beyond the limit, in no local table, null for the stack, and a task state.
            "movl $0x60, %eax",
            "FAULTS movw %ax, %ds",
            "movl $0x14, %eax",
            "FAULTS movw %ax, %es",
            "xorl %eax, %eax",
            "FAULTS movw %ax, %ss",
            "movl $0x38, %eax",
            "FAULTS movw %ax, %fs",
            "call *DONE"
        ),
        guest!(
            absent_segments,
            Protected,
            says["!0b 00000050", "!0c 00000050", "!0b 00000048"],
            "COPY_GDT 0x60000",
            "movb $0x13, 0x60055",
            "movb $0x1B, 0x6004D",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x50, %eax",
            "FAULTS movw %ax, %ds",
            "movl $0x50, %eax",
            "FAULTS movw %ax, %ss",
            "FAULTS ljmp $0x48, $0",
            "call *DONE"
        ),
        guest!(
            segments_of_the_wrong_ring,
            Protected,
            says["!0d 00000010", "!0d 00000010", "!0d 00000008", "!0d 00000028"],
            "call *RING3",
            "movl $0x13, %eax",
            "FAULTS movw %ax, %ds",
            "call *RING3",
            "movl $0x13, %eax",
            "FAULTS movw %ax, %ss",
            "call *RING3",
            "FAULTS ljmp $0x08, $0",
            // The stack must be of this ring.
            "movl $0x2B, %eax",
            "FAULTS movw %ax, %ss",
            "call *DONE"
        ),
        guest!(
            segments_of_the_wrong_kind,
            Protected,
            says["!0d 00000008", "!0d 00000010", "!0d 00000048"],
            "COPY_GDT 0x60000",
            "movb $0x99, 0x6004D",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            // Code as a stack, data as code, code that cannot be read as data.
            "movl $0x08, %eax",
            "FAULTS movw %ax, %ss",
            "FAULTS ljmp $0x10, $0",
            "movl $0x48, %eax",
            "FAULTS movw %ax, %ds",
            "call *DONE"
        ),
        guest!(
            code_of_32_and_64_bits_at_once,
            Long,
            says["!0d 00000048"],
            "COPY_GDT 0x60000",
            "movb $0xEF, 0x6004E",
            "LOAD_TABLE lgdtq, 0x60000, 0x57",
            "pushq $0x48",
            "pushq $GUEST",
            "FAULTS lretq",
            "call *DONE"
        ),
        guest!(
            return_to_an_address_that_is_not_canonical,
            Long,
            says[GP],
            "movw %ss, %ax",
            "pushq %rax",
            "pushq $0x7000",
            "pushfq",
            "pushq $CODE64",
            "movabsq $0x800000000000, %rax",
            "pushq %rax",
            "FAULTS iretq",
            "call *DONE"
        ),
    ]
}

/// Virtual-8086 mode.
fn virtual_8086() -> Vec<Guest> {
    vec![
        guest!(
            privileged_in_virtual_8086_mode,
            Protected,
            says[GP, GP, GP, GP, GP, GP, GP, GP],
            "V86_FAULTS 0, hlt",
            "V86_FAULTS 0, cli",
            "V86_FAULTS 0, movl %cr0, %eax",
            "V86_FAULTS 0, rdmsr",
            "V86_FAULTS 0, wbinvd",
            "V86_FAULTS 0, int $0x20",
            "V86_FAULTS 0, lmsw %ax",
            // Ports need the task's permission, whatever the privilege level for them is.
            "V86_FAULTS 0x3000, inb $0x60, %al",
            "call *DONE"
        ),
        guest!(
            unknown_in_virtual_8086_mode,
            Protected,
            says[UD, UD, UD, UD, UD, UD],
            // VMLAUNCH, VMXOFF, VMXON, LLDT, LTR, VMREAD.
            "V86_FAULTS 0, .byte 0x0F, 0x01, 0xC2",
            "V86_FAULTS 0, .byte 0x0F, 0x01, 0xC4",
            "V86_FAULTS 0, .byte 0xF3, 0x0F, 0xC7, 0x30",
            "V86_FAULTS 0, lldt %ax",
            "V86_FAULTS 0, ltr %ax",
            "V86_FAULTS 0, .byte 0x0F, 0x78, 0xC0",
            "call *DONE"
        ),
        guest!(
            exits_in_virtual_8086_mode,
            Protected,
            // CPUID is carried out, and so is what follows up to the HLT.
            says[GP, "=00000001"],
            "movl $0, KEPT",
            "V86_BEHIND 0, 1f, 2f",
            ".code16",
            "1: xorl %eax, %eax",
            "cpuid",
            "movl %ebx, KEPT",
            "2: hlt",
            ".code32",
            "798: xorl %eax, %eax",
            "cmpl $0, KEPT",
            "setne %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            strings_in_virtual_8086_mode,
            Protected,
            // The task permits all ports up to 0x127.
            says[GP, "=0000ffff", "=00003002"],
            "COPY_GDT 0x60000",
            "movw $104 + 0x25, 0x60038",
            "movb $0x89, 0x6003D",
            "LOAD_TABLE lgdtl, 0x60000, 0x57",
            "movl $0x38, %eax",
            "ltr %ax",
            "V86_BEHIND 0, 1f, 2f",
            ".code16",
            "1: movl $0x110, %edx",
            "movl $0x3000, %edi",
            "movl $2, %ecx",
            "rep insb",
            "movl %edi, KEPT",
            "movw $0x200, %dx",
            "2: inb %dx, %al",
            ".code32",
            "798: SAY 0x3000",
            "SAY KEPT",
            "call *DONE"
        ),
        guest!(
            rom_in_virtual_8086_mode,
            Protected,
            says[GP, "=00000001"],
            "movl 0xF8000, %ebp",
            "V86_BEHIND 0xF800, 1f, 2f",
            ".code16",
            "1: movl $0x12345678, 0",
            "2: hlt",
            ".code32",
            "798:",
            "xorl %eax, %eax",
            "cmpl 0xF8000, %ebp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}
