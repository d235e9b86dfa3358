//! A CPU that exits as a script says.

use super::exit::{Exit, ScriptedExit, plain};
use crate::cpu::{Accesses, Drill, TripleFault, VirtualCpu, Watched};
use core::fmt;
use std::collections::{HashMap, VecDeque};
use std::string::String;
use std::vec::Vec;
use vmx::addr::Gpa;
use vmx::barrier::BarrierCost;
use vmx::event::{Event, EventKind};
use vmx::exit::{
    self as cpu_exit, ControlRegisterAccess, EptViolation, ExceptionExit, IoAccess, TaskSwitch, reason,
};
use vmx::state::{CpuMode, DescriptorTable, Registers, Segment, SegmentName, SystemRegister, TableName, gpr};

/// A step of the script: what the guest did before the exit, and the exit.
type Step = std::boxed::Box<dyn FnOnce(&mut FakeCpu) -> ScriptedExit>;

/// A step that is repeated.
type Habit = std::boxed::Box<dyn FnMut(&mut FakeCpu) -> ScriptedExit>;

/// The CPU. Everything is open to tests.
pub struct FakeCpu {
    /// The exits to come.
    pub script: VecDeque<Step>,
    /// What it does when the script has ended.
    pub habit: Option<Habit>,
    /// The exit that the machine handles.
    pub exit: ScriptedExit,
    /// The general registers.
    pub registers: Registers,
    /// Those that are read and written one at a time; the others are 0.
    pub system: HashMap<SystemRegister, u64>,
    /// The segment registers.
    pub segments: HashMap<SegmentName, Segment>,
    /// GDTR and IDTR.
    pub tables: HashMap<TableName, DescriptorTable>,
    /// What [`VirtualCpu::mode`] answers, whatever the control registers say.
    pub mode: CpuMode,
    /// Registers whose next write is refused with #GP.
    pub refused: Vec<SystemRegister>,
    /// What [`VirtualCpu::set_pdptes`] loaded last.
    pub pdptes: [u64; 4],
    /// The event that the next entry delivers.
    pub pending: Option<Event>,
    /// What entries delivered, oldest first.
    pub delivered: Vec<Event>,
    /// Blocking by STI or MOV SS.
    pub shadow: bool,
    /// A single step is to be delivered.
    pub debug_trap: bool,
    /// Accesses for the guest, while it watches data or ports.
    pub watched: Option<Vec<(Watched, u64)>>,
    /// An exit is wanted as soon as the guest accepts an interrupt.
    pub window: bool,
    /// When the next entry ends at the latest.
    pub deadline: Option<u64>,
    /// When the slice ends.
    pub slice_end: u64,
    /// The host's time-stamp counter; each entry takes ten of it.
    pub tsc: u64,
    /// How many ticks the host takes with each [`VirtualCpu::unload`], and with loading again.
    pub away: u64,
    /// How often the guest was entered.
    pub entries: usize,
    /// Its timer runs down early, so that an exit by it says nothing about the time.
    pub early_timer: bool,
    /// The last exit was the timer's, for the slice.
    pub ran_down: bool,
    /// What the guest's counter is ahead of it.
    pub tsc_offset: u64,
    /// What barriers took.
    pub barrier_cost: BarrierCost,
    /// The guest is on the CPU: entered, and not unloaded since.
    pub loaded: bool,
    /// How often it was unloaded.
    pub unloads: u32,
    /// The next entry finds the guest halted.
    pub halted: bool,
    /// How often it was reset.
    pub resets: usize,
    /// The next entry is refused.
    pub drill: Option<Drill>,
}

impl Default for FakeCpu {
    fn default() -> Self {
        Self {
            script: VecDeque::new(),
            habit: None,
            exit: plain(0),
            registers: Registers::default(),
            system: HashMap::from([(SystemRegister::Rip, 0xFFF0), (SystemRegister::Rflags, 2)]),
            segments: HashMap::new(),
            tables: HashMap::new(),
            mode: CpuMode::Long,
            refused: Vec::new(),
            pdptes: [0; 4],
            pending: None,
            delivered: Vec::new(),
            shadow: false,
            debug_trap: false,
            watched: None,
            window: false,
            deadline: None,
            slice_end: 0,
            tsc: 1000,
            away: 0,
            entries: 0,
            early_timer: false,
            ran_down: false,
            tsc_offset: 0,
            barrier_cost: BarrierCost::default(),
            loaded: false,
            unloads: 0,
            halted: false,
            resets: 0,
            drill: None,
        }
    }
}

