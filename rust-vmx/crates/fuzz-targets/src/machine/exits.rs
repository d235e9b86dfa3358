//! Exits, decoded from exit-information fields that a CPU could have written: the machine sees no others.

use crate::decoder::Fields;
use crate::input::Input;
use machine::testing::Bench;
use vmx::exit::decode::{decode, event, has_instruction_length};
use vmx::exit::{VmExit, reason as r};
use vmx::state::gpr::{RAX, RCX, RDX};

/// Reasons that are an instruction and nothing more, and events.
const PLAIN: [u16; 32] = [
    r::CPUID,
    r::HLT,
    r::VMCALL,
    r::XSETBV,
    r::RDTSC,
    r::RDTSCP,
    r::INVD,
    r::WBINVD,
    r::PAUSE,
    r::RDPMC,
    r::GETSEC,
    r::RSM,
    r::VMXON,
    r::VMCLEAR,
    r::MWAIT,
    r::MONITOR,
    r::INVEPT,
    r::RDRAND,
    r::XSAVES,
    r::ENCLS,
    r::EXTERNAL_INTERRUPT,
    r::INTERRUPT_WINDOW,
    r::NMI_WINDOW,
    r::PREEMPTION_TIMER,
    r::TRIPLE_FAULT,
    r::INIT,
    r::STARTUP_IPI,
    r::OTHER_SMI,
    r::CPUID,
    r::HLT,
    r::VMCALL,
    r::VMCALL,
];

/// MSRs that somebody answers for, and their neighbours by the low bits of the input.
const MSRS: [u32; 12] = [
    0x10,
    0x1B,
    0x8B,
    0xFE,
    0x174,
    0x1A0,
    0x277,
    0x2FF,
    0x480,
    0xC000_0080,
    0xC000_0100,
    0xC001_0000,
];

/// The next exit; none when the fields describe a failed entry.
pub(super) fn read(bench: &mut Bench, choice: u8, input: &mut Input<'_>) -> Option<VmExit> {
    let mut fields = Fields {
        length: u32::from(choice >> 4),
        ..Fields::default()
    };
    let reason = match choice & 7 {
        0 | 1 => io(&mut fields, input),
        2 => plain(bench, input),
        3 => {
            fields.qualification = input.word().into();
            r::CONTROL_REGISTER
        }
        4 => msr(bench, &mut fields, input),
        5 => {
            fields.qualification = u64::from(input.word() & 0x1FF);
            fields.physical = u64::from(input.long());
            fields.linear = u64::from(input.long());
            r::EPT_VIOLATION
        }
        6 => {
            fields.interruption = 1 << 31 | u32::from(input.word() & 0xFFF);
            fields.error_code = input.byte().into();
            fields.qualification = input.magnitude();
            r::EXCEPTION_OR_NMI
        }
        _ => {
            fields = Fields::read(input);
            u16::from(input.byte()) % 80
        }
    };
    let exit = decode(u32::from(reason), &fields).ok()?;
    let vectoring = if choice & 0x80 == 0 { 0 } else { input.word() };
    Some(VmExit {
        exit,
        reason,
        instruction_length: if has_instruction_length(&exit) {
            fields.length as u8 & 0xF
        } else {
            0
        },
        vectoring: event(
            u32::from(vectoring) << 16 | u32::from(vectoring & 0xFFF),
            || 0,
            || 2,
        ),
    })
}

/// Size, direction, string, REP and immediate in one byte, as table 28-5 has them; then the port, and the string's addressing.
fn io(fields: &mut Fields, input: &mut Input<'_>) -> u16 {
    /// What bits 2:0 can be: one, two or four bytes.
    const SIZES: [u64; 4] = [0, 1, 3, 0];
    let form = u64::from(input.byte());
    let port = u64::from(input.word());
    fields.qualification = port << 16 | form & 0x78 | SIZES[form as usize & 3];
    if form & 0x10 != 0 {
        fields.instruction = u32::from(input.byte()) << 7 | u32::from(input.byte() & 7) << 15;
        fields.linear = input.long().into();
    }
    r::IO
}

fn plain(bench: &mut Bench, input: &mut Input<'_>) -> u16 {
    let reason = input.pick(&PLAIN);
    if reason == r::CPUID {
        let registers = &mut bench.cpu().registers.gpr;
        (registers[RAX], registers[RCX]) = (input.magnitude(), u64::from(input.byte() >> 3));
    }
    reason
}

fn msr(bench: &mut Bench, fields: &mut Fields, input: &mut Input<'_>) -> u16 {
    let choice = input.byte();
    fields.ecx = input.pick(&MSRS).wrapping_add(u32::from(choice & 0x1F));
    if choice & 0x80 == 0 {
        return r::RDMSR;
    }
    fields.edx_eax = match choice >> 5 & 3 {
        0 => input.quad(),
        _ => input.magnitude(),
    };
    let registers = &mut bench.cpu().registers.gpr;
    (registers[RAX], registers[RDX]) = (fields.edx_eax & 0xFFFF_FFFF, fields.edx_eax >> 32);
    r::WRMSR
}
