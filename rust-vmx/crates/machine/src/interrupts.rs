//! From the interrupt controller's INT line to an event in the guest.

use crate::board::Board;
use crate::cpu::VirtualCpu;
use crate::statistics::Statistics;
use devices::Time;
use vmx::event::Event;

/// Before each entry: delivers the pending interrupt if the guest takes it, or asks for an exit when it does.
///
/// The controller is acknowledged only at the moment of delivery, as the processor's INTA cycle is: until then a device
/// may withdraw the interrupt, and a more urgent one may overtake it. An event whose delivery an exit interrupted comes
/// first: the CPU keeps it pending and accepts nothing else (SDM "Information for VM Exits During Event Delivery").
pub fn prepare<C: VirtualCpu>(cpu: &mut C, board: &mut Board, now: Time, statistics: &Statistics) {
    if !board.interrupt_pending() {
        cpu.set_interrupt_window(false);
        return;
    }
    if cpu.pending().is_none() && cpu.accepts_interrupt() {
        let vector = board.acknowledge(now);
        // Delivering an interrupt cannot be a shutdown: only exceptions add up to one.
        if cpu.inject(Event::interrupt(vector)).is_ok() {
            statistics.interrupts.add(1);
        }
    }
    // One is still waiting: for the guest's STI, for the event before it, or behind the one just delivered.
    let waiting = board.interrupt_pending();
    cpu.set_interrupt_window(waiting);
}
