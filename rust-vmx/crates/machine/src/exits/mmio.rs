//! Instructions whose memory operand lies, in whole or in part, where nothing answers or only a ROM does.
//!
//! Kernels that look for memory or devices do this with plain moves and comparisons; those are carried out, byte by byte of
//! the operand as a PC's bus does: memory answers as memory, the open bus reads as ones, and a write that nobody takes is lost.
//! Anything else there is a mistake of the guest, and its author is better served by a report.

use super::span::Span;
use super::{Outcome, segment};
use crate::cpu::{VirtualCpu, Watched};
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use crate::paging::{Access, TranslationError, Walker};
use bounds::Clip;
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use vmx::addr::{Gva, PAGE_SIZE};
use vmx::exit::EptViolation;
use vmx::state::gpr::{RAX, RCX, RDI};
use vmx::state::{CpuMode, Registers, SegmentName, SystemRegister};

/// The longest instruction.
const LONGEST: usize = 15;
/// The longest operand of those carried out.
const WIDEST: usize = 8;

/// Flags that an arithmetic instruction sets.
mod flag {
    pub const CARRY: u64 = 1;
    pub const PARITY: u64 = 1 << 2;
    pub const ADJUST: u64 = 1 << 4;
    pub const ZERO: u64 = 1 << 6;
    pub const SIGN: u64 = 1 << 7;
    pub const OVERFLOW: u64 = 1 << 11;
    pub const ALL: u64 = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;
    pub const TRAP: u64 = 1 << 8;
    pub const DIRECTION: u64 = 1 << 10;
}

/// Why an instruction was not carried out.
enum Stopped {
    /// It is not one of those understood.
    Unknown,
    /// The other page of its operand is not there.
    Fault(TranslationError),
    /// The host has no memory left for the part of the operand that is memory.
    Memory(MemoryError),
}

impl From<TranslationError> for Stopped {
    fn from(error: TranslationError) -> Self {
        Self::Fault(error)
    }
}

impl From<MemoryError> for Stopped {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

/// Carries the instruction at RIP out; none if it is not one of those understood.
pub fn open_bus<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    violation: &EptViolation,
) -> Option<Outcome> {
    // A page table there reads as ones, and that is a fault with a reserved bit; the walk by hardware cannot be helped.
    if violation.fetch || !violation.translated {
        return None;
    }
    let mode = cpu.mode();
    let walker = Walker::new(cpu, guest.cpuid.paging());
    let instruction = fetch(cpu, guest, mode, &walker)?;
    let operand = Operand::of(cpu, &instruction, mode)?;
    if !operand.caused(violation) {
        return None;
    }
    let stores_string = matches!(
        instruction.mnemonic(),
        Mnemonic::Stosb | Mnemonic::Stosw | Mnemonic::Stosd | Mnemonic::Stosq
    );
    let finished = if stores_string {
        store_string(cpu, guest, &walker, &instruction, &operand)
    } else {
        carry_out(cpu, guest, &walker, &instruction, &operand)
    };
    Some(match finished {
        Ok(finished) => {
            cpu.skip_instruction(if finished { instruction.len() as u8 } else { 0 });
            Outcome::Resume
        }
        Err(Stopped::Unknown) => return None,
        Err(Stopped::Fault(TranslationError::NotCanonical)) => {
            Outcome::Raise(segment::fault(operand.segment))
        }
        Err(Stopped::Fault(error)) => Outcome::Raise(error.deliver(cpu)),
        Err(Stopped::Memory(error)) => Outcome::Fail(Failure::Memory(error)),
    })
}

/// An instruction's operand in memory.
struct Operand {
    linear: Gva,
    segment: SegmentName,
    size: usize,
    access: Access,
}

