//! The real-mode program that called a service, in real or in virtual-8086 mode.

use super::linear::{Linear, Unreachable};
use super::rom::Routine;
use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use devices::Width;
use vmx::state::gpr::{RAX, RBX, RCX, RDX};
use vmx::state::{Registers, SegmentName, SystemRegister};

/// Flags.
const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;
/// The place of the flags in the frame that INT, or PUSHF and a far call, left on the stack: behind IP and CS.
const FLAGS: u16 = 4;

/// The program, with the machine it runs on. Registers go by the names that the BIOS' manuals use; addresses of memory
/// are linear ones.
pub struct Caller<'a, C: VirtualCpu, M: GuestRam, H: Host> {
    /// The CPU.
    pub cpu: &'a mut C,
    /// Everything else.
    pub guest: &'a mut Guest<M, H>,
    memory: Linear,
    /// The registers at the call.
    called_with: Registers,
    next: Next,
}

/// Where the program goes on.
#[derive(Clone, Copy)]
enum Next {
    /// Behind the VMCALL.
    Return,
    /// In this routine of the ROM.
    Routine(Routine),
    /// Where the CPU is now.
    Here,
}

impl<'a, C: VirtualCpu, M: GuestRam, H: Host> Caller<'a, C, M, H> {
    /// The caller on this CPU.
    pub fn new(cpu: &'a mut C, guest: &'a mut Guest<M, H>, memory: Linear) -> Self {
        let called_with = *cpu.registers();
        Self {
            cpu,
            guest,
            memory,
            called_with,
            next: Next::Return,
        }
    }

    /// What follows from the call. A page fault during the service is the program's: its kernel mends it, and the call begins anew, with
    /// the registers it was made with.
    pub fn finish(self) -> Outcome {
        if let Some(fault) = self.memory.fault() {
            *self.cpu.registers_mut() = self.called_with;
            return Outcome::Raise(fault.deliver(self.cpu));
        }
        match self.next {
            Next::Return => Outcome::Done,
            Next::Here => Outcome::Resume,
            Next::Routine(routine) => {
                let base = self.cpu.segment(SegmentName::Cs).base;
                // RIP takes any offset of the segment that the ROM is in.
                let _ = self.cpu.write(SystemRegister::Rip, routine.offset_from(base));
                Outcome::Resume
            }
        }
    }

    /// Goes on in a routine of the ROM instead of behind the call.
    pub fn go_on_in(&mut self, routine: Routine) {
        self.next = Next::Routine(routine);
    }

    /// Goes on where the CPU was put.
    pub fn stay(&mut self) {
        self.next = Next::Here;
    }

    /// The low 16 bits of a general register.
    pub fn word(&mut self, register: usize) -> u16 {
        self.cpu.registers().gpr[register] as u16
    }

    /// Replaces the low 16 bits of a general register.
    pub fn set_word(&mut self, register: usize, value: u16) {
        let register = &mut self.cpu.registers_mut().gpr[register];
        *register = *register & !0xFFFF | u64::from(value);
    }

    /// AH, BH, CH or DH.
    pub fn high(&mut self, register: usize) -> u8 {
        (self.word(register) >> 8) as u8
    }

    /// AL, BL, CL or DL.
    pub fn low(&mut self, register: usize) -> u8 {
        self.word(register) as u8
    }

    /// Replaces AH, BH, CH or DH.
    pub fn set_high(&mut self, register: usize, value: u8) {
        let low = self.word(register) & 0xFF;
        self.set_word(register, u16::from(value) << 8 | low);
    }

    /// Replaces AL, BL, CL or DL.
    pub fn set_low(&mut self, register: usize, value: u8) {
        let high = self.word(register) & 0xFF00;
        self.set_word(register, high | u16::from(value));
    }

    /// AH, the service's number.
    pub fn ah(&mut self) -> u8 {
        self.high(RAX)
    }

    /// AL.
    pub fn al(&mut self) -> u8 {
        self.low(RAX)
    }

    /// BX.
    pub fn bx(&mut self) -> u16 {
        self.word(RBX)
    }

    /// CX.
    pub fn cx(&mut self) -> u16 {
        self.word(RCX)
    }

    /// DX.
    pub fn dx(&mut self) -> u16 {
        self.word(RDX)
    }

    /// Loads a segment register as MOV does in real and in virtual-8086 mode.
    pub fn set_segment(&mut self, name: SegmentName, selector: u16) {
        let mut segment = self.cpu.segment(name);
        segment.selector = selector;
        segment.base = u64::from(selector) << 4;
        self.cpu.set_segment(name, segment);
    }

    /// The linear address of an offset in a segment.
    pub fn address(&mut self, segment: SegmentName, offset: u16) -> u64 {
        self.cpu.segment(segment).base + u64::from(offset)
    }

    /// Reads memory of the program.
    pub fn read(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), Unreachable> {
        self.memory.read(&mut self.guest.memory, at, bytes)
    }

    /// Writes memory of the program.
    pub fn write(&mut self, at: u64, bytes: &[u8]) -> Result<(), Unreachable> {
        self.memory.write(&mut self.guest.memory, at, bytes)
    }

    /// Reads a byte; 0 where there is none.
    pub fn load_byte(&mut self, at: u64) -> u8 {
        let mut bytes = [0];
        let _ = self.read(at, &mut bytes);
        bytes[0]
    }

    /// Reads a word.
    pub fn load_word(&mut self, at: u64) -> u16 {
        let mut bytes = [0; 2];
        let _ = self.read(at, &mut bytes);
        u16::from_le_bytes(bytes)
    }

    /// Writes bytes; lost where there is no memory.
    pub fn store(&mut self, at: u64, bytes: &[u8]) {
        let _ = self.write(at, bytes);
    }

    /// Writes a byte.
    pub fn store_byte(&mut self, at: u64, value: u8) {
        self.store(at, &[value]);
    }

    /// Writes a word.
    pub fn store_word(&mut self, at: u64, value: u16) {
        self.store(at, &value.to_le_bytes());
    }

    /// Sets or clears the carry flag that the caller finds after IRET.
    pub fn set_carry(&mut self, on: bool) {
        self.set_flag(CARRY, on);
    }

    /// Sets or clears the zero flag that the caller finds after IRET.
    pub fn set_zero(&mut self, on: bool) {
        self.set_flag(ZERO, on);
    }

    fn set_flag(&mut self, flag: u16, on: bool) {
        let stack = self.cpu.read(SystemRegister::Rsp) as u16;
        let at = self.address(SegmentName::Ss, stack.wrapping_add(FLAGS));
        // A stack outside memory is the caller's problem: its IRET reads from there as well.
        let flags = self.load_word(at);
        self.store_word(at, if on { flags | flag } else { flags & !flag });
    }

    /// The CPU's carry flag, for routines of the ROM that call others.
    pub fn carry_now(&mut self) -> bool {
        self.cpu.read(SystemRegister::Rflags) & u64::from(CARRY) != 0
    }

    /// Sets it.
    pub fn set_carry_now(&mut self) {
        let flags = self.cpu.read(SystemRegister::Rflags);
        // CF may be set in every mode.
        let _ = self.cpu.write(SystemRegister::Rflags, flags | u64::from(CARRY));
    }

    /// IN of a byte.
    pub fn input(&mut self, port: u16) -> u8 {
        let now = self.guest.now();
        self.guest.board.read(port, Width::Byte, now) as u8
    }

    /// OUT of a byte.
    pub fn output(&mut self, port: u16, value: u8) {
        let now = self.guest.now();
        self.guest.board.write(port, Width::Byte, u32::from(value), now);
    }
}
