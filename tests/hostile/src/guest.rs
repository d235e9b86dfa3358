//! A guest and how to write one.

use crate::expectation::Outcome;

/// The mode in which a guest's first instruction runs, in ring 0 with interrupts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real mode, all segments at 0.
    Real = 0,
    /// Protected mode without paging, flat 32-bit segments.
    Protected = 1,
    /// 64-bit mode, the first GiB mapped to itself for both rings.
    Long = 2,
}

/// A micro-guest.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Its name within the family.
    pub name: &'static str,
    /// Where it starts.
    pub mode: Mode,
    /// Its machine code, at address 0x9000.
    pub code: &'static [u8],
    /// More lines for its definition.
    pub definition: &'static str,
    /// What must become of it.
    pub outcome: Outcome,
}

/// The bytes between two labels.
///
/// # Safety
/// Both are in one section, the second behind the first.
#[doc(hidden)]
pub unsafe fn between(begin: *const u8, end: *const u8) -> &'static [u8] {
    // SAFETY: the caller's promise; read-only data lives as long as the program.
    unsafe { std::slice::from_raw_parts(begin, end.offset_from_unsigned(begin)) }
}

/// Makes a [`Guest`] of assembly in AT&T syntax.
///
/// ```text
/// guest!(reserved_bit_of_cr4, Long, says ["!0d 00000000"],
///     "movl $(1 << 31), %eax",
///     "FAULTS movq %rax, %cr4",
///     "call *DONE")
/// ```
///
/// `FAULTS instruction` executes an instruction that should raise an exception and goes on behind it in ring 0; `TRAPS
/// instruction` is for one behind which the exception comes; `TRAPS STEP instruction` takes the flags for the instruction
/// from the stack. `call *VALUE` says EAX, `ADDRESS label, register` loads an address, `PIC` and `TIMER` program the interrupt
/// hardware, `call *RING3` returns in ring 3, `call *DONE` ends the guest. What they change is in `runtime.s`. After `says`
/// come the lines that the guest must say before it ends by itself, after `values` lists of the values it must say and nothing
/// else, after `fails` a part of the report with which its VM must end, and `loops []` is for a guest that goes on until it is
/// killed, `polls []` for one that does so with a device that is not there, `halts []` for one that has halted with interrupts disabled. What tries all numbers of something is in `scan.s`,
/// what works with a disk in `disk.s`, what handles interrupts in `interrupts.s`, what looks closely at events in `events.s`;
/// `disk = /usr/disk` in a definition is the disk that [`crate::disk`] makes.
#[macro_export]
macro_rules! guest {
    ($name:ident, $mode:ident, $kind:ident $expected:tt, definition $definition:literal, $($line:expr),+ $(,)?) => {
        $crate::guest!(@ $name, $mode, $kind $expected, $definition, $($line),+)
    };
    ($name:ident, $mode:ident, $kind:ident $expected:tt, $($line:expr),+ $(,)?) => {
        $crate::guest!(@ $name, $mode, $kind $expected, "", $($line),+)
    };
    (@ $name:ident, $mode:ident, $kind:ident $expected:tt, $definition:literal, $($line:expr),+) => {{
        // A module, because assembly stands among items only.
        mod assembly {
        core::arch::global_asm!(
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/constants.s")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/scan.s")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/disk.s")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/interrupts.s")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/events.s")),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/traps.s")),
            ".pushsection .rodata.hostile_guests, \"a\", @progbits",
            $crate::code_width!($mode),
            concat!("hostile_guest_", stringify!($name), line!(), ":"),
            ".macro FAULTS instruction:vararg",
            concat!("movl $(GUEST + 798f - hostile_guest_", stringify!($name), line!(), "), LANDING"),
            "movl %esp, LANDING_SP",
            concat!("movl $(GUEST + 797f - hostile_guest_", stringify!($name), line!(), "), EXPECTED"),
            "797: \\instruction",
            "call *NO_FAULT",
            "798:",
            ".endm",
            ".macro ADDRESS label, register",
            concat!("movl $(GUEST + \\label - hostile_guest_", stringify!($name), line!(), "), \\register"),
            ".endm",
            ".macro TRAPS instruction:vararg",
            concat!("movl $(GUEST + 798f - hostile_guest_", stringify!($name), line!(), "), LANDING"),
            "movl %esp, LANDING_SP",
            concat!("movl $(GUEST + 797f - hostile_guest_", stringify!($name), line!(), "), EXPECTED"),
            "\\instruction",
            "797: call *NO_FAULT",
            "798:",
            ".endm",
            ".macro STEP instruction:vararg",
            "popf",
            "\\instruction",
            ".endm",
            $($line,)+
            ".purgem STEP",
            ".purgem FAULTS",
            ".purgem ADDRESS",
            ".purgem TRAPS",
            concat!("hostile_guest_end_", stringify!($name), line!(), ":"),
            ".code64",
            ".popsection",
            options(att_syntax)
        );
        }
        unsafe extern "C" {
            #[link_name = concat!("hostile_guest_", stringify!($name), line!())]
            static BEGIN: u8;
            #[link_name = concat!("hostile_guest_end_", stringify!($name), line!())]
            static END: u8;
        }
        $crate::Guest {
            name: stringify!($name),
            mode: $crate::Mode::$mode,
            // SAFETY: both labels are in one section, the second behind the first, with the guest's bytes between them.
            code: unsafe { $crate::guest::between(&raw const BEGIN, &raw const END) },
            definition: $definition,
            outcome: $crate::outcome!($kind $expected),
        }
    }};
}

/// The assembler's directive for a [`Mode`].
#[doc(hidden)]
#[macro_export]
macro_rules! code_width {
    (Real) => {
        ".code16"
    };
    (Protected) => {
        ".code32"
    };
    (Long) => {
        ".code64"
    };
}

/// An [`Outcome`] as [`guest!`] writes it.
#[doc(hidden)]
#[macro_export]
macro_rules! outcome {
    (says [$($line:expr),* $(,)?]) => {
        $crate::Outcome::Says(vec![$($line.into()),*])
    };
    (values [$($list:expr),* $(,)?]) => {
        $crate::Outcome::Says([$(&$list[..]),*].concat().iter().map(|value: &u32| format!("={value:08x}")).collect())
    };
    (fails [$text:expr]) => {
        $crate::Outcome::Fails($text.into())
    };
    (halts []) => {
        $crate::Outcome::Halts
    };
    (loops []) => {
        $crate::Outcome::Loops
    };
    (polls []) => {
        $crate::Outcome::Polls
    };
}
