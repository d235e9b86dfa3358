//! What the machine does about each VM exit: a file per family, and the table that leads there.

pub mod control;
pub mod hypercall;
pub mod io;
pub mod memory;
#[cfg(feature = "mmio")]
mod mmio;
pub mod msr;
mod segment;
mod span;
pub mod system;

use crate::cpu::VirtualCpu;
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use vmx::addr::Gpa;
use vmx::event::Event;
use vmx::exit::reason as r;
use vmx::state::SystemRegister;

/// What follows from an exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The instruction was carried out: the guest continues behind it.
    Done,
    /// The guest continues where it is.
    Resume,
    /// The guest continues where it is, after a look at the devices: one has something for it.
    Attend,
    /// The guest gets this exception instead.
    Raise(Event),
    /// The guest continues where it is, once this page is there: making it takes long.
    Populate(Gpa),
    /// The instruction was HLT.
    Halt,
    /// The host wants the CPU.
    Preempted,
    /// The machine cannot go on.
    Fail(Failure),
}

impl From<Result<(), Event>> for Outcome {
    fn from(result: Result<(), Event>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(event) => Self::Raise(event),
        }
    }
}

/// Handles an exit, by its basic reason. All but the smallest handlers are functions of their own, so that none pays for the registers
/// and the stack that another one needs.
#[inline]
pub fn handle<C, M, H>(cpu: &mut C, guest: &mut Guest<M, H>, reason: u16) -> Outcome
where
    C: VirtualCpu,
    M: GuestRam,
    H: Host,
{
    match reason {
        r::IO => io::handle(cpu, guest),
        r::CPUID => system::cpuid(cpu, guest),
        r::EPT_VIOLATION => memory::handle(cpu, guest),
        r::CONTROL_REGISTER => control::handle(cpu, guest),
        r::RDMSR => msr::read(cpu, guest),
        r::WRMSR => msr::write(cpu, guest),
        r::VMCALL => hypercall::handle(cpu, guest),
        r::HLT => Outcome::Halt,
        r::EXTERNAL_INTERRUPT => Outcome::Preempted,
        r::PREEMPTION_TIMER if cpu.slice_over() => Outcome::Preempted,
        r::PREEMPTION_TIMER | r::INTERRUPT_WINDOW | r::NMI_WINDOW => Outcome::Attend,
        r::XSETBV => system::xsetbv(cpu),
        r::RDTSC => system::rdtsc(cpu, false),
        r::RDTSCP => system::rdtsc(cpu, true),
        r::EXCEPTION_OR_NMI => reflect(cpu),
        r::TRIPLE_FAULT => Outcome::Fail(Failure::TripleFault),
        r::TASK_SWITCH => Outcome::Fail(Failure::TaskSwitch(cpu.task_switch())),
        // Guest memory is coherent and cached by the host: there is nothing to write back, and nothing may be thrown away.
        r::INVD | r::WBINVD => Outcome::Done,
        r::PAUSE => Outcome::Done,
        // It does not exit with EPT; if it did, the guest's TLB entries were gone with the exit's VPID.
        r::INVLPG => Outcome::Done,
        // There are no performance counters; every index is beyond the last.
        r::RDPMC => Outcome::Raise(Event::GP),
        // CPUID does not offer these: the processor the guest sees does not know the opcodes.
        r::GETSEC
        | r::RSM
        | r::VMCLEAR..=r::VMXON
        | r::MWAIT
        | r::MONITOR
        | r::INVEPT
        | r::INVVPID
        | r::RDRAND..=r::RDSEED
        | r::XSAVES..=r::PCONFIG
        | r::UMWAIT..=r::ENCLV => Outcome::Raise(Event::UD),
        // The machine has one processor: nobody sends it INIT or start-up, and SMIs are the host's.
        r::INIT | r::STARTUP_IPI | r::IO_SMI | r::OTHER_SMI => Outcome::Resume,
        // The controls behind these are off, or (debug registers) the vCPU deals with the exit itself.
        _ => Outcome::Fail(Failure::Unexpected(reason)),
    }
}

/// An exception that exited goes back to the guest, with the registers the CPU would have set.
#[inline(never)]
fn reflect<C: VirtualCpu>(cpu: &mut C) -> Outcome {
    const PAGE_FAULT: u8 = 14;
    let Some(exception) = cpu.exception_exit() else {
        return Outcome::Fail(Failure::Unexpected(r::EXCEPTION_OR_NMI));
    };
    if exception.event.vector == PAGE_FAULT {
        // CR2 takes any value.
        let _ = cpu.write(SystemRegister::Cr2, exception.qualification);
    }
    Outcome::Raise(exception.event)
}
