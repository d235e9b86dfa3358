//! Debug exceptions that meet another reason to stop: all kinds of instructions behind one that holds traps off, or does not, with each
//! condition for a debug exception, in both rings. A case says what comes, in which order, with which conditions in DR6 (SDM "MOV", "POP",
//! "INT n/INTO/INT3/INT1", and "Debug Exceptions", 18.3). The emulated CPU itself must say the same.

use hostile::{Family, Guest, guest};

/// DR6.BS.
const BS: u32 = 1 << 14;
/// DR6.B0.
const B0: u32 = 1;
/// Not at the instruction and not behind it, but in a handler.
const ELSEWHERE: u32 = 0xEE;

/// An exception or software interrupt, so many bytes from the beginning of the instruction.
const fn vector(number: u32, at: u32) -> u32 {
    number << 24 | at
}

/// A debug exception.
const fn db(conditions: u32, at: u32) -> u32 {
    vector(1, at) | conditions << 8
}

/// A guest with a case for each instruction: what the case has in common with the others of its guest, and what comes of it.
macro_rules! cases {
    ($name:ident, $mode:ident, $setup:literal, $common:literal,
     { $($instruction:literal => [$($event:expr),*]),+ $(,)? }) => {
        guest!(
            $name,
            $mode,
            values[$([$($event,)* 0]),+],
            definition "memory = 16M",
            $setup,
            $(concat!("CASE ", $common, ", ", $instruction),)+
            "call *DONE"
        )
    };
}

/// The guests that the emulated CPU itself runs, too.
fn guests() -> Vec<Guest> {
    let mut guests = steps();
    guests.extend(watched_loads());
    guests.extend(interrupted_deliveries());
    guests.extend(breakpoints());
    guests
}

