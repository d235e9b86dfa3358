//! A virtual CPU as the machine drives it.
//!
//! [`crate::backend`] implements it over VT-x; the tests over a script. Another backend (AMD SVM, shadow paging) needs
//! nothing from this crate but this trait.

use core::fmt::Display;
use vmx::event::Event;
use vmx::exit::VmExit;
use vmx::state::{DescriptorTable, Registers, Segment, SegmentName, SystemRegister};

/// One virtual CPU. All methods but [`run`](Self::run) are about the state between an exit and the next entry.
pub trait VirtualCpu {
    /// Why the CPU could not run the guest at all.
    type Error: Display;

    /// Enters the guest and returns its next exit. The caller has host interrupts disabled.
    fn run(&mut self) -> Result<VmExit, Self::Error>;

    /// The general-purpose registers, RSP included.
    fn registers(&self) -> &Registers;
    /// The same, to be changed.
    fn registers_mut(&mut self) -> &mut Registers;

    /// A system register as the guest sees it.
    fn system(&self, register: SystemRegister) -> u64;
    /// Changes a system register as the guest sees it. What is architecturally wrong was refused before; bits that the
    /// hardware needs otherwise (CR0.NE, CR4.VMXE) are the backend's business. Setting EFER.LMA switches IA-32e mode.
    fn set_system(&mut self, register: SystemRegister, value: u64);

    /// A segment register with its hidden part.
    fn segment(&self, name: SegmentName) -> Segment;
    /// Changes a segment register.
    fn set_segment(&mut self, name: SegmentName, segment: Segment);
    /// GDTR.
    fn gdtr(&self) -> DescriptorTable;
    /// Changes GDTR.
    fn set_gdtr(&mut self, table: DescriptorTable);
    /// IDTR.
    fn idtr(&self) -> DescriptorTable;
    /// Changes IDTR.
    fn set_idtr(&mut self, table: DescriptorTable);
    /// Loads the four page-directory-pointer-table entries that PAE paging keeps inside the CPU.
    fn set_pdptes(&mut self, entries: [u64; 4]);

    /// Moves RIP behind the instruction that exited; ends STI and MOV SS blocking, as executing it would.
    fn skip_instruction(&mut self, length: u8);

    /// Whether an external interrupt could be delivered now: IF set and no blocking by STI or MOV SS.
    fn interruptible(&self) -> bool;
    /// Whether an NMI could be delivered now.
    fn nmi_allowed(&self) -> bool;
    /// Delivers `event` at the next entry. There is at most one: see [`injecting`](Self::injecting).
    fn inject(&mut self, event: Event);
    /// The event that the next entry will deliver.
    fn injecting(&self) -> Option<Event>;
    /// Asks for an exit as soon as the guest can take an interrupt.
    fn set_interrupt_window(&mut self, wanted: bool);

    /// Bounds the next entry: it ends at most `ticks` of the TSC later.
    fn set_deadline(&mut self, ticks: u64);

    /// The present value of the host's TSC.
    fn host_tsc(&self) -> u64;
    /// What the guest's RDTSC yields now.
    fn guest_tsc(&self) -> u64;
    /// Makes the guest's TSC continue at `value`.
    fn set_guest_tsc(&mut self, value: u64);

    /// What CPUID of the host's CPU answers: EAX, EBX, ECX, EDX.
    fn host_cpuid(&self, leaf: u32, subleaf: u32) -> [u32; 4];
    /// The bits of XCR0 that this CPU can switch for a guest.
    fn supported_xcr0(&self) -> u64;
    /// Brings the CPU to its state after RESET: registers, pending events, extended state.
    fn reset(&mut self);
}
