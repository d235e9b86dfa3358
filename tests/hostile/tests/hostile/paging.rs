//! The three kinds of paging: entries that are wrong, rights, changes under running code.

use hostile::{Family, Guest, guest};

/// General protection.
const GP: &str = "!0d 00000000";

/// The bits of an entry of the page-directory-pointer table that may be 1 beside P: PWT, PCD, the ignored ones, and the address up to
/// the 40 bits of the emulated processor.
const PDPTE_BITS: [u32; 2] = [0xFFFF_FE19, 0xFF];

/// Tries each bit of the last PDPTE, which maps nothing that is used, with an instruction of three bytes that loads the PDPTEs. Says
/// the bits with which it raises no exception.
macro_rules! pdpte_bits {
    ($name:ident, $value:literal, $load:literal) => {
        guest!(
            $name,
            Protected,
            values[PDPTE_BITS],
            "CATCH 32, 13, 3",
            "PAE",
            "movl $0, TAKEN",
            "movl $0, TAKEN + 4",
            "xorl %ebx, %ebx",
            "1: movl $1, TABLES + 24",
            "movl $0, TABLES + 28",
            "btcl %ebx, TABLES + 24",
            "movl $0, CAUGHT",
            $value,
            $load,
            "cmpl $0, CAUGHT",
            "jne 2f",
            "btsl %ebx, TAKEN",
            "2: incl %ebx",
            "cmpl $64, %ebx",
            "jb 1b",
            "SAY TAKEN",
            "SAY TAKEN + 4",
            "call *DONE"
        )
    };
}

/// The guests.
pub fn family() -> &'static Family {
    let mut guests = pae();
    guests.extend(with_32_bits());
    guests.extend(with_64_bits());
    guests.extend(rights());
    Family::new("paging", guests)
}

