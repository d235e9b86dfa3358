//! Why a machine cannot go on, in words.

use crate::memory::MemoryError;
use alloc::string::String;
use core::fmt;
use vmx::exit::{EptViolation, TaskSwitch, reason};

/// The end of a machine that did not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The CPU refused to enter the guest; what it said.
    Entry(String),
    /// The guest could not even deliver a double fault.
    TripleFault,
    /// The guest switched tasks in hardware, which is not emulated.
    TaskSwitch(TaskSwitch),
    /// The host has no frame for memory the guest touched.
    Memory(MemoryError),
    /// An instruction that is not emulated touched an address without memory or device.
    Mmio(EptViolation),
    /// An exit that the controls should have made impossible; its basic reason.
    Unexpected(u16),
    /// The hypervisor itself panicked while it ran the guest; what it said.
    Panic(String),
    /// After a reset the images could not be loaded again; what is wrong.
    Load(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(text) => write!(f, "the CPU refused to enter the guest: {text}"),
            Self::TripleFault => f.write_str("triple fault"),
            Self::TaskSwitch(switch) => write!(
                f,
                "hardware task switch to {:#06x} by {}",
                switch.selector,
                match switch.source {
                    0 => "CALL",
                    1 => "IRET",
                    2 => "JMP",
                    _ => "a task gate",
                }
            ),
            Self::Memory(error) => write!(f, "{error}"),
            Self::Mmio(access) => write!(
                f,
                "{} of {}{}, where there is {}",
                match (access.fetch, access.write) {
                    (true, _) => "instruction fetch",
                    (false, true) => "write",
                    (false, false) => "read",
                },
                access.gpa,
                Linear(access),
                if access.allowed == 0 {
                    "neither memory nor a device"
                } else {
                    "only a ROM"
                }
            ),
            Self::Unexpected(number) => write!(f, "unexpected exit {number}, {}", reason::name(*number)),
            Self::Panic(text) => write!(f, "the hypervisor panicked: {text}"),
            Self::Load(text) => write!(f, "cannot start again: {text}"),
        }
    }
}

/// The linear address of an access, if it had one.
struct Linear<'a>(&'a EptViolation);

impl fmt::Display for Linear<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .gva
            .map_or(Ok(()), |linear| write!(f, " (linear {linear})"))
    }
}

impl Failure {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Entry(_) | Self::Unexpected(_) | Self::Panic(_) => {
                "this is a mistake of the hypervisor; please report it with this text"
            }
            Self::TripleFault => {
                "an exception while the guest had no usable IDT or stack: look at the instruction at RIP, at CR2 after a \
                 page fault, and at IDTR; 'triplefault = reset' in the definition restarts the guest instead"
            }
            Self::TaskSwitch(_) => "use software task switching in the guest; task gates are not supported",
            Self::Memory(_) => "stop another guest or lower 'memory' in the definition",
            Self::Mmio(_) => {
                "a wrong pointer in the guest, a device or a writable ROM it expects, or too little memory ('memory = ...')"
            }
            Self::Load(_) => "put the image back and start the guest again",
        }
    }
}