impl FakeCpu {
    /// Adds a step: a change of the guest's state, and its exit.
    pub fn then(&mut self, step: impl FnOnce(&mut Self) -> ScriptedExit + 'static) -> &mut Self {
        self.script.push_back(std::boxed::Box::new(step));
        self
    }

    /// Repeats a step for ever, once the script has ended.
    pub fn always(&mut self, step: impl FnMut(&mut Self) -> ScriptedExit + 'static) {
        self.habit = Some(std::boxed::Box::new(step));
    }

    /// The exit of the next step.
    fn step(&mut self) -> Option<ScriptedExit> {
        if let Some(step) = self.script.pop_front() {
            return Some(step(self));
        }
        let mut habit = self.habit.take()?;
        let exit = habit(self);
        self.habit = Some(habit);
        Some(exit)
    }

    /// The host does something else for a while.
    fn pass_away(&mut self) {
        self.tsc += self.away;
    }
}

impl VirtualCpu for FakeCpu {
    type Error = String;

    fn run(&mut self) -> Result<cpu_exit::Exit, String> {
        if !core::mem::replace(&mut self.loaded, true) {
            self.pass_away();
        }
        self.tsc += 10;
        self.entries += 1;
        if let Some(drill) = self.drill.take() {
            return Err(std::format!("refused for the {drill:?} drill"));
        }
        if core::mem::take(&mut self.debug_trap) {
            self.delivered.push(Event::fault(1));
        }
        self.delivered.extend(self.pending.take());
        self.exit = self.step().ok_or("the script ended")?;
        let timer = self.exit.exit == Exit::Plain(reason::PREEMPTION_TIMER) && !self.early_timer;
        // A timer that the script lets run down is the slice's, unless a device's is due.
        self.ran_down = timer && self.deadline.is_none_or(|deadline| deadline > self.tsc);
        let registers = &mut self.registers;
        match self.exit.exit {
            Exit::ReadMsr(msr) => registers.set32(gpr::RCX, msr),
            Exit::WriteMsr(msr, value) => {
                registers.set32(gpr::RCX, msr);
                registers.set32(gpr::RAX, value as u32);
                registers.set32(gpr::RDX, (value >> 32) as u32);
            }
            _ => {}
        }
        self.pending = self.pending.or(self.exit.interrupted);
        Ok(cpu_exit::Exit {
            reason: self.exit.exit.reason(),
            rip: self.read(SystemRegister::Rip),
        })
    }

    fn interrupted_event(&self) -> Option<Event> {
        self.exit.interrupted
    }

    fn instruction_length(&mut self) -> u8 {
        self.exit.instruction_length
    }

    fn io_access(&mut self) -> IoAccess {
        match self.exit.exit {
            Exit::Io(access) => access,
            other => panic!("{other:?} has no port"),
        }
    }

    fn control_register_access(&mut self) -> ControlRegisterAccess {
        match self.exit.exit {
            Exit::ControlRegister(access) => access,
            other => panic!("{other:?} has no control register"),
        }
    }

    fn guest_physical(&mut self) -> Gpa {
        self.ept_violation().gpa
    }

    fn ept_violation(&mut self) -> EptViolation {
        match self.exit.exit {
            Exit::EptViolation(violation) => violation,
            other => panic!("{other:?} has no address"),
        }
    }

    fn exception_exit(&mut self) -> Option<ExceptionExit> {
        match self.exit.exit {
            Exit::Exception(exception) => exception,
            other => panic!("{other:?} is no exception"),
        }
    }

    fn task_switch(&mut self) -> TaskSwitch {
        match self.exit.exit {
            Exit::TaskSwitch(switch) => switch,
            other => panic!("{other:?} is no task switch"),
        }
    }

    fn unload(&mut self) {
        if core::mem::replace(&mut self.loaded, false) {
            self.unloads += 1;
            self.pass_away();
        }
    }

    fn reset(&mut self) {
        self.resets += 1;
        self.pending = None;
        self.registers = Registers::default();
    }

    fn registers(&mut self) -> &Registers {
        &self.registers
    }

    fn registers_mut(&mut self) -> &mut Registers {
        &mut self.registers
    }

    fn read(&mut self, register: SystemRegister) -> u64 {
        self.system.get(&register).copied().unwrap_or(0)
    }

