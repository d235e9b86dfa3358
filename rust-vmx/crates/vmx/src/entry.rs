//! The world switch: the one piece of assembly. The VMCS holds RSP, RIP and RFLAGS of both sides; the other fifteen general
//! registers are swapped here by hand.

use crate::error::VmFail;
use crate::state::Registers;
use core::arch::{asm, global_asm};
use core::ptr;

// The assembly's offsets are index * 8 in the order of the instruction encoding.
const _: () = assert!(core::mem::offset_of!(Registers, gpr) == 0 && size_of::<Registers>() == 16 * 8);

/// What the switch knows about one VMCS.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Switch {
    /// What its host RSP field holds: 0 before the first entry.
    host_rsp: u64,
    /// The launch state, which decides between VMLAUNCH and VMRESUME.
    pub(crate) launched: bool,
}

global_asm!(
    ".pushsection .text.vmx_world_switch, \"ax\", @progbits",
    ".globl vmx_world_switch",
    ".globl vmx_world_switch_exit",
    ".type vmx_world_switch, @function",
    ".balign 16",
    // rdi: the guest's registers, rdx: the switch of this VMCS.
    // rax: 0 after an exit, 1 for VMfailInvalid, 2 for VMfailValid. Of the other registers only rbx and rbp are kept.
    "vmx_world_switch:",
    "push rbp",
    "push rbx",
    "push rdi",
    // The host RSP field changes only when the call comes from another depth of the stack, or another stack.
    "cmp [rdx + {host_rsp}], rsp",
    "jne 5f",
    "1:",
    // No instruction down to the entry changes the flags of this comparison.
    "cmp byte ptr [rdx + {launched}], 0",
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
    "jz 2f",
    "vmresume",
    "jmp 3f",
    "2:",
    "vmlaunch",
    // Only a failed instruction comes here: ZF = VMfailValid, CF = VMfailInvalid.
    "3:",
    "mov eax, 1",
    "mov ecx, 2",
    "cmovz eax, ecx",
    "pop rcx",
    "jmp 4f",
    "5:",
    "mov eax, {HOST_RSP}",
    "vmwrite rax, rsp",
    "jbe 3b",
    "mov [rdx + {host_rsp}], rsp",
    "jmp 1b",
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
    "pop rcx",
    "xor eax, eax",
    // The guest's values must not be what the host speculates with.
    "4:",
    "xor ecx, ecx",
    "xor edx, edx",
    "xor esi, esi",
    "xor edi, edi",
    "xor r8d, r8d",
    "xor r9d, r9d",
    "xor r10d, r10d",
    "xor r11d, r11d",
    "xor r12d, r12d",
    "xor r13d, r13d",
    "xor r14d, r14d",
    "xor r15d, r15d",
    "pop rbx",
    "pop rbp",
    "ret",
    ".size vmx_world_switch, . - vmx_world_switch",
    ".popsection",
    HOST_RSP = const crate::field::host::RSP.encoding(),
    host_rsp = const core::mem::offset_of!(Switch, host_rsp),
    launched = const core::mem::offset_of!(Switch, launched),
);

// SAFETY: these are labels of the assembly above. Neither is a function of any ABI: the first is called by `enter` alone, the second
// only by the CPU.
unsafe extern "C" {
    fn vmx_world_switch();
    fn vmx_world_switch_exit();
}

/// What the host RIP field must hold.
pub(crate) fn exit_address() -> u64 {
    vmx_world_switch_exit as *const () as u64
}

/// Enters the guest of the current VMCS and returns after its exit.
///
/// # Safety
/// The CPU is in VMX root operation, interrupts are disabled, and the current VMCS is sound: its host RIP is [`exit_address`], and
/// `state` is its own.
#[inline]
pub(crate) unsafe fn enter(registers: &mut Registers, state: &mut Switch) -> Result<(), VmFail> {
    let failed: u32;
    // SAFETY: the switch touches its arguments, its stack and what the guest may touch: the VMCS' business. Saving what is worth it is
    // left to the compiler, which knows.
    unsafe {
        asm!(
            "call {switch}",
            switch = sym vmx_world_switch,
            inout("rdi") ptr::from_mut(registers) => _,
            inout("rdx") ptr::from_mut(state) => _,
            lateout("eax") failed,
            lateout("rcx") _, lateout("rsi") _, lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _,
            lateout("r12") _, lateout("r13") _, lateout("r14") _, lateout("r15") _,
        );
    }
    match failed {
        0 => Ok(()),
        1 => Err(VmFail::Invalid),
        _ => Err(VmFail::Valid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::gpr::{RAX, RBP, RBX, RSP};
    use core::arch::global_asm;

    // pretend_exit(rdi: the guest's registers, rsi: where the sixteen registers go that are found afterwards): makes the
    // stack that the switch has when it enters a guest, fills the registers as a guest would, and goes where an exit goes.
    global_asm!(
        "pretend_exit:",
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rsi",
        "lea rax, [rip + 2f]",
        "push rax",
        "push 0x105",
        "push 0x103",
        "push rdi",
        "mov eax, 0x200",
        "mov ecx, 0x201",
        "mov edx, 0x202",
        "mov ebx, 0x203",
        "mov ebp, 0x205",
        "mov esi, 0x206",
        "mov edi, 0x207",
        "mov r8d, 0x208",
        "mov r9d, 0x209",
        "mov r10d, 0x20A",
        "mov r11d, 0x20B",
        "mov r12d, 0x20C",
        "mov r13d, 0x20D",
        "mov r14d, 0x20E",
        "mov r15d, 0x20F",
        "jmp vmx_world_switch_exit",
        "2:",
        "push rax",
        "mov rax, [rsp + 8]",
        "pop qword ptr [rax]",
        "mov [rax + 1*8], rcx",
        "mov [rax + 2*8], rdx",
        "mov [rax + 3*8], rbx",
        "mov [rax + 5*8], rbp",
        "mov [rax + 6*8], rsi",
        "mov [rax + 7*8], rdi",
        "mov [rax + 8*8], r8",
        "mov [rax + 9*8], r9",
        "mov [rax + 10*8], r10",
        "mov [rax + 11*8], r11",
        "mov [rax + 12*8], r12",
        "mov [rax + 13*8], r13",
        "mov [rax + 14*8], r14",
        "mov [rax + 15*8], r15",
        "pop rsi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    );

    // SAFETY: this is the label of the assembly above, with its arguments.
    unsafe extern "C" {
        fn pretend_exit(guest: *mut Registers, found: *mut Registers);
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no assembly")]
    fn an_exit_leaves_nothing_of_the_guest_in_registers() {
        let (mut guest, mut found) = (Registers::default(), Registers::default());
        // SAFETY: the function follows the System V ABI, and both places are its own for the call.
        unsafe { pretend_exit(&mut guest, &mut found) };
        for index in (0..16).filter(|&index| index != RSP) {
            assert_eq!(
                guest.gpr[index],
                0x200 + index as u64,
                "the guest's register {index}"
            );
            let host = match index {
                RBX | RBP => 0x100 + index as u64,
                _ => 0,
            };
            assert_eq!(found.gpr[index], host, "register {index} after the exit");
        }
        assert_eq!(found.gpr[RAX], 0, "an exit is no failed entry");
    }
}
