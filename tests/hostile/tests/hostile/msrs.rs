//! Model-specific registers: every number, read and written, and every bit of those that exist.

use hostile::{Family, guest};

/// General protection.
const GP: &str = "!0d 00000000";

/// The MSRs that there are, in the order in which `ALL_MSRS` comes by.
const READABLE: [u32; 20] = [
    0x10,
    0x17,
    0x1B,
    0x8B,
    0x174,
    0x175,
    0x176,
    0x179,
    0x1A0,
    0x1D9,
    0x277,
    0xC000_0080,
    0xC000_0081,
    0xC000_0082,
    0xC000_0083,
    0xC000_0084,
    0xC000_0100,
    0xC000_0101,
    0xC000_0102,
    0xC000_0103,
];

/// Those that take a 0 while 64-bit mode is on: not the platform's number or MCG_CAP, which are read-only, nor EFER, whose LME must stay.
const TAKE_ZERO: [u32; 17] = [
    0x10,
    0x1B,
    0x8B,
    0x174,
    0x175,
    0x176,
    0x1A0,
    0x1D9,
    0x277,
    0xC000_0081,
    0xC000_0082,
    0xC000_0083,
    0xC000_0084,
    0xC000_0100,
    0xC000_0101,
    0xC000_0102,
    0xC000_0103,
];

/// Those that take ones, which are a canonical address but have reserved bits among them.
const TAKE_ONES: [u32; 12] = [
    0x10,
    0x8B,
    0x174,
    0x175,
    0x176,
    0x1A0,
    0xC000_0081,
    0xC000_0082,
    0xC000_0083,
    0xC000_0100,
    0xC000_0101,
    0xC000_0102,
];

/// Those that take a number that is no canonical address.
const TAKE_NON_CANONICAL: [u32; 5] = [0x10, 0x8B, 0x174, 0x1A0, 0xC000_0081];

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "msrs",
        vec![
            guest!(
                reads_in_real_mode,
                Real,
                values[READABLE],
                "CATCH 16, 13, 2",
                "ALL_MSRS rdmsr",
                "call *DONE"
            ),
            guest!(
                reads_in_protected_mode,
                Protected,
                values[READABLE],
                "CATCH 32, 13, 2",
                "ALL_MSRS rdmsr",
                "call *DONE"
            ),
            guest!(
                reads_in_long_mode,
                Long,
                values[READABLE],
                "CATCH 64, 13, 2",
                "ALL_MSRS rdmsr",
                "call *DONE"
            ),
            guest!(
                writes_of_zero,
                Long,
                values[TAKE_ZERO],
                "CATCH 64, 13, 2",
                "ALL_MSRS wrmsr",
                "call *DONE"
            ),
            guest!(
                writes_of_ones,
                Long,
                values[TAKE_ONES],
                "CATCH 64, 13, 2",
                "ALL_MSRS wrmsr, -1, -1",
                "call *DONE"
            ),
            guest!(
                writes_that_are_not_canonical,
                Long,
                values[TAKE_NON_CANONICAL],
                "CATCH 64, 13, 2",
                "ALL_MSRS wrmsr, 0, 0x8000",
                "call *DONE"
            ),
            guest!(
                bits_of_the_system_call_registers,
                Long,
                values[
                    // STAR takes everything; the targets must be canonical, the mask has 32 bits.
                    [!0, !0, !0, !0],
                    [!0, 0x7FFF, !0, 0x7FFF],
                    [!0, 0x7FFF, !0, 0x7FFF],
                    [!0, 0, !0, 0]
                ],
                "CATCH 64, 13, 2",
                "MSR_BITS 0xC0000081",
                "MSR_BITS 0xC0000082",
                "MSR_BITS 0xC0000083",
                "MSR_BITS 0xC0000084",
                "call *DONE"
            ),
            guest!(
                bits_of_the_sysenter_registers,
                Long,
                values[
                    [!0, 0x7FFF, !0, 0x7FFF],
                    [!0, 0x7FFF, !0, 0x7FFF]
                ],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x175",
                "MSR_BITS 0x176",
                "call *DONE"
            ),
            guest!(
                bits_of_the_bases,
                Long,
                values[
                    [!0, 0x7FFF, !0, 0x7FFF],
                    [!0, 0x7FFF, !0, 0x7FFF],
                    [!0, 0x7FFF, !0, 0x7FFF]
                ],
                "CATCH 64, 13, 2",
                "MSR_BITS 0xC0000100",
                "MSR_BITS 0xC0000101",
                "MSR_BITS 0xC0000102",
                "call *DONE"
            ),
            guest!(
                bits_of_the_processors_number,
                Long,
                values[[!0, 0, !0, 0]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0xC0000103",
                "call *DONE"
            ),
            // LMA takes a write, and keeps its value; LME must not change while paging is on.
            guest!(
                bits_of_efer_in_long_mode,
                Long,
                values[[0xC01, 0, 0x801, 0]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0xC0000080",
                "call *DONE"
            ),
            guest!(
                bits_of_efer_in_protected_mode,
                Protected,
                values[[0xD01, 0, 0x901, 0]],
                "CATCH 32, 13, 2",
                "MSR_BITS 0xC0000080",
                "call *DONE"
            ),
            // The base from bit 12 to 35, the enable in bit 11; that this is the boot processor is a fact.
            guest!(
                bits_of_the_apic_base,
                Long,
                values[[0xFFFF_F900, 0xF, 0xFFFF_F800, 0xF]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x1B",
                "call *DONE"
            ),
            guest!(
                bits_of_debugctl,
                Long,
                values[[3, 0, 3, 0]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x1D9",
                "call *DONE"
            ),
            // From 0007040600070406: a 6 may become 7 or 4 but not 2, a 4 becomes 5, 6 or 0, a 7 no 3, and a 0 no 2.
            guest!(
                bits_of_the_page_attributes,
                Long,
                values[[0x0503_0703, 0x0503_0703, 0x0503_0703, 0x0503_0703]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x277",
                "call *DONE"
            ),
            guest!(
                // The others tell what there is, and take writes.
                bits_of_misc_enable,
                Long,
                values[[!0, !0, 0x00C5_0009, 4]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x1A0",
                "call *DONE"
            ),
            guest!(
                constants_take_writes_and_keep_their_values,
                Long,
                values[[!0, !0, 0, 0]],
                "CATCH 64, 13, 2",
                "MSR_BITS 0x8B",
                "call *DONE"
            ),
            guest!(
                absent_in_ring_3,
                Long,
                says[GP, GP],
                "call *RING3",
                "movl $0xFFFFFFFF, %ecx",
                "FAULTS rdmsr",
                "call *RING3",
                "movl $0xFFFFFFFF, %ecx",
                "FAULTS wrmsr",
                "call *DONE"
            ),
        ],
    )
}
