//! A virtual CPU as the machine drives it.
//!
//! [`crate::backend`] implements it over VT-x, the tests over a script. Another backend (AMD SVM, shadow paging) implements
//! this trait and [`GuestRam`](crate::guest::GuestRam), and speaks of exits by the numbers and in the types of [`vmx`]. All methods but [`VirtualCpu::run`] are about the state between an exit and
//! the next entry.

use core::fmt::{self, Display};
use vmx::addr::Gpa;
use vmx::barrier::BarrierCost;
pub use vmx::breakpoint::Watched;
use vmx::event::Event;
use vmx::exit::{ControlRegisterAccess, EptViolation, ExceptionExit, Exit, IoAccess, TaskSwitch};
use vmx::state::{CpuMode, DescriptorTable, Registers, Segment, SegmentName, SystemRegister, TableName, gpr};
pub use vmx::vcpu::Accesses;
pub use vmx::vcpu::{Drill, TripleFault};

/// One virtual CPU.
pub trait VirtualCpu {
    /// Why the CPU could not run the guest at all.
    type Error: Display;

    /// Enters the guest and returns its next exit. From then on host interrupts are disabled,
    /// until [`unload`](Self::unload).
    fn run(&mut self) -> Result<Exit, Self::Error>;
    /// Takes the guest off the CPU and lets the host have it: interrupts are enabled afterwards. Needed before anything
    /// that may block.
    fn unload(&mut self);
    /// Brings the CPU to its state after RESET.
    fn reset(&mut self);

    /// The event whose delivery the exit interrupted: it will be delivered again.
    fn interrupted_event(&self) -> Option<Event>;
    /// The length of the instruction that exited. For exits that an instruction caused
    /// ([`is_instruction`](vmx::exit::reason::is_instruction)).
    fn instruction_length(&mut self) -> u8;
    /// What the instruction does to a port. For I/O exits.
    fn io_access(&mut self) -> IoAccess;
    /// What the instruction does to a control register. For control-register exits.
    fn control_register_access(&mut self) -> ControlRegisterAccess;
    /// The address that EPT did not allow. For EPT violations.
    fn guest_physical(&mut self) -> Gpa;
    /// The access that EPT did not allow. For EPT violations.
    fn ept_violation(&mut self) -> EptViolation;
    /// The exception that exited, none if the CPU describes none. For exit reason 0.
    fn exception_exit(&mut self) -> Option<ExceptionExit>;
    /// The task switch that was attempted. For task-switch exits.
    fn task_switch(&mut self) -> TaskSwitch;

    /// The general-purpose registers but for RSP, which is a system register here.
    fn registers(&mut self) -> &Registers;
    /// The same, to be changed.
    fn registers_mut(&mut self) -> &mut Registers;
    /// A copy of the general-purpose registers with RSP among them, for code that takes them by number.
    fn all_registers(&mut self) -> Registers {
        let mut all = *self.registers();
        all.gpr[gpr::RSP] = self.read(SystemRegister::Rsp);
        all
    }
    /// A general-purpose register by number, RSP like the others.
    fn general(&mut self, index: usize) -> u64 {
        if index == gpr::RSP {
            self.read(SystemRegister::Rsp)
        } else {
            self.registers().gpr[index]
        }
    }
    /// Writes one.
    fn set_general(&mut self, index: usize, value: u64) {
        if index == gpr::RSP {
            // RSP takes any value.
            let _ = self.write(SystemRegister::Rsp, value);
        } else {
            self.registers_mut().gpr[index] = value;
        }
    }
    /// Writes the copy back.
    fn set_all_registers(&mut self, all: &Registers) {
        *self.registers_mut() = *all;
        // RSP takes any value.
        let _ = self.write(SystemRegister::Rsp, all.gpr[gpr::RSP]);
    }
    /// A system register as the guest sees it.
    fn read(&mut self, register: SystemRegister) -> u64;
    /// Writes a system register as the guest's own instruction would, with what follows from it (IA-32e mode, paging
    /// mode, TLB). `Err` is the fault that instruction raises; nothing has changed then.
    fn write(&mut self, register: SystemRegister, value: u64) -> Result<(), Event>;
    /// A segment register with its hidden part.
    fn segment(&mut self, name: SegmentName) -> Segment;
    /// Loads a segment register with its hidden part.
    fn set_segment(&mut self, name: SegmentName, segment: Segment);
    /// GDTR or IDTR.
    fn descriptor_table(&mut self, name: TableName) -> DescriptorTable;
    /// How the CPU interprets addresses and operands now.
    fn mode(&mut self) -> CpuMode;
    /// CPL, 0 to 3.
    fn privilege(&mut self) -> u8;
    /// The address of the four page-directory-pointer-table entries that PAE paging keeps inside the CPU; none in other
    /// modes. After a write to CR0, CR3 or CR4 they are handed over with [`set_pdptes`](Self::set_pdptes).
    fn pdpte_address(&mut self) -> Option<Gpa>;
    /// Loads the four entries; `Err` is the #GP for reserved bits.
    fn set_pdptes(&mut self, entries: [u64; 4]) -> Result<(), Event>;

