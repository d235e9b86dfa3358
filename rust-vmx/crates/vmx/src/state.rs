//! A virtual CPU's registers, by name.

use bounds::Cyclic;
use serde::{Deserialize, Serialize};

/// The general-purpose registers, in the order of their encoding in instructions (and in VMX exit
/// qualifications). RSP's place is unused: the CPU keeps it in the VMCS, and it is [`SystemRegister::Rsp`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[repr(C)]
pub struct Registers {
    /// RAX, RCX, RDX, RBX, (RSP), RBP, RSI, RDI, R8 to R15.
    pub gpr: Cyclic<u64, 16>,
}

/// Index of a general-purpose register in [`Registers::gpr`].
#[allow(missing_docs)]
pub mod gpr {
    pub const RAX: usize = 0;
    pub const RCX: usize = 1;
    pub const RDX: usize = 2;
    pub const RBX: usize = 3;
    pub const RSP: usize = 4;
    pub const RBP: usize = 5;
    pub const RSI: usize = 6;
    pub const RDI: usize = 7;
}

impl Registers {
    /// The low 32 bits of a register.
    #[must_use]
    pub fn low32(&self, index: usize) -> u32 {
        self.gpr[index] as u32
    }

    /// Writes 32 bits as 64-bit mode instructions do: the upper half becomes zero.
    pub fn set32(&mut self, index: usize, value: u32) {
        self.gpr[index] = value as u64;
    }
}

/// Registers that live in the VMCS (or beside it) and are read and written one at a time.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SystemRegister {
    Rip,
    Rsp,
    Rflags,
    /// As the guest sees it: owned bits from the shadow.
    Cr0,
    Cr2,
    Cr3,
    /// As the guest sees it: owned bits from the shadow.
    Cr4,
    Cr8,
    Dr0,
    Dr1,
    Dr2,
    Dr3,
    Dr6,
    Dr7,
    Efer,
    Pat,
    Xcr0,
    SysenterCs,
    SysenterEsp,
    SysenterEip,
    Star,
    Lstar,
    Cstar,
    Sfmask,
    KernelGsBase,
    TscAux,
    DebugCtl,
}

/// The segment registers and system tables that have a selector, in the order of the VMCS.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SegmentName {
    Es,
    Cs,
    Ss,
    Ds,
    Fs,
    Gs,
    Ldtr,
    Tr,
}

impl SegmentName {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Es,
        Self::Cs,
        Self::Ss,
        Self::Ds,
        Self::Fs,
        Self::Gs,
        Self::Ldtr,
        Self::Tr,
    ];
}

/// A segment register with its hidden part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The visible part.
    pub selector: u16,
    /// First linear address.
    pub base: u64,
    /// Last valid offset.
    pub limit: u32,
    /// Access rights in the VMCS' format (SDM "Guest Register State", 25.4.1); bit 16 = unusable.
    pub access: u32,
}

/// The registers that hold a descriptor table's address.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TableName {
    Gdtr,
    Idtr,
}

/// How the CPU interprets addresses and operands at the moment.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CpuMode {
    Real,
    Virtual8086,
    /// Protected mode with a 16-bit code segment.
    Protected16,
    /// Protected mode with a 32-bit code segment.
    Protected32,
    /// IA-32e mode with a 16-bit code segment.
    Compatibility16,
    /// IA-32e mode with a 32-bit code segment.
    Compatibility32,
    /// 64-bit mode.
    Long,
}

/// What keeps events from being delivered after the current instruction (SDM "Guest Non-Register State", table 25-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruptibility {
    /// Blocking by STI.
    pub sti: bool,
    /// Blocking by MOV SS or POP SS.
    pub mov_ss: bool,
    /// Blocking by NMI: until the next IRET.
    pub nmi: bool,
}

/// GDTR or IDTR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescriptorTable {
    /// Linear address of the table.
    pub base: u64,
    /// Last valid offset.
    pub limit: u16,
}