/// PAE paging and its four registers.
fn pae() -> Vec<Guest> {
    vec![
        guest!(
            pae_on_and_off,
            Protected,
            values[[0x8000_0000, 0x1234, 0]],
            "PAE",
            "PAGE 0, 0x60007",
            "movl $0x1234, 0x60010",
            "movl %cr0, %eax",
            "andl $0x80000000, %eax",
            "call *VALUE",
            "SAY WINDOW + 0x10",
            "movl %cr0, %eax",
            "andl $0x7FFFFFFF, %eax",
            "movl %eax, %cr0",
            "andl $0x80000000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        pdpte_bits!(pdpte_bits_by_cr3, "movl %cr3, %eax", "movl %eax, %cr3"),
        pdpte_bits!(
            pdpte_bits_by_cr4,
            "movl %cr4, %eax; xorl $0x80, %eax",
            "movl %eax, %cr4"
        ),
        pdpte_bits!(
            pdpte_bits_by_cr0,
            "movl %cr0, %eax; xorl $0x40000000, %eax",
            "movl %eax, %cr0"
        ),
        guest!(
            paging_does_not_start_with_a_bad_pdpte,
            Protected,
            says[GP, "=00000000"],
            "movl $(TABLES + 0x2001), TABLES",
            "movl $0x87, TABLES + 0x2000",
            "movl $3, TABLES + 16",
            "movl $TABLES, %eax",
            "movl %eax, %cr3",
            "movl %cr4, %eax",
            "orl $0x20, %eax",
            "movl %eax, %cr4",
            "movl %cr0, %eax",
            "orl $0x80000000, %eax",
            "FAULTS movl %eax, %cr0",
            "movl %cr0, %eax",
            "andl $0x80000000, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            a_bad_cr3_keeps_the_old_one,
            Protected,
            says[GP, "=00070000", "=00001234"],
            "PAE",
            "PAGE 0, 0x60007",
            "movl $0x1234, 0x60010",
            "movl $0x41, 0x5840",
            "movl $0x5840, %eax",
            "FAULTS movl %eax, %cr3",
            "movl %cr3, %eax",
            "call *VALUE",
            "SAY WINDOW + 0x10",
            "call *DONE"
        ),
        // Other exits, and MOVs to CR0 that change other bits, leave the four registers alone.
        guest!(
            pdptes_change_with_cr3_only,
            Protected,
            says["!0e 00000000", "=40000000", "!0e 00000000", "=00001234"],
            "PAE",
            "movl $0x1234, 0x60010",
            "movl $(TABLES + 0x4001), TABLES + 8",
            "movl $(TABLES + 0x5007), TABLES + 0x4000",
            "movl $0x60007, TABLES + 0x5000",
            "FAULTS movl 0x40000010, %eax",
            "movl %cr2, %eax",
            "andl $~0xFFF, %eax",
            "call *VALUE",
            "xorl %eax, %eax",
            "cpuid",
            "movl %cr0, %eax",
            "xorl $0x20, %eax",
            "movl %eax, %cr0",
            "FAULTS movl 0x40000010, %eax",
            "movl %cr3, %eax",
            "movl %eax, %cr3",
            "SAY 0x40000010",
            "call *DONE"
        ),
        guest!(
            pdptes_are_aligned_to_32_bytes,
            Protected,
            values[[0x1234, 0x7_00E0]],
            "PAE",
            "PAGE 0, 0x60007",
            "movl $0x1234, 0x60010",
            "movl $(TABLES + 0x2001), TABLES + 0xE0",
            "movl $0, TABLES",
            // The lower bits of CR3 that are no address do not count.
            "movl $TABLES + 0xE0, %eax",
            "movl %eax, %cr3",
            "SAY WINDOW + 0x10",
            "movl %cr3, %eax",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            no_pdpte_is_present,
            Protected,
            fails["triple fault"],
            "PAE",
            "movl $0, TABLES",
            "movl $TABLES, %eax",
            "movl %eax, %cr3",
            "nop"
        ),
        guest!(
            pdptes_from_nothing,
            Protected,
            fails["of 0x10000000, where there is neither memory nor a device"],
            "PAE",
            "movl $0x10000000, %eax",
            "movl %eax, %cr3",
            "nop"
        ),
        guest!(
            reserved_bits_of_pae_entries,
            Protected,
            says["!0e 00000009", "!0e 00000009", "!0e 00000009", "=00000000"],
            "PAE",
            "PAGE 0, 0x60007",
            "movl $0x40000000, WINDOW_TABLE + 4",
            "FAULTS movl WINDOW, %eax",
            "movl $0x00100000, WINDOW_TABLE + 4",
            "FAULTS movl WINDOW, %eax",
            // A large page that is not aligned.
            "movl $0x2087, TABLES + 0x2000 + 0x40",
            "FAULTS movl 0x1000000, %eax",
            "movl $0, WINDOW_TABLE + 4",
            "SAY WINDOW",
            "call *DONE"
        ),
        guest!(
            no_execute_in_pae,
            Protected,
            says["!0e 00000011 at 00800000", "=00800000", "!0e 00000009"],
            "PAE",
            "PAGE 0, 0x60007",
            "movl $0x80000000, WINDOW_TABLE + 4",
            "movb $0xC3, 0x60000",
            "movl WINDOW, %eax",
            "ADDRESS 1f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movl $WINDOW, %eax",
            "call *%eax",
            "1: movl %cr2, %eax",
            "call *VALUE",
            // With EFER.NXE off the bit is reserved.
            "movl $0xC0000080, %ecx",
            "rdmsr",
            "andl $~0x800, %eax",
            "wrmsr",
            "movl %cr3, %eax",
            "movl %eax, %cr3",
            "FAULTS movl WINDOW, %eax",
            "call *DONE"
        ),
    ]
}

/// 32-bit paging, and the change to PAE under running code.
fn with_32_bits() -> Vec<Guest> {
    vec![
        guest!(
            reserved_bits_of_a_page_of_4_mib,
            Protected,
            says["!0e 00000009", "=00000000"],
            "PAGING32",
            "movl $0x200087, TABLES + 4 * 4",
            "FAULTS movl 0x1000000, %eax",
            "movl $0x000087, TABLES + 4 * 4",
            "SAY 0x1060000",
            "call *DONE"
        ),
        guest!(
            a_page_of_4_mib_above_4_gib,
            Protected,
            // Bits 13 to 20 of the entry are bits 32 to 39 of the address.
            values[[!0]],
            "PAGING32",
            "movl $0x002087, TABLES + 4 * 4",
            "SAY 0x1060000",
            "call *DONE"
        ),
        guest!(
            without_pse_there_are_no_large_pages,
            Protected,
            values[[0x1234]],
            "movl $0x1234, 0x60010",
            // Entry 4 with its page-size bit set points at a table.
            "movl $(WINDOW_TABLE + 0x87), TABLES + 4 * 4",
            "movl $0x60007, WINDOW_TABLE",
            // And so does the first, for all that runs here.
            "movl $(TABLES + 0x1007), TABLES",
            "movl $7, %eax",
            "movl $TABLES + 0x1000, %edi",
            "movl $1024, %ecx",
            "1: stosl",
            "addl $0x1000, %eax",
            "loop 1b",
            "movl $TABLES, %eax",
            "movl %eax, %cr3",
            "SET_CR0 31",
            "SAY 0x1000010",
            "call *DONE"
        ),
        guest!(
            write_protection_with_32_bits,
            Protected,
            says["=00000005", "!0e 00000003", "!0e 00000007"],
            "PAGING32",
            "PAGE32 0, 0x60005",
            "movl $5, WINDOW",
            "SAY WINDOW",
            "SET_CR0 16",
            "FAULTS movl %eax, WINDOW",
            "call *RING3",
            "FAULTS movl %eax, WINDOW",
            "call *DONE"
        ),
        // The same table is a 32-bit directory and, with CR4.PAE, the four PDPTEs: its first entry points at what is a table of
        // pages of 4 KiB for the one and a directory of pages of 2 MiB for the other.
        guest!(
            pae_by_cr4_under_running_code,
            Protected,
            values[[0x1234, 0x5678, 0x1234]],
            "movl $0x1234, 0x60010",
            "movl $0x5678, 0x61010",
            "movl $(TABLES + 0x1001), TABLES",
            "movl $7, %eax",
            "movl $TABLES + 0x1000, %edi",
            "movl $1024, %ecx",
            "1: stosl",
            "addl $0x1000, %eax",
            "loop 1b",
            // For PAE the first 2 MiB, whose entry is the table's pages 0 and 1, which nobody uses here.
            "movl $0x87, TABLES + 0x1000",
            "movl $0, TABLES + 0x1004",
            // Entry 2 of the one is the second PDPTE of the other, and its table a directory.
            "movl $(WINDOW_TABLE + 1), TABLES + 8",
            "movl $0x60007, WINDOW_TABLE",
            "movl $0x61007, 0x60000",
            "movl $TABLES, %eax",
            "movl %eax, %cr3",
            "SET_CR0 31",
            "SAY WINDOW + 0x10",
            // The processor has set their accessed flags, which are reserved in PDPTEs.
            "movl %cr4, %eax",
            "orl $0x20, %eax",
            "movl $(WINDOW_TABLE + 1), TABLES + 8",
            "movl $(TABLES + 0x1001), TABLES",
            "movl %eax, %cr4",
            "SAY 0x40000010",
            "movl %cr4, %eax",
            "andl $~0x20, %eax",
            "movl %eax, %cr4",
            "SAY WINDOW + 0x10",
            "call *DONE"
        ),
        guest!(
            a_bad_pdpte_keeps_pae_off,
            Protected,
            says[GP, "=00000010"],
            "PAGING32",
            // The directory's first entry has bit 1 and 2 set: no PDPTE.
            "movl %cr4, %eax",
            "orl $0x20, %eax",
            "FAULTS movl %eax, %cr4",
            "movl %cr4, %eax",
            "andl $0x30, %eax",
            "call *VALUE",
            "call *DONE"
        ),
    ]
}

/// 4-level paging.
fn with_64_bits() -> Vec<Guest> {
    vec![
        guest!(
            reserved_bits_of_four_levels,
            Long,
            says["!0e 00000009", "!0e 00000009", "!0e 00000009", "!0e 00000009"],
            // The top level maps no page.
            "movl $0x87, TABLES + 8",
            "movabsq $0x8000000000, %rax",
            "FAULTS movl (%rax), %ebx",
            // An address that the processor does not have.
            "PAGE 0, 0x60007",
            "movl $0x00080000, WINDOW_TABLE + 4",
            "FAULTS movl WINDOW, %eax",
            // A page of 2 MiB that is not aligned, and one of 1 GiB.
            "movl $0x2087, TABLES + 0x2000 + 0x40",
            "FAULTS movl 0x1000000, %eax",
            "movl $0x202087, TABLES + 0x1008",
            "FAULTS movl 0x40000000, %eax",
            "call *DONE"
        ),
        guest!(
            bits_that_are_ignored,
            Long,
            values[[0x1234]],
            // 9 to 11 and 52 to 62.
            "PAGE 0, 0x60E07",
            "movl $0x7FF00000, WINDOW_TABLE + 4",
            "movl $0x1234, 0x60010",
            "SAY WINDOW + 0x10",
            "call *DONE"
        ),
        guest!(
            a_page_changes_with_invlpg,
            Long,
            values[[1, 2, 3]],
            "movl $1, 0x60000",
            "movl $2, 0x61000",
            "movl $3, 0x62000",
            "PAGE 0, 0x60007",
            "SAY WINDOW",
            "PAGE 0, 0x61007",
            "invlpg WINDOW",
            "SAY WINDOW",
            "PAGE 0, 0x62007",
            "movq %cr3, %rax",
            "movq %rax, %cr3",
            "SAY WINDOW",
            "call *DONE"
        ),
        guest!(
            invlpg_takes_any_address,
            Long,
            values[[1]],
            "movabsq $0x800000000000, %rax",
            "invlpg (%rax)",
            "invlpg 0x40000000",
            "SAY $1",
            "call *DONE"
        ),
        guest!(
            accessed_and_dirty_by_the_processor,
            Long,
            values[[0x6_0007, 0x6_0027, 0x6_0067]],
            "PAGE 0, 0x60007",
            "SAY WINDOW_TABLE",
            "movl WINDOW, %eax",
            "SAY WINDOW_TABLE",
            "movl %eax, WINDOW",
            "SAY WINDOW_TABLE",
            "call *DONE"
        ),
        guest!(
            tables_in_nothing,
            Long,
            fails["of 0x10000000 (linear 0x1000000), where there is neither memory nor a device"],
            "movl $0x10000007, TABLES + 0x2000 + 0x40",
            "movl 0x1000000, %eax"
        ),
        guest!(
            top_table_in_nothing,
            Long,
            fails["of 0x10000000 (linear 0x9008), where there is neither memory nor a device"],
            "movl $0x10000000, %eax",
            "movq %rax, %cr3",
            "nop"
        ),
    ]
}

/// Who may do what.
fn rights() -> Vec<Guest> {
    vec![
        guest!(
            ring_3_and_pages_of_ring_0,
            Long,
            says["!0e 00000005", "!0e 00000007", "!0e 00000015 at 00800000"],
            "PAGE 0, 0x60003",
            "movb $0xC3, 0x60000",
            "call *RING3",
            "FAULTS movl WINDOW, %eax",
            "call *RING3",
            "FAULTS movl %eax, WINDOW",
            "ADDRESS 1f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "call *RING3",
            "movl $WINDOW, %eax",
            "jmp *%rax",
            "1: call *DONE"
        ),
        guest!(
            rights_are_those_of_all_levels,
            Long,
            says["!0e 00000007", "!0e 00000005"],
            // The directory's entry is read-only, then ring 0's.
            "PAGE 0, 0x60007",
            "movl $(WINDOW_TABLE + 5), TABLES + 0x2000 + 0x20",
            "call *RING3",
            "FAULTS movl %eax, WINDOW",
            "movl $(WINDOW_TABLE + 3), TABLES + 0x2000 + 0x20",
            "movq %cr3, %rax",
            "movq %rax, %cr3",
            "call *RING3",
            "FAULTS movl WINDOW, %eax",
            "call *DONE"
        ),
        guest!(
            smep,
            Long,
            says["=0000002a", "!0e 00000011 at 00800000"],
            // movb $0x2A, %al; ret
            "PAGE 0, 0x60007",
            "movl $0x00C32AB0, 0x60000",
            "movl $WINDOW, %ebp",
            "call *%rbp",
            "movzbl %al, %eax",
            "call *VALUE",
            // All that runs here must be ring 0's from now on.
            "andl $~4, TABLES + 0x2000",
            "movq %cr4, %rax",
            "btsl $20, %eax",
            "movq %rax, %cr4",
            "ADDRESS 1f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movl $WINDOW, %eax",
            "jmp *%rax",
            "1: call *DONE"
        ),
        guest!(
            smap,
            Long,
            says["!0e 00000001", "!0e 00000003", "=00001234", "!0e 00000001"],
            "PAGE 0, 0x60007",
            "movl $0x1234, 0x60010",
            "andl $~4, TABLES + 0x2000",
            "movq %cr4, %rax",
            "btsl $21, %eax",
            "movq %rax, %cr4",
            "FAULTS movl WINDOW, %eax",
            "FAULTS movl %eax, WINDOW",
            "stac",
            "SAY WINDOW + 0x10",
            "clac",
            "FAULTS movl WINDOW, %eax",
            "call *DONE"
        ),
        guest!(
            smap_and_a_rom,
            Long,
            says["!0e 00000003", "=00000001"],
            "PAGE 0, 0xF8007",
            "andl $~4, TABLES + 0x2000",
            "movq %cr4, %rax",
            "btsl $21, %eax",
            "movq %rax, %cr4",
            "FAULTS movl %eax, WINDOW",
            "movl 0xF8000, %ebp",
            "stac",
            "movl $0x12345678, WINDOW",
            "xorl %eax, %eax",
            "cmpl 0xF8000, %ebp",
            "sete %al",
            "call *VALUE",
            "call *DONE"
        ),
        guest!(
            stack_that_is_not_canonical,
            Long,
            says["!0c 00000000", "!0c 00000000"],
            "movabsq $0x800000000000, %rbp",
            "FAULTS movl (%rbp), %eax",
            "movabsq $0x800000000000, %rbp",
            "FAULTS movl %eax, (%rbp)",
            "call *DONE"
        ),
        guest!(
            page_fault_without_a_handler,
            Long,
            says["!08 00000000"],
            "movb $0x0E, IDT + 14 * 16 + 5",
            "FAULTS movl 0x40000000, %eax",
            "call *DONE"
        ),
        guest!(
            double_fault_on_a_stack_of_its_own,
            Long,
            says["!08 00000000"],
            "movl $0x7800, TSS + 36",
            "movb $1, IDT + 8 * 16 + 4",
            "ADDRESS 1f, %eax",
            "movl %eax, EXPECTED",
            "ADDRESS 2f, %eax",
            "movl %eax, LANDING",
            "movl %esp, LANDING_SP",
            "movl $0x80000000, %esp",
            "1: ud2",
            "2: call *DONE"
        ),
    ]
}