    /// Finishes the instruction that exited, which was carried out: [`skip_instruction`](Self::skip_instruction) with its length.
    fn finish_instruction(&mut self) {
        let length = self.instruction_length();
        self.skip_instruction(length);
    }
    /// Finishes an instruction that was carried out for the guest: RIP moves behind it, blocking by STI and MOV SS ends, a
    /// single step is due. A length of 0 finishes an iteration of a repeated string instruction.
    fn skip_instruction(&mut self, length: u8);
    /// Whether the guest has breakpoints on data or ports. Then strings must be carried out item by item.
    fn watches(&mut self) -> bool;
    /// An access of so many bytes was carried out for the guest, which may have a breakpoint there. Before
    /// [`skip_instruction`](Self::skip_instruction).
    fn accessed(&mut self, access: Watched, length: u64);
    /// Delivers an event at the next entry. An exception during the delivery of another event becomes what the SDM says;
    /// `Err` when that is a shutdown.
    fn inject(&mut self, event: Event) -> Result<(), TripleFault>;
    /// The event that the next entry will deliver.
    fn pending(&self) -> Option<Event>;
    /// Whether the next entry delivers an event: the one of [`inject`](Self::inject), or one that had to wait behind it.
    fn event_due(&mut self) -> bool;
    /// Whether a debug trap waits for the next entry: the single step of an instruction that was carried out.
    fn debug_trap_pending(&mut self) -> bool;
    /// Whether an external interrupt can be injected now.
    fn accepts_interrupt(&mut self) -> bool;
    /// Asks for an exit as soon as the guest accepts an interrupt, or no longer.
    fn set_interrupt_window(&mut self, wanted: bool);

    /// The accesses to the VMCS since the last call.
    fn take_accesses(&self) -> Accesses;
    /// The host's TSC.
    fn host_tsc(&self) -> u64;
    /// The host TSC value at which the guest leaves at the latest, for [`PREEMPTION_TIMER`](vmx::exit::reason::PREEMPTION_TIMER); `None` leaves the
    /// end of its slice. To be told again from time to time: until then the time between exits and entries is not counted.
    fn set_deadline(&mut self, tsc: Option<u64>);
    /// The host TSC value at which the guest leaves in any case, once it has been entered. To be told before the first [`run`](Self::run).
    fn set_slice_end(&mut self, tsc: u64);
    /// The same, unless it leaves earlier anyway.
    fn shorten_slice(&mut self, tsc: u64);
    /// What the two set. The CPU need not be exact: whoever calls [`run`](Self::run) looks at the clock after each exit.
    fn slice_end(&self) -> u64;
    /// Whether the guest had the CPU for as long as the host lets it.
    fn slice_over(&self) -> bool {
        self.host_tsc() >= self.slice_end()
    }
    /// The difference guest TSC - host TSC.
    fn tsc_offset(&self) -> u64;

    /// Whether [`set_halted`](Self::set_halted) is possible.
    fn can_halt(&self) -> bool;
    /// From the next entry on the guest is halted on the CPU, until the deadline, the end of the slice or an interrupt of the host;
    /// or not any longer. For a guest that accepts interrupts.
    fn set_halted(&mut self, halted: bool);

    /// What barriers between guests took so far.
    fn barrier_cost(&self) -> BarrierCost;
    /// Sets the difference guest TSC - host TSC.
    fn set_tsc_offset(&mut self, offset: u64);

    /// Explains the state that the next entry will start from, for people who learn, and whether the CPU will take it.
    fn explain(&mut self, out: &mut dyn fmt::Write) -> fmt::Result;

    /// Spoils the next entry so that the CPU refuses it: a drill.
    fn refuse(&mut self, drill: Drill);

    /// Writes the backend's own state that explains a failure, one item a line.
    fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result;
}
