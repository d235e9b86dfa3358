//! Instructions whose memory operand lies where nothing answers: an open bus, all ones.
//!
//! Kernels that look for memory or devices do this with plain moves and comparisons; those are carried out. Anything else
//! there is a mistake of the guest, and its author is better served by a report.

use super::Outcome;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::paging::{Access, Walker};
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use vmx::addr::{Gva, PAGE_SIZE};
use vmx::exit::EptViolation;
use vmx::state::gpr::{RCX, RDI};
use vmx::state::{CpuMode, Registers, SegmentName, SystemRegister};

/// The longest instruction.
const LONGEST: usize = 15;

/// Flags that an arithmetic instruction sets.
mod flag {
    pub const CARRY: u64 = 1;
    pub const PARITY: u64 = 1 << 2;
    pub const ADJUST: u64 = 1 << 4;
    pub const ZERO: u64 = 1 << 6;
    pub const SIGN: u64 = 1 << 7;
    pub const OVERFLOW: u64 = 1 << 11;
    pub const ALL: u64 = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;
    pub const DIRECTION: u64 = 1 << 10;
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
    let instruction = fetch(cpu, guest)?;
    let rflags = cpu.read(SystemRegister::Rflags);
    let registers = cpu.registers_mut();
    let room = PAGE_SIZE - violation.gpa.page_offset() as u64;
    let Executed {
        rflags: new_rflags,
        finished,
    } = execute(&instruction, registers, rflags, room)?;
    log::debug!("{:?} at {}: nothing there", instruction.mnemonic(), violation.gpa);
    if new_rflags != rflags {
        // Arithmetic flags are always valid.
        let _ = cpu.write(SystemRegister::Rflags, new_rflags);
    }
    if finished {
        cpu.skip_instruction(instruction.len() as u8);
    }
    Some(Outcome::Resume)
}

/// Reads and decodes the instruction at RIP.
fn fetch<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Option<Instruction> {
    let bits = match cpu.mode() {
        CpuMode::Real | CpuMode::Virtual8086 | CpuMode::Protected16 | CpuMode::Compatibility16 => 16,
        CpuMode::Protected32 | CpuMode::Compatibility32 => 32,
        CpuMode::Long => 64,
    };
    let rip = cpu.read(SystemRegister::Rip);
    let linear = cpu.segment(SegmentName::Cs).base.wrapping_add(rip);
    let walker = Walker::new(cpu);
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
            .read(physical, &mut bytes[have..have + count])
            .is_err()
        {
            break;
        }
        have += count;
    }
    let mut decoder = Decoder::with_ip(bits, &bytes[..have], rip, DecoderOptions::NONE);
    let instruction = decoder.decode();
    (!instruction.is_invalid()).then_some(instruction)
}

/// What an instruction left behind besides registers.
struct Executed {
    rflags: u64,
    /// False when a repeated instruction has to run again.
    finished: bool,
}

/// Does what the instruction does with a memory operand of ones, `room` bytes from the end of its page.
fn execute(instruction: &Instruction, registers: &mut Registers, rflags: u64, room: u64) -> Option<Executed> {
    let done = |rflags| Executed {
        rflags,
        finished: true,
    };
    // What lies at RIP now need not be what the CPU executed: its TLB may know an older page of code.
    if !instruction.op_kinds().any(is_memory) {
        return None;
    }
    match instruction.mnemonic() {
        Mnemonic::Mov | Mnemonic::Movzx | Mnemonic::Movsx | Mnemonic::Movsxd => {
            if instruction.op0_kind() == OpKind::Register {
                let to = instruction.op0_register();
                let ones = ones(instruction.memory_size().size());
                let extended = match instruction.mnemonic() {
                    Mnemonic::Movsx | Mnemonic::Movsxd => u64::MAX,
                    _ => ones,
                };
                set(registers, to, extended)?;
            }
            Some(done(rflags))
        }
        Mnemonic::Stosb | Mnemonic::Stosw | Mnemonic::Stosd | Mnemonic::Stosq => {
            let finished = store_string(instruction, registers, rflags, room);
            Some(Executed { rflags, finished })
        }
        Mnemonic::Cmp | Mnemonic::Test => {
            let size = instruction.memory_size().size();
            let left = operand(instruction, 0, registers, size)?;
            let right = operand(instruction, 1, registers, size)?;
            let set = if instruction.mnemonic() == Mnemonic::Cmp {
                flags_of_difference(left, right, size)
            } else {
                flags_of_result(left & right, size)
            };
            Some(done(rflags & !flag::ALL | set))
        }
        _ => None,
    }
}

