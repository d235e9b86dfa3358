//! The guest's state between exits: registers, modes, memory, as any program could have made them.

use crate::input::Input;
use machine::memory::PhysicalMemory;
use machine::testing::Bench;
use vmx::addr::Gpa;
use vmx::registers::{cr0, cr4, efer};
use vmx::state::{CpuMode, DescriptorTable, Segment, SegmentName, SystemRegister, TableName};

/// Tables that map the first 2 MiB to themselves: 4 levels, PAE, and two levels of 32-bit entries.
const LONG_TABLES: u64 = 0x1_0000;
const PAE_TABLES: u64 = 0x1_4000;
const SHORT_TABLES: u64 = 0x1_6000;
/// Present, writable, for users; a large page.
const TABLE: u64 = 0b111;
const LARGE: u64 = 1 << 7 | TABLE;
/// Where code and strings lie.
const CODE: u64 = 0x7C00;
/// The firmware's stubs, one every eight bytes in its segment.
const STUBS: u64 = 0xE000;
const FIRMWARE: u64 = 0xF_0000;

const SYSTEM: [SystemRegister; 16] = [
    SystemRegister::Rip,
    SystemRegister::Rflags,
    SystemRegister::Cr0,
    SystemRegister::Cr2,
    SystemRegister::Cr3,
    SystemRegister::Cr4,
    SystemRegister::Cr8,
    SystemRegister::Efer,
    SystemRegister::Pat,
    SystemRegister::Xcr0,
    SystemRegister::Dr7,
    SystemRegister::SysenterEip,
    SystemRegister::Lstar,
    SystemRegister::KernelGsBase,
    SystemRegister::TscAux,
    SystemRegister::DebugCtl,
];

const MODES: [CpuMode; 7] = [
    CpuMode::Real,
    CpuMode::Virtual8086,
    CpuMode::Protected16,
    CpuMode::Protected32,
    CpuMode::Compatibility16,
    CpuMode::Compatibility32,
    CpuMode::Long,
];

/// Instructions that touch memory where there may be none: moves, comparisons, strings, and some that are not carried out.
const INSTRUCTIONS: [&[u8]; 14] = [
    &[0x8B, 0x03],
    &[0x89, 0x03],
    &[0x88, 0x0B],
    &[0x8A, 0x0B],
    &[0x48, 0x8B, 0x03],
    &[0xC7, 0x03, 1, 2, 3, 4],
    &[0x0F, 0xB6, 0x03],
    &[0x0F, 0xBF, 0x03],
    &[0x80, 0x3B, 0xFF],
    &[0x84, 0x03],
    &[0xF3, 0xAA],
    &[0xF3, 0x48, 0xA5],
    &[0x01, 0x03],
    &[0xA1, 0, 0, 0, 0xC0, 0, 0, 0, 0],
];

/// What there is to begin with.
pub(super) fn prepare(bench: &mut Bench) {
    let memory = &mut bench.machine.guest_mut().memory;
    memory.set64(LONG_TABLES, (LONG_TABLES + 0x1000) | TABLE);
    memory.set64(LONG_TABLES + 0x1000, (LONG_TABLES + 0x2000) | TABLE);
    memory.set64(LONG_TABLES + 0x2000, LARGE);
    memory.set64(PAE_TABLES, (PAE_TABLES + 0x1000) | 1);
    memory.set64(PAE_TABLES + 0x1000, LARGE);
    memory.set32(SHORT_TABLES, (SHORT_TABLES as u32 + 0x1000) | TABLE as u32);
    for page in 0..512 {
        memory.set32(
            SHORT_TABLES + 0x1000 + 4 * page,
            (page as u32) << 12 | TABLE as u32,
        );
    }
}

/// Changes something.
pub(super) fn change(bench: &mut Bench, choice: u8, input: &mut Input<'_>) {
    match choice & 0xF {
        8 => bench.cpu().registers.gpr[usize::from(choice >> 4)] = value(choice, input),
        9 => {
            bench
                .cpu()
                .system
                .insert(SYSTEM[usize::from(choice >> 4)], value(choice, input));
        }
        10 => mode(bench, choice, input),
        11 => memory(bench, choice, input),
        _ => segment(bench, choice, input),
    }
}

/// A register's value: small, round, or anything.
fn value(choice: u8, input: &mut Input<'_>) -> u64 {
    match choice & 3 {
        0 => input.word().into(),
        1 => input.magnitude(),
        _ => input.quad(),
    }
}

