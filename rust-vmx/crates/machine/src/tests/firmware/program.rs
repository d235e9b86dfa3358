//! A program that calls the BIOS: it executes INT, and the few instructions of the ROM one by one.

use crate::Stop;
use crate::memory::PhysicalMemory;
use crate::testing::{Bench, plain};
use std::string::String;
use std::vec::Vec;
use vmx::addr::Gpa;
use vmx::exit::reason;
use vmx::state::gpr::RAX;
use vmx::state::{CpuMode, Segment, SegmentName, SystemRegister};

pub const CARRY: u16 = 1;
pub const ZERO: u16 = 1 << 6;
const INTERRUPTS: u16 = 1 << 9;

/// The program's stack, and where it goes on.
const STACK: u64 = 0x7000;
const PROGRAM: u64 = 0x7C00;
/// The segment of handlers that the program hooked interrupts with; the offset is the vector.
const HOOKS: u64 = 0x0060;
const ROM: u64 = 0xF000;

/// Where the ROM's code ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Behind the program's INT.
    Returned,
    /// At HLT, waiting for an interrupt.
    Waits,
    /// At a VMCALL that raised an exception.
    Raised(u8),
}

/// Executes INT with these registers, and the ROM's code; the flags the program has then.
pub fn int(bench: &mut Bench, vector: u8, registers: &[(usize, u64)]) -> u16 {
    int_with(bench, vector, registers, &mut |_, vector| {
        panic!("call of {vector:02X}h")
    })
}

/// What a program does in the handlers of interrupts it has hooked, before they return.
pub type Handler<'a> = &'a mut dyn FnMut(&mut Bench, u8);

/// The same for a program that has hooked interrupts.
pub fn int_with(bench: &mut Bench, vector: u8, registers: &[(usize, u64)], handler: Handler<'_>) -> u16 {
    begin(bench, registers);
    push(bench, INTERRUPTS | 2);
    push(bench, 0);
    push(bench, PROGRAM as u16);
    enter(bench, vector);
    run_with(bench, handler);
    flags(bench)
}

/// The program in real mode, before its INT.
pub fn begin(bench: &mut Bench, registers: &[(usize, u64)]) {
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Real;
    for name in [SegmentName::Cs, SegmentName::Ss, SegmentName::Ds, SegmentName::Es] {
        cpu.segments.insert(name, segment(0));
    }
    cpu.system.insert(SystemRegister::Rsp, STACK);
    for (register, value) in registers {
        cpu.registers.gpr[*register] = *value;
    }
}

/// Goes through a vector of the interrupt table.
pub fn enter(bench: &mut Bench, vector: u8) {
    let entry = bench
        .machine
        .guest_mut()
        .memory
        .read_u32(Gpa(4 * u64::from(vector)))
        .unwrap();
    jump(bench, u64::from(entry >> 16), u64::from(entry & 0xFFFF));
    bench.cpu().system.insert(SystemRegister::Rflags, 2);
}

/// Executes the ROM's code to its end.
pub fn run(bench: &mut Bench) -> End {
    run_with(bench, &mut |_, vector| panic!("call of {vector:02X}h"))
}

fn run_with(bench: &mut Bench, handler: Handler<'_>) -> End {
    loop {
        let (segment, ip) = (bench.cpu().segments[&SegmentName::Cs], bench.rip());
        if u64::from(segment.selector) == HOOKS {
            handler(bench, ip as u8);
            interrupt_return(bench);
            continue;
        }
        if u64::from(segment.selector) != ROM {
            assert_eq!((segment.selector, ip), (0, PROGRAM));
            return End::Returned;
        }
        let code = bench.machine.guest_mut().memory.bytes(segment.base + ip, 3);
        match code[..] {
            [0x0F, 0x01, 0xC1] => {
                if let Some(vector) = call(bench) {
                    return End::Raised(vector);
                }
            }
            [0x50, ..] => {
                let ax = word(bench, RAX);
                push(bench, ax);
                bench.set_rip(ip + 1);
            }
            [0x58, ..] => {
                let ax = pop(bench);
                let rax = &mut bench.cpu().registers.gpr[RAX];
                *rax = *rax & !0xFFFF | u64::from(ax);
                bench.set_rip(ip + 1);
            }
            [0xCD, vector, _] => {
                let flags = flags(bench);
                push(bench, flags);
                push(bench, segment.selector);
                push(bench, ip as u16 + 2);
                enter(bench, vector);
            }
            [0xCF, ..] => interrupt_return(bench),
            [0xE9, low, high] => {
                let distance = u64::from(u16::from_le_bytes([low, high]));
                bench.set_rip((ip + 3 + distance) & 0xFFFF);
            }
            [0xFB, 0xF4, _] => {
                bench.set_rip(ip + 2);
                return End::Waits;
            }
            _ => panic!("{code:02x?} at F000:{ip:04X}"),
        }
    }
}

