//! Read-only fields: what the CPU reports (SDM appendix B, tables B-5, B-9, B-13).

use super::{Natural, fields};
use crate::addr::{Gpa, Gva};

fields! {
    ExitInfo;
    0x2400 GUEST_PHYSICAL_ADDRESS: u64 as Gpa, "The address of an EPT violation or misconfiguration.";

    0x4400 VM_INSTRUCTION_ERROR: u32 as u32, "Why the last VMX instruction failed.";
    0x4402 EXIT_REASON: u32 as u32, "Exit reason; bit 31 = the entry failed.";
    0x4404 EXIT_INTERRUPTION_INFO: u32 as u32, "The event that caused the exit.";
    0x4406 EXIT_INTERRUPTION_ERROR_CODE: u32 as u32, "Its error code.";
    0x4408 IDT_VECTORING_INFO: u32 as u32, "The event whose delivery the exit interrupted.";
    0x440A IDT_VECTORING_ERROR_CODE: u32 as u32, "Its error code.";
    0x440C INSTRUCTION_LENGTH: u32 as u32, "Length of the instruction that exited.";
    0x440E INSTRUCTION_INFO: u32 as u32, "Operands of the instruction that exited.";

    0x6400 QUALIFICATION: Natural as u64, "Exit qualification.";
    0x6402 IO_RCX: Natural as u64, "RCX of an I/O instruction that an SMI interrupted.";
    0x6404 IO_RSI: Natural as u64, "RSI of it.";
    0x6406 IO_RDI: Natural as u64, "RDI of it.";
    0x6408 IO_RIP: Natural as u64, "RIP of it.";
    0x640A GUEST_LINEAR_ADDRESS: Natural as Gva, "Linear address of an EPT violation or string instruction.";
}