impl Operand {
    fn of<C: VirtualCpu>(cpu: &mut C, instruction: &Instruction, mode: CpuMode) -> Option<Self> {
        let index = (0..instruction.op_count()).find(|&index| is_memory(instruction.op_kind(index)))?;
        let long = mode == CpuMode::Long;
        let registers = cpu.all_registers();
        let linear =
            instruction.virtual_address(index, 0, |register, _, _| match segment_name(register) {
                // 64-bit mode has no other bases.
                Some(name) if long && !matches!(name, SegmentName::Fs | SegmentName::Gs) => Some(0),
                Some(name) => Some(cpu.segment(name).base),
                None => get(&registers, register),
            })?;
        let size = instruction.memory_size().size();
        let stores = index == 0 && !matches!(instruction.mnemonic(), Mnemonic::Cmp | Mnemonic::Test);
        let segment = match instruction.op_kind(index) {
            OpKind::Memory => segment_name(instruction.memory_segment())?,
            _ => SegmentName::Es,
        };
        (1..=WIDEST).contains(&size).then_some(Self {
            linear: Gva(if long { linear } else { linear & 0xFFFF_FFFF }),
            segment,
            size,
            access: if stores { Access::Write } else { Access::Read },
        })
    }

    /// Whether this is the access that exited. What lies at RIP now need not be what the CPU executed: its TLB may know an
    /// older page of code.
    fn caused(&self, violation: &EptViolation) -> bool {
        let inside = |gva: Gva| gva.0.wrapping_sub(self.linear.0) < self.size as u64;
        violation.write == (self.access == Access::Write) && violation.gva.is_some_and(inside)
    }

    fn watched(&self) -> Watched {
        if self.access == Access::Write {
            Watched::Write(self.linear)
        } else {
            Watched::Read(self.linear)
        }
    }

    fn span(&self, walker: &Walker, memory: &mut impl GuestRam) -> Result<Span, TranslationError> {
        Span::new(walker, memory, self.linear, self.size, self.size, self.access)
    }
}

const fn segment_name(register: Register) -> Option<SegmentName> {
    Some(match register {
        Register::CS => SegmentName::Cs,
        Register::DS => SegmentName::Ds,
        Register::ES => SegmentName::Es,
        Register::FS => SegmentName::Fs,
        Register::GS => SegmentName::Gs,
        Register::SS => SegmentName::Ss,
        _ => return None,
    })
}

/// A move or a comparison.
fn carry_out<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    walker: &Walker,
    instruction: &Instruction,
    operand: &Operand,
) -> Result<bool, Stopped> {
    let rflags = cpu.read(SystemRegister::Rflags);
    let span = operand.span(walker, &mut guest.memory)?;
    let mut bytes = [0; WIDEST];
    if operand.access == Access::Read {
        span.read(&guest.memory, bytes.upto_mut(operand.size))?;
    }
    let mut registers = cpu.all_registers();
    let executed =
        execute(instruction, &mut registers, rflags, u64::from_le_bytes(bytes)).ok_or(Stopped::Unknown)?;
    if let Some(value) = executed.store {
        span.write(&mut guest.memory, value.to_le_bytes().upto(operand.size))?;
    }
    cpu.set_all_registers(&registers);
    cpu.accessed(operand.watched(), operand.size as u64);
    if executed.rflags != rflags {
        // Arithmetic flags are always valid.
        let _ = cpu.write(SystemRegister::Rflags, executed.rflags);
    }
    Ok(true)
}