/// A mode with the registers that belong to it, or without.
fn mode(bench: &mut Bench, choice: u8, input: &mut Input<'_>) {
    let mode = MODES[usize::from(choice >> 4) % MODES.len()];
    let details = input.byte();
    let cpu = bench.cpu();
    cpu.mode = mode;
    cpu.shadow = details & 0x80 != 0;
    cpu.debug_trap = details & 0x40 != 0;
    if details & 1 != 0 {
        return;
    }
    let paging = details & 2 == 0 && mode != CpuMode::Real;
    let pae = details & 4 != 0;
    let on = |condition: bool, bits: u64| if condition { bits } else { 0 };
    let (tables, wide, long) = match mode {
        CpuMode::Long | CpuMode::Compatibility16 | CpuMode::Compatibility32 => (LONG_TABLES, true, true),
        _ if pae => (PAE_TABLES, true, false),
        _ => (SHORT_TABLES, false, false),
    };
    for (register, value) in [
        (
            SystemRegister::Cr0,
            on(mode != CpuMode::Real, cr0::PE) | on(paging, cr0::PG),
        ),
        (SystemRegister::Cr3, tables),
        (SystemRegister::Cr4, on(wide, cr4::PAE)),
        (SystemRegister::Efer, on(long, efer::LME | efer::LMA)),
        (SystemRegister::Rip, CODE),
        (
            SystemRegister::Rflags,
            2 | on(details & 8 != 0, 1 << 10) | on(details & 16 != 0, 1 << 9),
        ),
    ] {
        cpu.system.insert(register, value);
    }
    for name in SegmentName::ALL {
        let access = if name == SegmentName::Cs { 0x9B } else { 0x93 };
        let user = if details & 32 == 0 { 0 } else { 0x60 };
        cpu.segments.insert(
            name,
            Segment {
                selector: 0,
                base: 0,
                limit: u32::MAX,
                access: access | user,
            },
        );
    }
}

/// Code at RIP, or bytes anywhere; sometimes the firmware's own code is called instead.
fn memory(bench: &mut Bench, choice: u8, input: &mut Input<'_>) {
    match choice >> 4 {
        0..=3 => {
            let code = input.pick(&INSTRUCTIONS);
            write(bench, CODE, code);
        }
        4..=6 => call_firmware(bench, input.byte()),
        7..=10 => {
            let (table, entry) = (input.pick(&[LONG_TABLES, PAE_TABLES, SHORT_TABLES]), input.word());
            let at = table + (u64::from(entry) & 0x2FF8);
            let value = input.quad();
            write(bench, at, &value.to_le_bytes());
        }
        _ => {
            let (at, count) = (u64::from(input.long()) & 0x1F_FF00, usize::from(input.byte()));
            let bytes = input.bytes(count);
            write(bench, at, bytes);
        }
    }
}

/// The guest writes, as far as the host has memory for it.
fn write(bench: &mut Bench, at: u64, bytes: &[u8]) {
    let _out_of_frames = bench.machine.guest_mut().memory.write(Gpa(at), bytes);
}

/// The guest is at the VMCALL of an interrupt's stub, with a stack that has the interrupt's frame.
fn call_firmware(bench: &mut Bench, vector: u8) {
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Real;
    let real = |base: u64| Segment {
        selector: (base >> 4) as u16,
        base,
        limit: 0xFFFF,
        access: 0x93,
    };
    for name in [SegmentName::Ss, SegmentName::Ds, SegmentName::Es] {
        cpu.segments.insert(name, real(0));
    }
    cpu.segments.insert(SegmentName::Cs, real(FIRMWARE));
    cpu.system
        .insert(SystemRegister::Rip, STUBS + 8 * u64::from(vector));
}

fn segment(bench: &mut Bench, choice: u8, input: &mut Input<'_>) {
    let name = SegmentName::ALL[usize::from(choice >> 4) % SegmentName::ALL.len()];
    let cpu = bench.cpu();
    if choice >> 4 < 8 {
        let segment = Segment {
            selector: input.word(),
            base: input.magnitude(),
            limit: input.long(),
            access: u32::from(input.word()) | u32::from(choice & 0x80) << 9,
        };
        cpu.segments.insert(name, segment);
    } else {
        let table = DescriptorTable {
            base: input.magnitude(),
            limit: input.word(),
        };
        cpu.tables
            .insert(input.pick(&[TableName::Gdtr, TableName::Idtr]), table);
    }
}
