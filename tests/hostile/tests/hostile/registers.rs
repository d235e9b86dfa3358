//! Control registers, EFER, XCR0 and debug registers: reserved bits and combinations that do not exist.

use hostile::{Family, guest};

/// Invalid opcode.
const UD: &str = "!06 00000000";
/// General protection.
const GP: &str = "!0d 00000000";

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "registers",
        vec![
            guest!(
                cr0_upper_half,
                Long,
                says[GP],
                "movq %cr0, %rax",
                "btsq $40, %rax",
                "FAULTS movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_top_bit,
                Long,
                says[GP],
                "movq %cr0, %rax",
                "btsq $63, %rax",
                "FAULTS movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_nw_without_cd,
                Long,
                says[GP],
                "movq %cr0, %rax",
                "btsq $29, %rax",
                "FAULTS movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_no_paging_in_64_bit_mode,
                Long,
                says[GP],
                "movq %cr0, %rax",
                "btrq $31, %rax",
                "FAULTS movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_paging_without_protection,
                Long,
                says[GP],
                "movq %cr0, %rax",
                "btrq $0, %rax",
                "FAULTS movq %rax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_paging_in_real_mode,
                Real,
                says[GP],
                "movl %cr0, %eax",
                "orl $0x80000000, %eax",
                "FAULTS movl %eax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_nw_in_real_mode,
                Real,
                says[GP],
                "movl %cr0, %eax",
                "orl $0x20000000, %eax",
                "FAULTS movl %eax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_nw_in_protected_mode,
                Protected,
                says[GP],
                "movl %cr0, %eax",
                "orl $0x20000000, %eax",
                "FAULTS movl %eax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr0_extension_type_is_wired,
                Protected,
                says["=00000010"],
                "movl %cr0, %eax",
                "andl $~0x10, %eax",
                "movl %eax, %cr0",
                "movl %cr0, %eax",
                "andl $0x10, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                cr0_numeric_error_is_the_guests,
                Protected,
                says["=00000000", "=00000020"],
                "movl %cr0, %eax",
                "andl $~0x20, %eax",
                "movl %eax, %cr0",
                "movl %cr0, %eax",
                "andl $0x20, %eax",
                "call *VALUE",
                "movl %cr0, %eax",
                "orl $0x20, %eax",
                "movl %eax, %cr0",
                "movl %cr0, %eax",
                "andl $0x20, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                lmsw_keeps_protection,
                Protected,
                says["=00000001"],
                "xorl %eax, %eax",
                "lmsw %ax",
                "movl %cr0, %eax",
                "andl $15, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                task_switched_and_clts,
                Long,
                says["!07 00000000", "=00000000"],
                "movq %cr0, %rax",
                "orl $8, %eax",
                "movq %rax, %cr0",
                "FAULTS fld1",
                "clts",
                "fld1",
                "movq %cr0, %rax",
                "andl $8, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                long_mode_without_pae,
                Protected,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "orl $0x100, %eax",
                "wrmsr",
                "movl %cr0, %eax",
                "orl $0x80000000, %eax",
                "FAULTS movl %eax, %cr0",
                "call *DONE"
            ),
            guest!(
                cr4_vmxe,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsq $13, %rax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_smxe,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsq $14, %rax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_bit_31,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsq $31, %rax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_bit_63,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsq $63, %rax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_vmxe_in_real_mode,
                Real,
                says[GP],
                "movl $0x2000, %eax",
                "FAULTS movl %eax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_vmxe_in_protected_mode,
                Protected,
                says[GP],
                "movl $0x2000, %eax",
                "FAULTS movl %eax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr4_without_pae_in_long_mode,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btrq $5, %rax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                cr3_bit_52,
                Long,
                says[GP],
                "movq %cr3, %rax",
                "btsq $52, %rax",
                "FAULTS movq %rax, %cr3",
                "call *DONE"
            ),
            guest!(
                cr3_bit_63,
                Long,
                says[GP],
                "movq %cr3, %rax",
                "btsq $63, %rax",
                "FAULTS movq %rax, %cr3",
                "call *DONE"
            ),
            guest!(
                cr8_above_15,
                Long,
                says[GP, "=0000000f"],
                "movl $16, %eax",
                "FAULTS movq %rax, %cr8",
                "movl $15, %eax",
                "movq %rax, %cr8",
                "movq %cr8, %rax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                control_registers_that_are_none,
                Long,
                says[UD, UD, UD],
                "FAULTS .byte 0x0F, 0x22, 0xC8",
                "FAULTS .byte 0x0F, 0x20, 0xE8",
                "FAULTS .byte 0x44, 0x0F, 0x22, 0xF8",
                "call *DONE"
            ),
            guest!(
                efer_reserved_bit,
                Long,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "btsl $1, %eax",
                "FAULTS wrmsr",
                "call *DONE"
            ),
            guest!(
                efer_svme,
                Long,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "btsl $12, %eax",
                "FAULTS wrmsr",
                "call *DONE"
            ),
            guest!(
                efer_leaving_long_mode,
                Long,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "btrl $8, %eax",
                "FAULTS wrmsr",
                "call *DONE"
            ),
            guest!(
                efer_upper_half,
                Long,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "orl $1, %edx",
                "FAULTS wrmsr",
                "call *DONE"
            ),
            guest!(
                efer_in_real_mode,
                Real,
                says[GP],
                "movl $0xC0000080, %ecx",
                "rdmsr",
                "btsl $1, %eax",
                "FAULTS wrmsr",
                "call *DONE"
            ),
            guest!(
                xcr0_without_x87,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsl $18, %eax",
                "movq %rax, %cr4",
                "movl $0, %ecx",
                "movl $2, %eax",
                "movl $0, %edx",
                "FAULTS xsetbv",
                "call *DONE"
            ),
            guest!(
                xcr0_avx_without_sse,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsl $18, %eax",
                "movq %rax, %cr4",
                "movl $0, %ecx",
                "movl $5, %eax",
                "movl $0, %edx",
                "FAULTS xsetbv",
                "call *DONE"
            ),
            guest!(
                xcr0_bit_62,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsl $18, %eax",
                "movq %rax, %cr4",
                "movl $0, %ecx",
                "movl $1, %eax",
                "movl $1073741824, %edx",
                "FAULTS xsetbv",
                "call *DONE"
            ),
            guest!(
                xcr_that_is_none,
                Long,
                says[GP],
                "movq %cr4, %rax",
                "btsl $18, %eax",
                "movq %rax, %cr4",
                "movl $1, %ecx",
                "movl $1, %eax",
                "movl $0, %edx",
                "FAULTS xsetbv",
                "call *DONE"
            ),
            guest!(
                xsetbv_switched_off,
                Long,
                says[UD],
                "xorl %ecx, %ecx",
                "movl $1, %eax",
                "xorl %edx, %edx",
                "FAULTS xsetbv",
                "call *DONE"
            ),
            guest!(
                dr6_upper_half,
                Long,
                says[GP],
                "movq %dr6, %rax",
                "btsq $32, %rax",
                "FAULTS movq %rax, %dr6",
                "call *DONE"
            ),
            guest!(
                dr7_upper_half,
                Long,
                says[GP],
                "movq %dr7, %rax",
                "btsq $40, %rax",
                "FAULTS movq %rax, %dr7",
                "call *DONE"
            ),
            guest!(
                dr4_with_debugging_extensions,
                Long,
                says[UD, UD],
                "movq %cr4, %rax",
                "orl $8, %eax",
                "movq %rax, %cr4",
                "FAULTS movq %dr4, %rax",
                "FAULTS movq %rax, %dr5",
                "call *DONE"
            ),
            guest!(
                dr4_is_dr6_without,
                Protected,
                says["=00000001"],
                "xorl %ebx, %ebx",
                "movl %dr4, %eax",
                "movl %dr6, %ecx",
                "cmpl %eax, %ecx",
                "sete %bl",
                "movl %ebx, %eax",
                "call *VALUE",
                "call *DONE"
            ),
        ],
    )
}
