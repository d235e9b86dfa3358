//! The world switch: the one piece of assembly. The VMCS holds RSP, RIP and RFLAGS of both sides; the other fifteen general
//! registers are swapped here by hand.

use crate::error::VmFail;
use crate::state::Registers;
use core::arch::global_asm;

// The assembly's offsets are index * 8 in the order of the instruction encoding.
const _: () = assert!(core::mem::offset_of!(Registers, gpr) == 0 && size_of::<Registers>() == 16 * 8);

global_asm!(
    ".pushsection .text.vmx_world_switch, \"ax\", @progbits",
    ".globl vmx_world_switch",
    ".globl vmx_world_switch_exit",
    ".type vmx_world_switch, @function",
    ".balign 16",
    // rdi: the guest's registers, rsi: 1 when launched, rdx: where the host RSP last written to the VMCS is kept.
    // Returns 0 after an exit, 1 for VMfailInvalid, 2 for VMfailValid.
    "vmx_world_switch:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "push rdi",
    // The host RSP field changes only when the call comes from another depth of the stack, or another stack.
    "cmp [rdx], rsp",
    "je 1f",
    "mov eax, {HOST_RSP}",
    "vmwrite rax, rsp",
    "jbe 3f",
    "mov [rdx], rsp",
    "1:",
    // No instruction down to the entry changes the flags of this comparison.
    "cmp rsi, 1",
    "mov rax, [rdi + 0*8]",
    "mov rcx, [rdi + 1*8]",
    "mov rdx, [rdi + 2*8]",
    "mov rbx, [rdi + 3*8]",
    "mov rbp, [rdi + 5*8]",
    "mov rsi, [rdi + 6*8]",
    "mov r8,  [rdi + 8*8]",
    "mov r9,  [rdi + 9*8]",
    "mov r10, [rdi + 10*8]",
    "mov r11, [rdi + 11*8]",
    "mov r12, [rdi + 12*8]",
    "mov r13, [rdi + 13*8]",
    "mov r14, [rdi + 14*8]",
    "mov r15, [rdi + 15*8]",
    "mov rdi, [rdi + 7*8]",
    "je 2f",
    "vmlaunch",
    "jmp 3f",
    "2:",
    "vmresume",
    // Only a failed instruction comes here: ZF = VMfailValid, CF = VMfailInvalid.
    "3:",
    "mov eax, 1",
    "mov ecx, 2",
    "cmovz eax, ecx",
    "add rsp, 8",
    "jmp 4f",
    // An exit comes here: the host RIP field. RSP is as it was, every other general register is the guest's.
    "vmx_world_switch_exit:",
    "push rdi",
    "mov rdi, [rsp + 8]",
    "mov [rdi + 0*8], rax",
    "mov [rdi + 1*8], rcx",
    "mov [rdi + 2*8], rdx",
    "mov [rdi + 3*8], rbx",
    "mov [rdi + 5*8], rbp",
    "mov [rdi + 6*8], rsi",
    "pop qword ptr [rdi + 7*8]",
    "mov [rdi + 8*8], r8",
    "mov [rdi + 9*8], r9",
    "mov [rdi + 10*8], r10",
    "mov [rdi + 11*8], r11",
    "mov [rdi + 12*8], r12",
    "mov [rdi + 13*8], r13",
    "mov [rdi + 14*8], r14",
    "mov [rdi + 15*8], r15",
    "add rsp, 8",
    "xor eax, eax",
    // The guest's values must not be what the host speculates with; those popped below are replaced anyway.
    "4:",
    "xor ecx, ecx",
    "xor edx, edx",
    "xor esi, esi",
    "xor edi, edi",
    "xor r8d, r8d",
    "xor r9d, r9d",
    "xor r10d, r10d",
    "xor r11d, r11d",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    ".size vmx_world_switch, . - vmx_world_switch",
    ".popsection",
    HOST_RSP = const crate::field::host::RSP.encoding(),
);

unsafe extern "C" {
    fn vmx_world_switch(registers: *mut Registers, launched: u64, host_rsp: *mut u64) -> u32;
    fn vmx_world_switch_exit();
}

/// What the host RIP field must hold.
pub(crate) fn exit_address() -> u64 {
    vmx_world_switch_exit as *const () as u64
}

/// Enters the guest of the current VMCS and returns after its exit.
///
/// `host_rsp` remembers what the host RSP field holds: 0 before the first entry of a VMCS.
///
/// # Safety
/// The CPU is in VMX root operation, interrupts are disabled, and the current VMCS is sound: its host RIP is [`exit_address`],
/// `launched` is its launch state, and `host_rsp` is its own.
#[inline]
pub(crate) unsafe fn enter(
    registers: &mut Registers,
    launched: bool,
    host_rsp: &mut u64,
) -> Result<(), VmFail> {
    // SAFETY: the function follows the System V ABI and touches nothing but its arguments, its stack and what the guest may
    // touch: the VMCS' business.
    match unsafe { vmx_world_switch(registers, u64::from(launched), host_rsp) } {
        0 => Ok(()),
        1 => Err(VmFail::Invalid),
        _ => Err(VmFail::Valid),
    }
}