    fn write(&mut self, register: SystemRegister, value: u64) -> Result<(), Event> {
        if let Some(index) = self.refused.iter().position(|refused| *refused == register) {
            self.refused.remove(index);
            return Err(Event::GP);
        }
        self.system.insert(register, value);
        Ok(())
    }

    fn segment(&mut self, name: SegmentName) -> Segment {
        self.segments.get(&name).copied().unwrap_or_default()
    }

    fn set_segment(&mut self, name: SegmentName, segment: Segment) {
        self.segments.insert(name, segment);
    }

    fn descriptor_table(&mut self, name: TableName) -> DescriptorTable {
        self.tables.get(&name).copied().unwrap_or_default()
    }

    fn mode(&mut self) -> CpuMode {
        self.mode
    }

    fn privilege(&mut self) -> u8 {
        (self.segment(SegmentName::Ss).access >> 5 & 3) as u8
    }

    fn pdpte_address(&mut self) -> Option<Gpa> {
        let pae = self.read(SystemRegister::Cr4) & 1 << 5 != 0;
        let paging = self.read(SystemRegister::Cr0) & 1 << 31 != 0;
        (pae && paging && self.mode == CpuMode::Protected32)
            .then_some(Gpa(self.read(SystemRegister::Cr3) & 0xFFFF_FFE0))
    }

    fn set_pdptes(&mut self, entries: [u64; 4]) -> Result<(), Event> {
        if entries.iter().any(|entry| entry & 1 != 0 && entry & 0b110 != 0) {
            return Err(Event::GP);
        }
        self.pdptes = entries;
        Ok(())
    }

    fn skip_instruction(&mut self, length: u8) {
        *self.system.entry(SystemRegister::Rip).or_default() += u64::from(length);
        self.shadow = false;
        self.debug_trap |= self.read(SystemRegister::Rflags) & 1 << 8 != 0;
    }

    fn watches(&mut self) -> bool {
        self.watched.is_some()
    }

    fn accessed(&mut self, access: Watched, length: u64) {
        if let Some(accesses) = &mut self.watched {
            accesses.push((access, length));
        }
    }

    fn inject(&mut self, event: Event) -> Result<(), TripleFault> {
        let exception = |event: &Event| event.kind == EventKind::HardwareException;
        if exception(&event)
            && self
                .pending
                .as_ref()
                .is_some_and(|first| exception(first) && first.vector == 8)
        {
            return Err(TripleFault);
        }
        self.pending = Some(event);
        Ok(())
    }

    fn pending(&self) -> Option<Event> {
        self.pending
    }

    fn event_due(&mut self) -> bool {
        self.pending.is_some()
    }

    fn debug_trap_pending(&mut self) -> bool {
        self.debug_trap
    }

    fn accepts_interrupt(&mut self) -> bool {
        self.read(SystemRegister::Rflags) & 1 << 9 != 0 && !self.shadow && self.pending.is_none()
    }

    fn set_interrupt_window(&mut self, wanted: bool) {
        self.window = wanted;
    }

    fn take_accesses(&self) -> Accesses {
        // There is no VMCS.
        Accesses::default()
    }

    fn host_tsc(&self) -> u64 {
        self.tsc
    }

    fn set_deadline(&mut self, tsc: Option<u64>) {
        self.deadline = tsc;
    }

    fn set_slice_end(&mut self, tsc: u64) {
        self.slice_end = tsc;
    }

    fn shorten_slice(&mut self, tsc: u64) {
        self.slice_end = self.slice_end.min(tsc);
    }

    fn slice_end(&self) -> u64 {
        self.slice_end
    }

    fn slice_over(&self) -> bool {
        self.ran_down || self.tsc >= self.slice_end
    }

    fn can_halt(&self) -> bool {
        true
    }

    fn set_halted(&mut self, halted: bool) {
        self.halted = halted;
    }

    fn barrier_cost(&self) -> BarrierCost {
        self.barrier_cost
    }

    fn tsc_offset(&self) -> u64 {
        self.tsc_offset
    }

    fn set_tsc_offset(&mut self, offset: u64) {
        self.tsc_offset = offset;
    }

    fn explain(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        writeln!(out, "fake CPU, its script has {} exits left", self.script.len())
    }

    fn refuse(&mut self, drill: Drill) {
        self.drill = Some(drill);
    }

    fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str("fake CPU\n")
    }
}