/// VMCALL; the exception it raised instead of being carried out.
fn call(bench: &mut Bench) -> Option<u8> {
    let mut call = plain(reason::VMCALL);
    call.instruction_length = 3;
    let raised = bench.cpu().delivered.len();
    assert_eq!(bench.exit(call), Stop::Preempted);
    bench.cpu().delivered.get(raised).map(|event| event.vector)
}

/// Hooks an interrupt.
pub fn hook(bench: &mut Bench, vector: u8) {
    let entry = u32::from(vector) | (HOOKS as u32) << 16;
    bench
        .machine
        .guest_mut()
        .memory
        .set32(4 * u64::from(vector), entry);
}

/// Sets or clears the carry flag that a handler returns.
pub fn return_carry(bench: &mut Bench, on: bool) {
    let at = bench.cpu().system[&SystemRegister::Rsp] + 4;
    let flags = memory_word(bench, at) & !CARRY | u16::from(on);
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(at, &flags.to_le_bytes());
}

fn interrupt_return(bench: &mut Bench) {
    let (ip, cs, flags) = (pop(bench), pop(bench), pop(bench));
    jump(bench, cs.into(), ip.into());
    bench
        .cpu()
        .system
        .insert(SystemRegister::Rflags, u64::from(flags));
}

fn jump(bench: &mut Bench, selector: u64, offset: u64) {
    bench.cpu().segments.insert(SegmentName::Cs, segment(selector));
    bench.set_rip(offset);
}

fn push(bench: &mut Bench, value: u16) {
    let stack = bench.cpu().system[&SystemRegister::Rsp] - 2;
    bench.cpu().system.insert(SystemRegister::Rsp, stack);
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(stack, &value.to_le_bytes());
}

fn pop(bench: &mut Bench) -> u16 {
    let stack = bench.cpu().system[&SystemRegister::Rsp];
    bench.cpu().system.insert(SystemRegister::Rsp, stack + 2);
    memory_word(bench, stack)
}

pub fn segment(selector: u64) -> Segment {
    Segment {
        selector: selector as u16,
        base: selector << 4,
        limit: 0xFFFF,
        access: 0x93,
    }
}

pub fn flags(bench: &mut Bench) -> u16 {
    bench.cpu().system[&SystemRegister::Rflags] as u16
}

/// The low half of a register.
pub fn word(bench: &mut Bench, register: usize) -> u16 {
    bench.cpu().registers.gpr[register] as u16
}

pub fn memory_word(bench: &mut Bench, at: u64) -> u16 {
    let bytes = memory(bench, at, 2);
    u16::from_le_bytes([bytes[0], bytes[1]])
}

pub fn memory(bench: &mut Bench, at: u64, length: usize) -> Vec<u8> {
    bench.machine.guest_mut().memory.bytes(at, length)
}

pub fn byte(bench: &mut Bench, at: u64) -> u8 {
    memory(bench, at, 1)[0]
}

/// Characters of a page.
pub fn text(bench: &mut Bench, page: u64, row: u64, length: usize) -> String {
    let cells = memory(bench, 0xB_8000 + page * 4096 + row * 160, 2 * length);
    cells.chunks(2).map(|cell| char::from(cell[0])).collect()
}