/// Reads and decodes the instruction at RIP.
fn fetch<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    mode: CpuMode,
    walker: &Walker,
) -> Option<Instruction> {
    let bits = match mode {
        CpuMode::Real | CpuMode::Virtual8086 | CpuMode::Protected16 | CpuMode::Compatibility16 => 16,
        CpuMode::Protected32 | CpuMode::Compatibility32 => 32,
        CpuMode::Long => 64,
    };
    let rip = cpu.read(SystemRegister::Rip);
    let linear = cpu.segment(SegmentName::Cs).base.wrapping_add(rip);
    let mut bytes = [0; LONGEST];
    let mut have = 0;
    while have < LONGEST {
        let at = Gva(linear.wrapping_add(have as u64));
        let count = (PAGE_SIZE as usize - at.page_offset()).min(LONGEST - have);
        let Ok(physical) = walker.translate(&mut guest.memory, at, Access::Fetch) else {
            break;
        };
        if guest
            .memory
            .read(physical, bytes.past_mut(have).upto_mut(count))
            .is_err()
        {
            break;
        }
        have += count;
    }
    let mut decoder = Decoder::with_ip(bits, bytes.upto(have), rip, DecoderOptions::NONE);
    let instruction = decoder.decode();
    (!instruction.is_invalid()).then_some(instruction)
}

/// What an instruction left behind besides registers.
struct Executed {
    rflags: u64,
    /// What goes to its memory operand.
    store: Option<u64>,
}

/// Does what the instruction does when its memory operand holds `memory`.
fn execute(
    instruction: &Instruction,
    registers: &mut Registers,
    rflags: u64,
    memory: u64,
) -> Option<Executed> {
    let size = instruction.memory_size().size();
    let mut executed = Executed { rflags, store: None };
    match instruction.mnemonic() {
        Mnemonic::Mov if is_memory(instruction.op0_kind()) => {
            executed.store = Some(operand(instruction, 1, registers, memory, size)?);
        }
        Mnemonic::Mov | Mnemonic::Movzx => set(registers, instruction.op0_register(), memory & ones(size))?,
        Mnemonic::Movsx | Mnemonic::Movsxd => {
            set(registers, instruction.op0_register(), sign_extended(memory, size))?;
        }
        Mnemonic::Cmp | Mnemonic::Test => {
            let left = operand(instruction, 0, registers, memory, size)?;
            let right = operand(instruction, 1, registers, memory, size)?;
            let set = if instruction.mnemonic() == Mnemonic::Cmp {
                flags_of_difference(left, right, size)
            } else {
                flags_of_result(left & right, size)
            };
            executed.rflags = rflags & !flag::ALL | set;
        }
        _ => return None,
    }
    Some(executed)
}

/// Whether an operand lies in memory.
const fn is_memory(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Memory | OpKind::MemoryESDI | OpKind::MemoryESEDI | OpKind::MemoryESRDI
    )
}

/// STOS up to the end of the page: behind it there may be memory. Whether that was all of it.
fn store_string<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    walker: &Walker,
    instruction: &Instruction,
    operand: &Operand,
) -> Result<bool, Stopped> {
    let size = operand.size as u64;
    let (mask, keep) = match instruction.op0_kind() {
        OpKind::MemoryESDI => (0xFFFF, !0xFFFF),
        OpKind::MemoryESEDI => (0xFFFF_FFFF, 0),
        _ => (u64::MAX, 0),
    };
    let rflags = cpu.read(SystemRegister::Rflags);
    let down = rflags & flag::DIRECTION != 0;
    let repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
    let offset = cpu.registers().gpr[RDI] & mask;
    let count = if repeated {
        cpu.registers().gpr[RCX] & mask
    } else {
        1
    };
    let room = PAGE_SIZE - operand.linear.page_offset() as u64;
    let here = if down || rflags & flag::TRAP != 0 || room < size || cpu.watches() {
        1
    } else {
        // The CPU has let the first element pass; the others must lie inside the segment, too.
        let reach = segment::reach(cpu, operand.segment, offset, true).unwrap_or(size);
        let bytes = room.min(reach).min((mask - offset).saturating_add(1));
        count.min((bytes / size).max(1))
    };
    if here == 1 {
        let element = cpu.registers().gpr[RAX].to_le_bytes();
        let span = operand.span(walker, &mut guest.memory)?;
        span.write(&mut guest.memory, element.upto(operand.size))?;
        cpu.accessed(operand.watched(), size);
    }
    let distance = if down { size.wrapping_neg() } else { here * size };
    let add = |value: u64, amount: u64| value & keep | value.wrapping_add(amount) & mask;
    let registers = cpu.registers_mut();
    registers.gpr[RDI] = add(registers.gpr[RDI], distance);
    if repeated {
        registers.gpr[RCX] = add(registers.gpr[RCX], here.wrapping_neg());
    }
    Ok(here == count)
}

