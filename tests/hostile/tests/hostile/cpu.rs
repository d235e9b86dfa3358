//! Privileged instructions, reserved bits, exceptions.

use hostile::{Family, guest};

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "cpu",
        vec![
            guest!(
                real_mode_ends,
                Real,
                says["=0000002a"],
                "movl $42, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                protected_mode_ends,
                Protected,
                says["=0000002a"],
                "movl $42, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                long_mode_ends,
                Long,
                says["=0000002a"],
                "movl $42, %eax",
                "call *VALUE",
                "call *DONE"
            ),
            guest!(
                undefined_in_real_mode,
                Real,
                says["!06 00000000"],
                "FAULTS ud2",
                "call *DONE"
            ),
            guest!(
                undefined_in_protected_mode,
                Protected,
                says["!06 00000000"],
                "FAULTS ud2",
                "call *DONE"
            ),
            guest!(
                undefined_in_long_mode,
                Long,
                says["!06 00000000"],
                "FAULTS ud2",
                "call *DONE"
            ),
            guest!(
                reserved_bit_of_cr4,
                Long,
                says["!0d 00000000"],
                "movl $0x80000000, %eax",
                "FAULTS movq %rax, %cr4",
                "call *DONE"
            ),
            guest!(
                hlt_in_ring_3,
                Long,
                says["!0d 00000000"],
                "call *RING3",
                "FAULTS hlt",
                "call *DONE"
            ),
            guest!(
                hlt_in_ring_3_protected,
                Protected,
                says["!0d 00000000"],
                "call *RING3",
                "FAULTS hlt",
                "call *DONE"
            ),
            guest!(
                triple_fault,
                Long,
                fails["triple fault"],
                "push $0",
                "push $0",
                "lidt (%rsp)",
                "ud2"
            ),
            guest!(endless_loop, Real, loops [], "1: jmp 1b"),
        ],
    )
}
