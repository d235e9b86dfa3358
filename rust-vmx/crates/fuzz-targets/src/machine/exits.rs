//! Exits, decoded from exit-information fields that a CPU could have written: the machine sees no others.

use crate::decoder::Fields;
use crate::input::Input;
use machine::testing::{Bench, Exit, ScriptedExit};
use vmx::event::EventKind;
use vmx::exit::{decode, reason as r};
use vmx::state::gpr::{RAX, RCX};

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

/// The next exit.
pub(super) fn read(bench: &mut Bench, choice: u8, input: &mut Input<'_>) -> ScriptedExit {
    let mut fields = Fields {
        length: u32::from(choice >> 4),
        ..Fields::default()
    };
    let exit = match choice & 7 {
        0 | 1 => io(&mut fields, input),
        2 => Exit::Plain(plain(bench, input)),
        3 => Exit::ControlRegister(decode::control_register(input.word().into())),
        4 => msr(input),
        5 => {
            fields.qualification = u64::from(input.word() & 0x1FF);
            fields.physical = u64::from(input.long());
            fields.linear = u64::from(input.long());
            Exit::EptViolation(decode::ept_violation(&fields))
        }
        6 => {
            fields.interruption = 1 << 31 | u32::from(input.word() & 0xFFF);
            fields.error_code = input.byte().into();
            fields.qualification = input.magnitude();
            exception(&fields)
        }
        _ => {
            fields = Fields::read(input);
            any(u16::from(input.byte()) % 80, &fields)
        }
    };
    if choice & 0x80 != 0 {
        let vectoring = u32::from(input.word());
        fields.vectoring = vectoring << 16 | vectoring & 0xFFF;
    }
    let reason = exit.reason();
    ScriptedExit {
        exit,
        instruction_length: fields.length as u8 & 0xF,
        interrupted: r::may_interrupt_delivery(reason)
            .then(|| decode::vectoring(&fields))
            .flatten(),
    }
}

/// An exit of any reason, as its fields have it.
fn any(reason: u16, fields: &Fields) -> Exit {
    match reason {
        r::EXCEPTION_OR_NMI => exception(fields),
        r::TASK_SWITCH => Exit::TaskSwitch(decode::task_switch(fields.qualification)),
        r::CONTROL_REGISTER => Exit::ControlRegister(decode::control_register(fields.qualification)),
        r::IO => Exit::Io(decode::io(fields)),
        r::RDMSR => Exit::ReadMsr(fields.instruction),
        r::WRMSR => Exit::WriteMsr(fields.instruction, fields.linear),
        r::EPT_VIOLATION => Exit::EptViolation(decode::ept_violation(fields)),
        other => Exit::Plain(other),
    }
}

/// NMIs belong to the host, and the vCPU reports them as its interrupts.
fn exception(fields: &Fields) -> Exit {
    match decode::exception(fields) {
        Some(exit) if exit.event.kind == EventKind::Nmi => Exit::Plain(r::EXTERNAL_INTERRUPT),
        exception => Exit::Exception(exception),
    }
}

/// Size, direction, string, REP and immediate in one byte, as table 28-5 has them; then the port, and the string's addressing.
fn io(fields: &mut Fields, input: &mut Input<'_>) -> Exit {
    /// What bits 2:0 can be: one, two or four bytes.
    const SIZES: [u64; 4] = [0, 1, 3, 0];
    let form = u64::from(input.byte());
    let port = u64::from(input.word());
    fields.qualification = port << 16 | form & 0x78 | SIZES[form as usize & 3];
    if form & 0x10 != 0 {
        fields.instruction = u32::from(input.byte()) << 7 | u32::from(input.byte() & 7) << 15;
        fields.linear = input.long().into();
    }
    Exit::Io(decode::io(fields))
}

fn plain(bench: &mut Bench, input: &mut Input<'_>) -> u16 {
    let reason = input.pick(&PLAIN);
    if reason == r::CPUID {
        let registers = &mut bench.cpu().registers.gpr;
        (registers[RAX], registers[RCX]) = (input.magnitude(), u64::from(input.byte() >> 3));
    }
    reason
}

fn msr(input: &mut Input<'_>) -> Exit {
    let choice = input.byte();
    let msr = input.pick(&MSRS).wrapping_add(u32::from(choice & 0x1F));
    if choice & 0x80 == 0 {
        return Exit::ReadMsr(msr);
    }
    let value = match choice >> 5 & 3 {
        0 => input.quad(),
        _ => input.magnitude(),
    };
    Exit::WriteMsr(msr, value)
}