/// The value of an operand; what is in memory is `memory`.
fn operand(
    instruction: &Instruction,
    index: u32,
    registers: &Registers,
    memory: u64,
    size: usize,
) -> Option<u64> {
    let value = match instruction.op_kind(index) {
        OpKind::Memory => memory,
        OpKind::Register => get(registers, instruction.op_register(index))?,
        _ => instruction.try_immediate(index).ok()?,
    };
    Some(value & ones(size))
}

/// The low `size` bytes as a signed number.
const fn sign_extended(value: u64, size: usize) -> u64 {
    let unused = 64 - 8 * size as u32;
    ((value << unused) as i64 >> unused) as u64
}

/// All ones in so many bytes.
fn ones(size: usize) -> u64 {
    if size >= 8 {
        u64::MAX
    } else {
        (1 << (8 * size)) - 1
    }
}

/// The place of a general register: its number, and how far its bits are shifted (AH, CH, DH, BH).
fn place(register: Register) -> Option<(usize, u32)> {
    if !register.is_gpr() {
        return None;
    }
    let full = register.full_register().number();
    let high = matches!(
        register,
        Register::AH | Register::CH | Register::DH | Register::BH
    );
    Some((full, if high { 8 } else { 0 }))
}

fn get(registers: &Registers, register: Register) -> Option<u64> {
    let (number, shift) = place(register)?;
    Some(registers.gpr[number] >> shift & ones(register.size()))
}

/// Writes a register as an instruction does: 32 bits clear the upper half, 8 and 16 keep the rest.
fn set(registers: &mut Registers, register: Register, value: u64) -> Option<()> {
    let (number, shift) = place(register)?;
    let mask = ones(register.size()) << shift;
    let old = if register.size() == 4 {
        0
    } else {
        registers.gpr[number]
    };
    registers.gpr[number] = old & !mask | value << shift & mask;
    Some(())
}

fn flags_of_result(result: u64, size: usize) -> u64 {
    let sign = 1 << (8 * size.min(8) - 1);
    let mut flags = 0;
    if result & ones(size) == 0 {
        flags |= flag::ZERO;
    }
    if result & sign != 0 {
        flags |= flag::SIGN;
    }
    if (result as u8).count_ones().is_multiple_of(2) {
        flags |= flag::PARITY;
    }
    flags
}

