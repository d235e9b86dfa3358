//! The privileged instructions, each as one function. Nothing else in the crate executes one, except the world switch in
//! `entry`.
//!
//! All of them need ring 0; that is the first precondition of every `unsafe fn` here and is not repeated. None of
//! the memory an instruction reads or writes is hidden from the compiler: no `nomem` where there is any.

use crate::addr::Hpa;
use crate::error::VmFail;
use crate::state::DescriptorTable;
use core::arch::asm;
use core::arch::x86_64 as arch;

/// Turns the flags a VMX instruction left (SDM "Conventions", 31.2) into a result.
const fn vm_result(carry: u8, zero: u8) -> Result<(), VmFail> {
    match (carry, zero) {
        (0, 0) => Ok(()),
        (0, _) => Err(VmFail::Valid),
        _ => Err(VmFail::Invalid),
    }
}

/// Enters VMX root operation.
///
/// # Safety
/// CR0 and CR4 satisfy the fixed bits, VMX is allowed by IA32_FEATURE_CONTROL (else #UD or #GP), and `region` is a frame
/// of ours that holds the revision identifier and is not touched until VMXOFF.
pub unsafe fn vmxon(region: Hpa) -> Result<(), VmFail> {
    let (carry, zero): (u8, u8);
    // SAFETY: the caller's promises are those of the instruction.
    unsafe {
        asm!("vmxon [{}]", "setc {}", "setz {}", in(reg) &region.0, out(reg_byte) carry, out(reg_byte) zero,
             options(nostack));
    }
    vm_result(carry, zero)
}

/// Leaves VMX operation.
///
/// # Safety
/// The CPU is in VMX root operation; no VMCS is active whose data anybody still wants.
pub unsafe fn vmxoff() -> Result<(), VmFail> {
    let (carry, zero): (u8, u8);
    // SAFETY: as promised by the caller.
    unsafe { asm!("vmxoff", "setc {}", "setz {}", out(reg_byte) carry, out(reg_byte) zero, options(nostack)) }
    vm_result(carry, zero)
}

/// Writes a VMCS back to memory and makes it inactive and clear.
///
/// # Safety
/// The CPU is in VMX root operation; `region` is a VMCS region.
pub unsafe fn vmclear(region: Hpa) -> Result<(), VmFail> {
    let (carry, zero): (u8, u8);
    // SAFETY: as promised by the caller.
    unsafe {
        asm!("vmclear [{}]", "setc {}", "setz {}", in(reg) &region.0, out(reg_byte) carry, out(reg_byte) zero,
             options(nostack));
    }
    vm_result(carry, zero)
}

/// Makes a VMCS active and current.
///
/// # Safety
/// The CPU is in VMX root operation; `region` is a VMCS region that was cleared once and is active on no other CPU.
pub unsafe fn vmptrld(region: Hpa) -> Result<(), VmFail> {
    let (carry, zero): (u8, u8);
    // SAFETY: as promised by the caller.
    unsafe {
        asm!("vmptrld [{}]", "setc {}", "setz {}", in(reg) &region.0, out(reg_byte) carry, out(reg_byte) zero,
             options(nostack));
    }
    vm_result(carry, zero)
}

/// The current VMCS, `None` when there is none.
///
/// # Safety
/// The CPU is in VMX root operation.
pub unsafe fn vmptrst() -> Option<Hpa> {
    let mut pointer = u64::MAX;
    // SAFETY: the instruction stores eight bytes, into `pointer`. It has no way to fail in VMX root operation.
    unsafe { asm!("vmptrst [{}]", in(reg) &raw mut pointer, options(nostack)) }
    (pointer != u64::MAX).then_some(Hpa(pointer))
}

/// Fields of the current VMCS, read one after the other. Whether all could be read is asked once, at the end, so that each costs its own
/// instruction and a jump that is not taken.
pub struct FieldReads {
    /// The encoding of a field that could not be read, plus 1.
    failed: u32,
}