/// The single step.
fn steps() -> Vec<Guest> {
    vec![
        cases!(steps_behind_mov_ss_in_ring_0, Long, "CASES_IN_LONG_MODE", "64, 0, STEPPED, FROM_MEMORY", {
            "nop" => [db(BS, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "syscall" => [db(BS, ELSEWHERE)],
            "cpuid" => [db(BS, 2)],
            "inb $0x61, %al" => [db(BS, 2)],
            "outb %al, $0x80" => [db(BS, 2)],
            "rdmsr" => [db(BS, 2)],
            "ud2" => [vector(6, 0)],
            "rep insb" => [db(BS, 0)],
            "rep stosb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 7)],
            "movl 0x10000000, %eax" => [db(BS, 7)],
            "movq %cr8, %rax" => [db(BS, 4)],
            "movq %dr0, %rax" => [db(BS, 3)],
            "sti" => [db(BS, 1)],
        }),
        cases!(steps_behind_mov_ss_in_ring_3, Long, "CASES_IN_LONG_MODE", "64, 1, STEPPED, FROM_MEMORY", {
            "nop" => [db(BS, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "syscall" => [db(BS, ELSEWHERE)],
            "cpuid" => [db(BS, 2)],
            "inb $0x61, %al" => [db(BS, 2)],
            "outb %al, $0x80" => [db(BS, 2)],
            "rdmsr" => [vector(13, 0)],
            "hlt" => [vector(13, 0)],
            "ud2" => [vector(6, 0)],
            "rep insb" => [db(BS, 0)],
            "rep stosb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 7)],
            "movl 0x10000000, %eax" => [db(BS, 7)],
        }),
        cases!(steps_behind_pop_ss_in_ring_0, Protected, "CASES_IN_PROTECTED_MODE", "32, 0, STEPPED, FROM_STACK", {
            "nop" => [db(BS, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "into" => [vector(4, 1)],
            "cpuid" => [db(BS, 2)],
            "inb $0x61, %al" => [db(BS, 2)],
            "rdmsr" => [db(BS, 2)],
            "ud2" => [vector(6, 0)],
            "rep insb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 5)],
        }),
        cases!(steps_behind_pop_ss_in_ring_3, Protected, "CASES_IN_PROTECTED_MODE", "32, 1, STEPPED, FROM_STACK", {
            "nop" => [db(BS, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "into" => [vector(4, 1)],
            "cpuid" => [db(BS, 2)],
            "inb $0x61, %al" => [db(BS, 2)],
            "rdmsr" => [vector(13, 0)],
            "ud2" => [vector(6, 0)],
            "rep insb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 5)],
        }),
        // STI holds no traps off: the step over it comes at once.
        cases!(steps_behind_sti, Long, "CASES_IN_LONG_MODE", "64, 0, STEPPED, WITH_STI", {
            "nop" => [db(BS, 0)],
            ".byte 0xF1" => [db(BS, 0), db(0, 1)],
            "int3" => [db(BS, 0), vector(3, 1)],
            "cpuid" => [db(BS, 0)],
            "inb $0x61, %al" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 0)],
        }),
        cases!(steps_behind_sti_in_ring_3, Protected, "CASES_IN_PROTECTED_MODE", "32, 1, STEPPED, WITH_STI", {
            "nop" => [db(BS, 0)],
            ".byte 0xF1" => [db(BS, 0), db(0, 1)],
            "into" => [db(BS, 0), vector(4, 1)],
            "cpuid" => [db(BS, 0)],
            "rep insb" => [db(BS, 0)],
        }),
        cases!(steps, Long, "CASES_IN_LONG_MODE", "64, 0, STEPPED, AT_ONCE", {
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "syscall" => [db(BS, ELSEWHERE)],
            "rep insb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 7)],
        }),
        cases!(steps_in_ring_3, Protected, "CASES_IN_PROTECTED_MODE", "32, 1, STEPPED, AT_ONCE", {
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "into" => [vector(4, 1)],
            "rep insb" => [db(BS, 0)],
            "movl 0x400000, %eax" => [db(BS, 5)],
        }),
    ]
}

/// A breakpoint on what SS is loaded from.
fn watched_loads() -> Vec<Guest> {
    vec![
        cases!(watched_mov_ss_in_ring_0, Long, "CASES_IN_LONG_MODE", "64, 0, WATCHING, FROM_MEMORY", {
            "nop" => [db(B0, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "int $28" => [vector(28, 2)],
            "syscall" => [db(B0, ELSEWHERE)],
            "cpuid" => [db(B0, 2)],
            "inb $0x61, %al" => [db(B0, 2)],
            "rdmsr" => [db(B0, 2)],
            "ud2" => [vector(6, 0)],
            "rep insb" => [db(B0, 0)],
            "rep stosb" => [db(B0, 0)],
            "movl 0x400000, %eax" => [db(B0, 7)],
            "movl 0x10000000, %eax" => [db(B0, 7)],
        }),
        cases!(watched_mov_ss_in_ring_3, Long, "CASES_IN_LONG_MODE", "64, 1, WATCHING, FROM_MEMORY", {
            "nop" => [db(B0, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "syscall" => [db(B0, ELSEWHERE)],
            "cpuid" => [db(B0, 2)],
            "inb $0x61, %al" => [db(B0, 2)],
            "rdmsr" => [vector(13, 0)],
            "movl 0x400000, %eax" => [db(B0, 7)],
        }),
        // In ring 0 the handlers would push on what is watched.
        cases!(watched_pop_ss_in_ring_3, Protected, "CASES_IN_PROTECTED_MODE", "32, 1, WATCHING_STACK, FROM_STACK", {
            "nop" => [db(B0, 1)],
            ".byte 0xF1" => [db(0, 1)],
            "into" => [vector(4, 1)],
            "cpuid" => [db(B0, 2)],
            "rep insb" => [db(B0, 0)],
            "movl 0x400000, %eax" => [db(B0, 5)],
        }),
    ]
}

/// The stack of the handler is not there yet, so that an exit interrupts the delivery.
fn interrupted_deliveries() -> Vec<Guest> {
    vec![
        cases!(icebp_to_a_page_not_yet_touched, Long, "CASES_IN_LONG_MODE; movl $0x700000, TSS + 4",
            "64, 1, STEPPED, FROM_MEMORY", { ".byte 0xF1" => [db(0, 1)] }),
        cases!(int3_to_a_page_not_yet_touched, Long, "CASES_IN_LONG_MODE; movl $0x700000, TSS + 4",
            "64, 1, STEPPED, FROM_MEMORY", { "int3" => [vector(3, 1)] }),
        cases!(int_n_to_a_page_not_yet_touched, Protected, "CASES_IN_PROTECTED_MODE; movl $0x700000, TSS + 4",
            "32, 1, STEPPED, FROM_STACK", { "int $28" => [vector(28, 2)] }),
        cases!(step_to_a_page_not_yet_touched, Long, "CASES_IN_LONG_MODE; movl $0x700000, TSS + 4",
            "64, 1, STEPPED, FROM_MEMORY", { "cpuid" => [db(BS, 2)] }),
        cases!(watched_load_to_a_page_not_yet_touched, Long, "CASES_IN_LONG_MODE; movl $0x700000, TSS + 4",
            "64, 1, WATCHING, FROM_MEMORY", { "cpuid" => [db(B0, 2)] }),
    ]
}

/// A breakpoint on the instruction.
fn breakpoints() -> Vec<Guest> {
    vec![
        // It is met before the instruction; MOV to SS holds it off for good.
        cases!(breakpoints_behind_mov_ss, Long, "CASES_IN_LONG_MODE", "64, 0, BREAKING, FROM_MEMORY", {
            "nop" => [],
            ".byte 0xF1" => [db(0, 1)],
            "int3" => [vector(3, 1)],
            "cpuid" => [],
            "inb $0x61, %al" => [],
            "movl 0x400000, %eax" => [],
        }),
        cases!(breakpoints_behind_sti, Long, "CASES_IN_LONG_MODE", "64, 0, BREAKING, WITH_STI", {
            "nop" => [db(B0, 0)],
            ".byte 0xF1" => [db(B0, 0), db(0, 1)],
            "int3" => [db(B0, 0), vector(3, 1)],
            "cpuid" => [db(B0, 0)],
            "inb $0x61, %al" => [db(B0, 0)],
            "movl 0x400000, %eax" => [db(B0, 0)],
        }),
        cases!(breakpoints_in_ring_3, Protected, "CASES_IN_PROTECTED_MODE", "32, 1, BREAKING, AT_ONCE", {
            ".byte 0xF1" => [db(B0, 0), db(0, 1)],
            "into" => [db(B0, 0), vector(4, 1)],
            "cpuid" => [db(B0, 0)],
        }),
    ]
}

/// Guests that the emulated CPU itself does not run as the SDM has it: a trap does not end its halts.
fn beside() -> Vec<Guest> {
    vec![
        cases!(steps_over_halts, Long, "CASES_IN_LONG_MODE", "64, 0, STEPPED, FROM_MEMORY", {
            "hlt" => [db(BS, 1)],
        }),
        cases!(halts_behind_a_watched_load, Long, "CASES_IN_LONG_MODE", "64, 0, WATCHING, FROM_MEMORY", {
            "hlt" => [db(B0, 1)],
        }),
    ]
}

/// What they say in a VM.
pub fn family() -> &'static Family {
    let mut all = guests();
    all.extend(beside());
    Family::new("traps", all)
}

/// What they say without one.
pub fn bare() -> &'static Family {
    Family::new_bare("bare_traps", guests())
}