fn flags_of_difference(left: u64, right: u64, size: usize) -> u64 {
    let result = left.wrapping_sub(right) & ones(size);
    let sign = 1 << (8 * size.min(8) - 1);
    let mut flags = flags_of_result(result, size);
    if left < right {
        flags |= flag::CARRY;
    }
    if (left ^ right) & (left ^ result) & sign != 0 {
        flags |= flag::OVERFLOW;
    }
    if (left ^ right ^ result) & 0x10 != 0 {
        flags |= flag::ADJUST;
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use bounds::Cyclic;
    use vmx::state::gpr::{RAX, RBX};

    /// Executes 64-bit code with all registers at a pattern; the registers and flags afterwards.
    fn run(code: &[u8]) -> Option<(Registers, u64)> {
        let mut registers = Registers {
            gpr: Cyclic([0x1111_2222_3333_4444; 16]),
        };
        let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
        let executed = execute(&instruction, &mut registers, 2, u64::MAX)?;
        Some((registers, executed.rflags))
    }

    #[test]
    fn loads_yield_ones_in_their_width() {
        let rax = |code: &[u8]| run(code).unwrap().0.gpr[RAX];
        assert_eq!(rax(&[0x8A, 0x03]), 0x1111_2222_3333_44FF, "mov al, [rbx]");
        assert_eq!(rax(&[0x8A, 0x23]), 0x1111_2222_3333_FF44, "mov ah, [rbx]");
        assert_eq!(rax(&[0x66, 0x8B, 0x03]), 0x1111_2222_3333_FFFF, "mov ax, [rbx]");
        assert_eq!(rax(&[0x8B, 0x03]), 0xFFFF_FFFF, "mov eax, [rbx]");
        assert_eq!(rax(&[0x48, 0x8B, 0x03]), u64::MAX, "mov rax, [rbx]");
        assert_eq!(rax(&[0x0F, 0xB6, 0x03]), 0xFF, "movzx eax, byte [rbx]");
        assert_eq!(rax(&[0x0F, 0xBE, 0x03]), 0xFFFF_FFFF, "movsx eax, byte [rbx]");
        assert_eq!(rax(&[0x48, 0x63, 0x03]), u64::MAX, "movsxd rax, dword [rbx]");
        assert_eq!(
            rax(&[0xA1, 0, 0, 0, 0, 0, 0, 0, 0]),
            0xFFFF_FFFF,
            "mov eax, [moffs]"
        );
    }

    #[test]
    fn stores_have_the_width_of_the_operand() {
        let stored = |code: &[u8]| {
            let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
            let mut registers = Registers {
                gpr: Cyclic([0x1111_2222_3333_4444; 16]),
            };
            execute(&instruction, &mut registers, 2, u64::MAX).unwrap().store
        };
        assert_eq!(stored(&[0x89, 0x03]), Some(0x3333_4444), "mov [rbx], eax");
        assert_eq!(stored(&[0x88, 0x23]), Some(0x44), "mov [rbx], ah");
        assert_eq!(stored(&[0xC7, 0x03, 1, 0, 0, 0]), Some(1), "mov dword [rbx], 1");
        assert_eq!(
            stored(&[0x48, 0xC7, 0x03, 0xFF, 0xFF, 0xFF, 0xFF]),
            Some(u64::MAX)
        );
        assert_eq!(stored(&[0x8B, 0x03]), None);
    }

    #[test]
    fn signs_extend_what_memory_holds() {
        assert_eq!(sign_extended(0x7F, 1), 0x7F);
        assert_eq!(sign_extended(0x80, 1), !0x7F);
        assert_eq!(sign_extended(0xFFFF_8000, 2), !0x7FFF);
        assert_eq!(sign_extended(u64::MAX >> 1, 8), u64::MAX >> 1);
    }

    #[test]
    fn comparisons_set_the_flags() {
        let flags = |code: &[u8]| run(code).unwrap().1;
        assert_eq!(
            flags(&[0x80, 0x3B, 0xFF]),
            2 | flag::ZERO | flag::PARITY,
            "cmp byte [rbx], -1"
        );
        assert_eq!(
            flags(&[0x80, 0x3B, 0x00]),
            2 | flag::SIGN | flag::PARITY,
            "cmp byte [rbx], 0"
        );
        // 4444 - FFFF = 4445 with a borrow.
        assert_eq!(
            flags(&[0x66, 0x3B, 0x03]),
            2 | flag::CARRY | flag::ADJUST,
            "cmp ax, [rbx]"
        );
        assert_eq!(flags(&[0xF6, 0x03, 0x01]), 2, "test byte [rbx], 1");
        assert_eq!(run(&[0x84, 0x03]).unwrap().0.gpr[RBX], 0x1111_2222_3333_4444);
    }

    #[test]
    fn other_instructions_are_left_to_the_report() {
        assert!(run(&[0x01, 0x03]).is_none(), "add [rbx], eax");
        assert!(run(&[0x0F, 0x6F, 0x03]).is_none(), "movq mm0, [rbx]");
        assert!(run(&[0x8E, 0x1B]).is_none(), "mov ds, [rbx]");
    }
}