impl FieldReads {
    /// None yet.
    ///
    /// # Safety
    /// The CPU is in VMX root operation for as long as this is used.
    #[inline]
    pub const unsafe fn new() -> Self {
        Self { failed: 0 }
    }

    /// VMREAD; 0 when it fails.
    #[inline]
    pub fn read(&mut self, encoding: u32) -> u64 {
        let value: u64;
        // SAFETY: `new`'s caller promised VMX root operation. A wrong encoding or no current VMCS is an error in the flags, no fault. No
        // memory that a program can name is touched.
        unsafe {
            asm!(
                "vmread {value}, {field}",
                "jbe 2f",
                "3:",
                ".pushsection .text.unlikely.vmx, \"ax\", @progbits",
                "2:",
                "lea {failed:e}, [{field} + 1]",
                "xor {value:e}, {value:e}",
                "jmp 3b",
                ".popsection",
                value = out(reg) value,
                field = in(reg) u64::from(encoding),
                failed = inout(reg) self.failed,
                options(nomem, nostack),
            );
        }
        value
    }

    /// Whether all could be read; the encoding of one that could not be.
    #[inline]
    pub const fn end(self) -> Result<(), u32> {
        match self.failed {
            0 => Ok(()),
            failed => Err(failed - 1),
        }
    }
}

/// Reads a field of the current VMCS.
///
/// # Safety
/// The CPU is in VMX root operation.
#[inline]
pub unsafe fn vmread(encoding: u32) -> Result<u64, VmFail> {
    // SAFETY: the caller's promise.
    let mut reads = unsafe { FieldReads::new() };
    let value = reads.read(encoding);
    match reads.end() {
        Ok(()) => Ok(value),
        // SAFETY: the caller's promise.
        Err(encoding) => Err(unsafe { vmread_failure(encoding) }),
    }
}

/// How a VMREAD that failed does so: it fails again, and this time both flags are looked at.
///
/// # Safety
/// As for [`vmread`].
#[cold]
pub unsafe fn vmread_failure(encoding: u32) -> VmFail {
    let (carry, zero): (u8, u8);
    // SAFETY: as in `vmread`.
    unsafe {
        asm!("vmread {}, {}", "setc {}", "setz {}", out(reg) _, in(reg) u64::from(encoding),
             out(reg_byte) carry, out(reg_byte) zero, options(nomem, nostack));
    }
    vm_result(carry, zero).err().unwrap_or(VmFail::Invalid)
}

/// Writes a field of the current VMCS.
///
/// # Safety
/// The CPU is in VMX root operation. What the field makes the CPU do at the next entry or exit (host state, addresses of
/// bitmaps and tables) is sound.
#[inline]
pub unsafe fn vmwrite(encoding: u32, value: u64) -> Result<(), VmFail> {
    // SAFETY: a wrong encoding or no current VMCS is an error in the flags, no fault.
    unsafe {
        asm!("vmwrite {field}, {value}", "jbe {failed}", field = in(reg) u64::from(encoding), value = in(reg) value,
             failed = label {
                // SAFETY: the caller's promise.
                return Err(unsafe { vmwrite_failure(encoding, value) });
             },
             options(nostack));
    }
    Ok(())
}

/// How a VMWRITE that failed does so: it fails again, and this time both flags are looked at.
///
/// # Safety
/// As for [`vmwrite`].
#[cold]
unsafe fn vmwrite_failure(encoding: u32, value: u64) -> VmFail {
    let (carry, zero): (u8, u8);
    // SAFETY: as in `vmwrite`.
    unsafe {
        asm!("vmwrite {}, {}", "setc {}", "setz {}", in(reg) u64::from(encoding), in(reg) value,
             out(reg_byte) carry, out(reg_byte) zero, options(nostack));
    }
    vm_result(carry, zero).err().unwrap_or(VmFail::Invalid)
}

/// How much INVEPT invalidates (SDM "INVEPT", 31.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum InveptType {
    /// Everything tagged with one EPT pointer.
    SingleContext = 1,
    /// Everything.
    AllContexts = 2,
}