/// Whether an operand lies in memory.
const fn is_memory(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Memory | OpKind::MemoryESDI | OpKind::MemoryESEDI | OpKind::MemoryESRDI
    )
}

/// STOS up to the end of the page: behind it there may be memory. Whether that was all of it.
fn store_string(instruction: &Instruction, registers: &mut Registers, rflags: u64, room: u64) -> bool {
    let size = instruction.memory_size().size().max(1) as u64;
    let (mask, keep) = match instruction.op0_kind() {
        OpKind::MemoryESDI => (0xFFFF, !0xFFFF),
        OpKind::MemoryESEDI => (0xFFFF_FFFF, 0),
        _ => (u64::MAX, 0),
    };
    let down = rflags & flag::DIRECTION != 0;
    let repeated = instruction.has_rep_prefix() || instruction.has_repne_prefix();
    let count = if repeated { registers.gpr[RCX] & mask } else { 1 };
    let here = count.min(if down { 1 } else { (room / size).max(1) });
    let distance = if down { size.wrapping_neg() } else { here * size };
    let add = |value: u64, amount: u64| value & keep | value.wrapping_add(amount) & mask;
    registers.gpr[RDI] = add(registers.gpr[RDI], distance);
    if repeated {
        registers.gpr[RCX] = add(registers.gpr[RCX], here.wrapping_neg());
    }
    here == count
}

/// The value of an operand; memory is ones.
fn operand(instruction: &Instruction, index: u32, registers: &Registers, size: usize) -> Option<u64> {
    let value = match instruction.op_kind(index) {
        OpKind::Memory => u64::MAX,
        OpKind::Register => get(registers, instruction.op_register(index))?,
        _ => instruction.try_immediate(index).ok()?,
    };
    Some(value & ones(size))
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
    Some((full & 15, if high { 8 } else { 0 }))
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
    use vmx::state::gpr::{RAX, RBX};

    /// Executes 64-bit code with all registers at a pattern; the registers and flags afterwards.
    fn run(code: &[u8]) -> Option<(Registers, u64)> {
        let mut registers = Registers {
            gpr: [0x1111_2222_3333_4444; 16],
        };
        let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
        let executed = execute(&instruction, &mut registers, 2, 64)?;
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
    fn stores_are_lost() {
        let (registers, flags) = run(&[0x89, 0x03]).unwrap();
        assert_eq!((registers.gpr, flags), ([0x1111_2222_3333_4444; 16], 2));
        assert!(run(&[0xC7, 0x03, 1, 0, 0, 0]).is_some(), "mov dword [rbx], 1");
        // 64 bytes are left on the page: eight of the many elements.
        let (registers, _) = run(&[0xF3, 0x48, 0xAB]).unwrap();
        assert_eq!(registers.gpr[RCX], 0x1111_2222_3333_4444 - 8, "rep stosq");
        assert_eq!(registers.gpr[RDI], 0x1111_2222_3333_4444 + 64);
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
        assert!(run(&[0x39, 0xD8]).is_none(), "cmp eax, ebx");
        assert!(run(&[0x89, 0xD8]).is_none(), "mov eax, ebx");
        assert!(run(&[0x3D, 1, 0, 0, 0]).is_none(), "cmp eax, 1");
    }
}
