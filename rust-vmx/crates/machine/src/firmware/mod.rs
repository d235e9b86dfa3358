//! A small BIOS: enough for boot sectors, loaders and DOS-like programs.
//!
//! The interrupt table points at stubs in the ROM segment (`rom`). A stub is VMCALL and IRET: the service itself is one
//! of the functions here, which see the caller's registers, the interrupt frame on its stack (`caller`) and its memory (`linear`).
//! What calls further interrupts or waits for one is a few more instructions in the ROM. Hardware interrupts work the same
//! way, so BIOS time and keyboard go on while a guest halts.
//!
//! A VMCALL is the firmware's if the instruction lies in one of these places, wherever the program believes them to be, and the CPU
//! is in a mode that the code of a BIOS is made for: real mode, or virtual-8086 mode, at any privilege level. So a program gets
//! the same service from INT, from PUSHF with a far call, and from a monitor that passes its interrupts on. In protected mode a
//! BIOS would be stopped by the first segment register it loads; there the instruction is a hypercall.

mod caller;
mod data;
mod disk;
mod drives;
mod extended_disk;
mod floppy;
mod keyboard;
mod keymap;
mod keys;
mod linear;
mod ring;
mod rom;
mod screen;
mod serial;
mod system;
mod time;
mod video;
mod wait;

use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use caller::Caller;
pub use drives::boot_drive;
use linear::Linear;
use rom::{Entry, Routine};
use vmx::addr::Gpa;
use vmx::state::{SegmentName, SystemRegister};

/// The firmware's state beyond what is in the BIOS data area.
#[derive(Clone, Copy, Debug, Default)]
pub struct Firmware {
    wait: wait::Wait,
    /// The keyboard's interrupt left a scan code in the controller.
    pub(crate) key_waits: bool,
}

/// Puts tables and ROM into guest memory, and the devices into the state in which a BIOS leaves them.
pub fn install<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Result<(), MemoryError> {
    let diskette = drives::diskette_format(&guest.disks);
    for (at, bytes) in [
        (0, rom::vectors(diskette)),
        (crate::memory::layout::FIRMWARE, rom::image()?),
    ] {
        guest.memory.install(Gpa(at), &bytes)?;
    }
    data::install(guest)?;
    video::install(guest)?;
    initialise_devices(guest);
    Ok(())
}

/// The interrupt controllers at vectors 8 and 70h with timer and keyboard open, the timer at 18.2 Hz, the serial port's format.
fn initialise_devices<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    let now = guest.now();
    let sequence: [(u16, u8); 14] = [
        (0x20, 0x11),
        (0xA0, 0x11),
        (0x21, 0x08),
        (0xA1, 0x70),
        (0x21, 0x04),
        (0xA1, 0x02),
        (0x21, 0x01),
        (0xA1, 0x01),
        (0x21, 0xF8),
        (0xA1, 0xFF),
        (0x43, 0x36),
        (0x40, 0),
        (0x40, 0),
        serial::LEFT_AS,
    ];
    for (port, value) in sequence {
        guest
            .board
            .write(port, devices::Width::Byte, u32::from(value), now);
    }
}

/// Carries out a service, if the VMCALL that exited is one of the ROM's.
pub fn call<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Option<Outcome> {
    /// The last offset in a segment of real mode.
    const LAST: u64 = 0xFFFF;
    // The offset first: it is known already, and no kernel calls from there.
    let offset = cpu.read(SystemRegister::Rip);
    if offset > LAST {
        return None;
    }
    let memory = Linear::of(cpu, guest.cpuid.paging())?;
    let linear = cpu.segment(SegmentName::Cs).base + offset;
    let entry = rom::entry_at(memory.code(&mut guest.memory, linear)?)?;
    let mut caller = Caller::new(cpu, guest, memory);
    serve(entry, &mut caller);
    Some(caller.finish())
}

fn serve<C: VirtualCpu, M: GuestRam, H: Host>(entry: Entry, caller: &mut Caller<'_, C, M, H>) {
    match entry {
        Entry::Vector(vector) => serve_vector(vector, caller),
        Entry::Routine(Routine::KeyTaken) => keyboard::taken(caller),
        Entry::Routine(Routine::KeyFetch) => keyboard::fetch(caller),
        Entry::Routine(Routine::KeyFetched) => keyboard::fetched(caller),
        Entry::Routine(Routine::Paused) => keyboard::paused(caller),
        Entry::Routine(Routine::TimePassed) => wait::look(caller),
        // The others make no calls.
        Entry::Routine(_) => {}
    }
}

fn serve_vector<C: VirtualCpu, M: GuestRam, H: Host>(vector: u8, caller: &mut Caller<'_, C, M, H>) {
    match vector {
        0x05 => system::print_screen(caller),
        0x08 => time::tick(caller),
        0x09 => keyboard::interrupt(caller),
        0x0A..=0x0F | 0x71..=0x77 => acknowledge(caller, vector),
        0x10 => video::serve(caller),
        0x11 => system::equipment(caller),
        0x12 => system::memory_size(caller),
        0x13 => disk::serve(caller),
        0x14 => serial::serve(caller),
        0x15 => system::serve(caller),
        0x16 => keyboard::serve(caller),
        0x18 => system::no_boot(caller),
        0x19 => system::bootstrap(caller),
        0x1A => time::serve(caller),
        0x70 => time::clock_interrupt(caller),
        // The others do nothing, which is what their services would say: no printer, no BASIC, no break.
        _ => {}
    }
}

/// Ends a hardware interrupt.
fn acknowledge<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, vector: u8) {
    const END_OF_INTERRUPT: u8 = 0x20;
    if vector >= 0x70 {
        caller.output(0xA0, END_OF_INTERRUPT);
    }
    caller.output(0x20, END_OF_INTERRUPT);
}