/// Invalidates mappings derived from EPT.
///
/// # Safety
/// The CPU is in VMX root operation and its capabilities offer INVEPT of this type.
pub unsafe fn invept(kind: InveptType, ept_pointer: u64) -> Result<(), VmFail> {
    let descriptor = [ept_pointer, 0];
    let (carry, zero): (u8, u8);
    // SAFETY: as promised by the caller; the descriptor is 16 bytes.
    unsafe {
        asm!("invept {}, [{}]", "setc {}", "setz {}", in(reg) kind as u64, in(reg) &descriptor,
             out(reg_byte) carry, out(reg_byte) zero, options(nostack));
    }
    vm_result(carry, zero)
}

/// How much INVVPID invalidates (SDM "INVVPID", 31.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum InvvpidType {
    /// Everything tagged with one VPID.
    SingleContext = 1,
    /// Everything tagged with any VPID but 0.
    AllContexts = 2,
}

/// Invalidates linear and combined mappings by VPID.
///
/// # Safety
/// The CPU is in VMX root operation and its capabilities offer INVVPID of this type.
pub unsafe fn invvpid(kind: InvvpidType, vpid: u16) -> Result<(), VmFail> {
    let descriptor = [u64::from(vpid), 0];
    let (carry, zero): (u8, u8);
    // SAFETY: as promised by the caller; the descriptor is 16 bytes.
    unsafe {
        asm!("invvpid {}, [{}]", "setc {}", "setz {}", in(reg) kind as u64, in(reg) &descriptor,
             out(reg_byte) carry, out(reg_byte) zero, options(nostack));
    }
    vm_result(carry, zero)
}

