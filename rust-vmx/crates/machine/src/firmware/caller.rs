//! The real-mode program that called a service.

use crate::cpu::VirtualCpu;
use crate::memory::PhysicalMemory;
use vmx::addr::Gpa;
use vmx::state::gpr::{RAX, RBX, RCX, RDX};
use vmx::state::{SegmentName, SystemRegister};

/// Flags in the interrupt frame.
const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;
/// The place of the flags in the frame, after IP and CS.
const FLAGS: u64 = 4;

/// The caller's registers, under the names the BIOS' manuals use.
pub struct Caller<'a, C: VirtualCpu> {
    /// The CPU itself.
    pub cpu: &'a mut C,
}

impl<'a, C: VirtualCpu> Caller<'a, C> {
    /// The caller on this CPU.
    pub fn new(cpu: &'a mut C) -> Self {
        Self { cpu }
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

    /// The physical address of an offset in a segment.
    pub fn address(&mut self, segment: SegmentName, offset: u16) -> Gpa {
        Gpa(self.cpu.segment(segment).base + u64::from(offset))
    }

    /// Sets or clears the carry flag that the caller finds after IRET.
    pub fn set_carry(&mut self, memory: &mut impl PhysicalMemory, on: bool) {
        self.set_flag(memory, CARRY, on);
    }

    /// Sets or clears the zero flag that the caller finds after IRET.
    pub fn set_zero(&mut self, memory: &mut impl PhysicalMemory, on: bool) {
        self.set_flag(memory, ZERO, on);
    }

    fn set_flag(&mut self, memory: &mut impl PhysicalMemory, flag: u16, on: bool) {
        let stack = self.cpu.read(SystemRegister::Rsp) as u16;
        let at = self.address(SegmentName::Ss, stack.wrapping_add(FLAGS as u16));
        let mut bytes = [0; 2];
        // A stack outside memory is the caller's problem: its IRET reads from there as well.
        if memory.read(at, &mut bytes).is_ok() {
            let flags = u16::from_le_bytes(bytes);
            let flags = if on { flags | flag } else { flags & !flag };
            let _ = memory.write(at, &flags.to_le_bytes());
        }
    }

    /// Lets the caller wait for an interrupt and then calls the service again.
    pub fn wait(&mut self, vector: u8) {
        // RIP takes any offset of the ROM's segment.
        let _ = self
            .cpu
            .write(SystemRegister::Rip, u64::from(super::rom::wait(vector)));
    }
}
