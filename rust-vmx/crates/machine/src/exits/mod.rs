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
use vmx::event::Event;
use vmx::exit::{ExceptionExit, Exit, Instruction, VmExit};
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

/// Handles an exit.
pub fn handle<C, M, H>(cpu: &mut C, guest: &mut Guest<M, H>, exit: &VmExit) -> Outcome
where
    C: VirtualCpu,
    M: GuestRam,
    H: Host,
{
    match exit.exit {
        Exit::ExternalInterrupt | Exit::Nmi => Outcome::Preempted,
        Exit::PreemptionTimer if cpu.slice_over() => Outcome::Preempted,
        Exit::PreemptionTimer | Exit::InterruptWindow | Exit::NmiWindow => Outcome::Attend,
        Exit::Io(access) => io::handle(cpu, guest, &access),
        Exit::EptViolation(violation) => memory::handle(cpu, guest, &violation, exit.vectoring.is_some()),
        Exit::Instruction(instruction) => instruction_exit(cpu, guest, instruction),
        Exit::ControlRegister(access) => control::handle(cpu, guest, &access),
        Exit::ReadMsr(msr) => msr::read(cpu, guest, msr),
        Exit::WriteMsr(msr, value) => msr::write(cpu, guest, msr, value),
        Exit::Exception(exception) => reflect(cpu, &exception),
        Exit::TripleFault => Outcome::Fail(Failure::TripleFault),
        Exit::TaskSwitch(switch) => Outcome::Fail(Failure::TaskSwitch(switch)),
        // INVLPG does not exit with EPT; if it did, the guest's TLB entries were gone with the exit's VPID.
        Exit::Invlpg(_) => Outcome::Done,
        // The machine has one processor: nobody sends it INIT or start-up, and SMIs are the host's.
        Exit::Init | Exit::StartupIpi(_) | Exit::Smi => Outcome::Resume,
        // The controls behind these are off, or (debug registers) the vCPU deals with the exit itself.
        Exit::MonitorTrap
        | Exit::TprBelowThreshold
        | Exit::Apic(..)
        | Exit::DescriptorTable(_)
        | Exit::DebugRegister(_)
        | Exit::EptMisconfiguration(_)
        | Exit::PmlFull
        | Exit::Other(_) => Outcome::Fail(Failure::Unexpected(exit.exit)),
    }
}

fn instruction_exit<C, M, H>(cpu: &mut C, guest: &mut Guest<M, H>, instruction: Instruction) -> Outcome
where
    C: VirtualCpu,
    M: GuestRam,
    H: Host,
{
    match instruction {
        Instruction::Cpuid => system::cpuid(cpu, guest),
        Instruction::Hlt => Outcome::Halt,
        Instruction::Vmcall => hypercall::handle(cpu, guest),
        Instruction::Xsetbv => system::xsetbv(cpu),
        Instruction::Rdtsc => system::rdtsc(cpu, false),
        Instruction::Rdtscp => system::rdtsc(cpu, true),
        // Guest memory is coherent and cached by the host: there is nothing to write back, and nothing may be thrown away.
        Instruction::Invd | Instruction::Wbinvd => Outcome::Done,
        Instruction::Pause => Outcome::Done,
        // There are no performance counters; every index is beyond the last.
        Instruction::Rdpmc => Outcome::Raise(Event::GP),
        // CPUID does not offer these: the processor the guest sees does not know the opcodes.
        Instruction::Getsec
        | Instruction::Rsm
        | Instruction::Vmclear
        | Instruction::Vmlaunch
        | Instruction::Vmptrld
        | Instruction::Vmptrst
        | Instruction::Vmread
        | Instruction::Vmresume
        | Instruction::Vmwrite
        | Instruction::Vmxoff
        | Instruction::Vmxon
        | Instruction::Mwait
        | Instruction::Monitor
        | Instruction::Invept
        | Instruction::Invvpid
        | Instruction::Rdrand
        | Instruction::Invpcid
        | Instruction::Vmfunc
        | Instruction::Encls
        | Instruction::Rdseed
        | Instruction::Xsaves
        | Instruction::Xrstors
        | Instruction::Umwait
        | Instruction::Tpause
        | Instruction::Loadiwkey
        | Instruction::Enclv
        | Instruction::Pconfig => Outcome::Raise(Event::UD),
    }
}

/// An exception that exited goes back to the guest, with the registers the CPU would have set.
fn reflect<C: VirtualCpu>(cpu: &mut C, exception: &ExceptionExit) -> Outcome {
    const PAGE_FAULT: u8 = 14;
    if exception.event.vector == PAGE_FAULT {
        // CR2 takes any value.
        let _ = cpu.write(SystemRegister::Cr2, exception.qualification);
    }
    Outcome::Raise(exception.event)
}