/// Reads a model-specific register.
///
/// # Safety
/// The MSR exists.
pub unsafe fn rdmsr(number: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: reading an MSR that exists has no effect.
    unsafe { asm!("rdmsr", in("ecx") number, out("eax") low, out("edx") high, options(nomem, nostack)) }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes a model-specific register.
///
/// # Safety
/// The MSR exists, takes this value, and what the value changes breaks nothing the kernel relies on.
pub unsafe fn wrmsr(number: u32, value: u64) {
    // SAFETY: as promised by the caller. Not `nomem`: an MSR may change how memory is seen.
    unsafe {
        asm!("wrmsr", in("ecx") number, in("eax") value as u32, in("edx") (value >> 32) as u32, options(nostack));
    }
}

macro_rules! register {
    ($read:ident, $write:ident, $name:literal) => {
        #[doc = concat!("Reads ", $name, ".")]
        ///
        /// # Safety
        /// Ring 0.
        pub unsafe fn $read() -> u64 {
            let value: u64;
            // SAFETY: reading has no effect.
            unsafe { asm!(concat!("mov {}, ", $name), out(reg) value, options(nomem, nostack)) }
            value
        }

        #[doc = concat!("Writes ", $name, ".")]
        ///
        /// # Safety
        /// The value is valid and breaks nothing the kernel relies on.
        pub unsafe fn $write(value: u64) {
            // SAFETY: as promised by the caller.
            unsafe { asm!(concat!("mov ", $name, ", {}"), in(reg) value, options(nostack)) }
        }
    };
}

register!(read_cr0, write_cr0, "cr0");
register!(read_cr2, write_cr2, "cr2");
register!(read_cr4, write_cr4, "cr4");
register!(read_dr0, write_dr0, "dr0");
register!(read_dr1, write_dr1, "dr1");
register!(read_dr2, write_dr2, "dr2");
register!(read_dr3, write_dr3, "dr3");
register!(read_dr6, write_dr6, "dr6");
register!(read_dr7, write_dr7, "dr7");

/// Reads CR3.
///
/// # Safety
/// Ring 0.
pub unsafe fn read_cr3() -> u64 {
    let value: u64;
    // SAFETY: reading has no effect.
    unsafe { asm!("mov {}, cr3", out(reg) value, options(nomem, nostack)) }
    value
}

/// Reads an extended control register: XCR0.
///
/// # Safety
/// CR4.OSXSAVE is set (else #UD).
pub unsafe fn xgetbv0() -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: reading has no effect.
    unsafe { asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") high, options(nomem, nostack)) }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes XCR0.
///
/// # Safety
/// CR4.OSXSAVE is set, and the CPU takes the value (SDM "XSETBV", else #GP).
pub unsafe fn xsetbv0(value: u64) {
    // SAFETY: as promised by the caller.
    unsafe {
        asm!("xsetbv", in("ecx") 0, in("eax") value as u32, in("edx") (value >> 32) as u32, options(nostack));
    }
}

/// Saves the extended state components in `mask` in the standard format.
///
/// # Safety
/// CR4.OSXSAVE is set, CR0.TS is clear; `area` is 64-byte aligned and as large as CPUID leaf 0DH says for XCR0.
pub unsafe fn xsave(area: *mut u8, mask: u64) {
    // SAFETY: as promised by the caller.
    unsafe {
        asm!("xsave64 [{}]", in(reg) area, in("eax") mask as u32, in("edx") (mask >> 32) as u32, options(nostack));
    }
}

/// Loads the extended state components in `mask` from the standard format.
///
/// # Safety
/// As [`xsave`]; the area's header and MXCSR are valid (else #GP).
pub unsafe fn xrstor(area: *const u8, mask: u64) {
    // SAFETY: as promised by the caller. The kernel keeps nothing in these registers.
    unsafe {
        asm!("xrstor64 [{}]", in(reg) area, in("eax") mask as u32, in("edx") (mask >> 32) as u32, options(nostack));
    }
}

/// Saves x87 and SSE state.
///
/// # Safety
/// CR4.OSFXSR is set, CR0.TS and EM are clear; `area` is 512 bytes, 16-byte aligned.
pub unsafe fn fxsave(area: *mut u8) {
    // SAFETY: as promised by the caller.
    unsafe { asm!("fxsave64 [{}]", in(reg) area, options(nostack)) }
}

/// Loads x87 and SSE state.
///
/// # Safety
/// As [`fxsave`]; MXCSR in the area is valid (else #GP).
pub unsafe fn fxrstor(area: *const u8) {
    // SAFETY: as promised by the caller. The kernel keeps nothing in these registers.
    unsafe { asm!("fxrstor64 [{}]", in(reg) area, options(nostack)) }
}

/// What SGDT, SIDT, LGDT and LIDT move: limit, then base.
#[repr(C, packed)]
struct TableOperand {
    limit: u16,
    base: u64,
}

/// Reads GDTR.
///
/// # Safety
/// Ring 0.
pub unsafe fn sgdt() -> DescriptorTable {
    let mut operand = TableOperand { limit: 0, base: 0 };
    // SAFETY: the instruction stores ten bytes, into `operand`.
    unsafe { asm!("sgdt [{}]", in(reg) &raw mut operand, options(nostack)) }
    DescriptorTable {
        base: operand.base,
        limit: operand.limit,
    }
}

/// Reads IDTR.
///
/// # Safety
/// Ring 0.
pub unsafe fn sidt() -> DescriptorTable {
    let mut operand = TableOperand { limit: 0, base: 0 };
    // SAFETY: the instruction stores ten bytes, into `operand`.
    unsafe { asm!("sidt [{}]", in(reg) &raw mut operand, options(nostack)) }
    DescriptorTable {
        base: operand.base,
        limit: operand.limit,
    }
}

/// Loads GDTR.
///
/// # Safety
/// The table is the one the kernel had.
pub unsafe fn lgdt(table: DescriptorTable) {
    let operand = TableOperand {
        limit: table.limit,
        base: table.base,
    };
    // SAFETY: as promised by the caller.
    unsafe { asm!("lgdt [{}]", in(reg) &raw const operand, options(nostack)) }
}

/// Loads IDTR.
///
/// # Safety
/// The table is the one the kernel had.
pub unsafe fn lidt(table: DescriptorTable) {
    let operand = TableOperand {
        limit: table.limit,
        base: table.base,
    };
    // SAFETY: as promised by the caller.
    unsafe { asm!("lidt [{}]", in(reg) &raw const operand, options(nostack)) }
}

macro_rules! selector_register {
    ($read:ident, $instruction:literal, $name:literal) => {
        #[doc = concat!("Reads the selector of ", $name, ".")]
        ///
        /// # Safety
        /// Ring 0.
        pub unsafe fn $read() -> u16 {
            let value: u16;
            // SAFETY: reading has no effect.
            unsafe { asm!($instruction, out(reg) value, options(nomem, nostack)) }
            value
        }
    };
}

selector_register!(read_es, "mov {:x}, es", "ES");
selector_register!(read_cs, "mov {:x}, cs", "CS");
selector_register!(read_ss, "mov {:x}, ss", "SS");
selector_register!(read_ds, "mov {:x}, ds", "DS");
selector_register!(read_fs, "mov {:x}, fs", "FS");
selector_register!(read_gs, "mov {:x}, gs", "GS");
selector_register!(read_tr, "str {:x}", "TR");
selector_register!(read_ldtr, "sldt {:x}", "LDTR");

macro_rules! load_selector {
    ($write:ident, $instruction:literal, $name:literal) => {
        #[doc = concat!("Loads ", $name, " with its descriptor.")]
        ///
        /// # Safety
        /// The selector is one the kernel had there, in tables that it has now. FS and GS get their descriptor's base.
        pub unsafe fn $write(selector: u16) {
            // SAFETY: as promised by the caller.
            unsafe { asm!($instruction, in(reg) selector, options(nostack)) }
        }
    };
}

load_selector!(write_es, "mov es, {:x}", "ES");
load_selector!(write_ds, "mov ds, {:x}", "DS");
load_selector!(write_fs, "mov fs, {:x}", "FS");
load_selector!(write_gs, "mov gs, {:x}", "GS");
load_selector!(write_ldtr, "lldt {:x}", "LDTR");

/// Disables maskable interrupts; RFLAGS as it was before.
///
/// # Safety
/// Ring 0; the caller gives the flags back if interrupts were enabled.
pub unsafe fn cli() -> u64 {
    let flags: u64;
    // SAFETY: pushes and pops one word; the stack pointer ends where it was.
    unsafe { asm!("pushfq", "pop {}", "cli", out(reg) flags) }
    flags
}

/// Loads RFLAGS. If that enables interrupts, those that wait are served before this returns.
///
/// # Safety
/// The flags came from [`cli`], and the kernel allows interrupts here: nothing is in a state that a handler or another thread must not see.
pub unsafe fn restore_flags(flags: u64) {
    // SAFETY: as promised by the caller; pushes and pops one word.
    unsafe { asm!("push {}", "popfq", in(reg) flags) }
}

/// Runs the kernel's NMI handler: vector 2 through the IDT.
///
/// # Safety
/// The IDT has an NMI handler that returns with IRET (which also ends the CPU's blocking of NMIs).
pub unsafe fn software_nmi() {
    // SAFETY: as promised by the caller; the handler preserves registers.
    unsafe { asm!("int 2") }
}

/// Runs the kernel's machine-check handler: vector 18 through the IDT.
///
/// # Safety
/// The IDT has a machine-check handler. It need not return.
pub unsafe fn software_machine_check() {
    // SAFETY: as promised by the caller; if the handler returns, it preserves registers.
    unsafe { asm!("int 18") }
}

/// Reads the time-stamp counter.
#[must_use]
pub fn rdtsc() -> u64 {
    // SAFETY: every 64-bit CPU has it; ring 0 is not even needed.
    unsafe { arch::_rdtsc() }
}

/// CPUID: EAX, EBX, ECX, EDX.
#[must_use]
pub fn cpuid(leaf: u32, subleaf: u32) -> [u32; 4] {
    let answer = arch::__cpuid_count(leaf, subleaf);
    [answer.eax, answer.ebx, answer.ecx, answer.edx]
}
