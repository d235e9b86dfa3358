//! A small BIOS: enough for boot sectors, loaders and DOS-like programs.
//!
//! The interrupt table points at stubs in the ROM segment (`rom`). A stub is VMCALL and IRET: the service itself is one
//! of the functions here, which see the caller's registers and the interrupt frame on its stack (`caller`). Hardware
//! interrupts work the same way, so BIOS time and keyboard go on while a guest halts.

mod caller;
mod data;
mod disk;
mod keyboard;
mod keymap;
mod rom;
mod serial;
mod system;
mod time;
mod video;

use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use caller::Caller;
use devices::{Time, Width};
use vmx::addr::Gpa;
use vmx::state::{CpuMode, SegmentName, SystemRegister};

/// The firmware's state beyond what is in the BIOS data area.
#[derive(Clone, Copy, Debug, Default)]
pub struct Firmware {
    /// The status of the last disk call.
    disk_status: u8,
    /// The end of a wait (INT 15h, AH=86h) in progress.
    wait_until: Option<Time>,
    /// The last scancode was the prefix E0.
    extended_key: bool,
}

/// Puts tables and ROM into guest memory, and the devices into the state in which a BIOS leaves them.
pub fn install<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Result<(), MemoryError> {
    for (at, bytes) in [
        (0, rom::vectors()),
        (crate::memory::layout::FIRMWARE, rom::image()?),
    ] {
        guest.memory.install(Gpa(at), &bytes)?;
    }
    data::install(guest)?;
    video::clear(guest, 0x07)?;
    initialise_devices(guest);
    Ok(())
}

/// The interrupt controllers at vectors 8 and 70h with timer and keyboard open, the timer at 18.2 Hz.
fn initialise_devices<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    let now = guest.now();
    let sequence: [(u16, u8); 13] = [
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
    ];
    for (port, value) in sequence {
        guest.board.write(port, Width::Byte, u32::from(value), now);
    }
}

/// Carries out a service, if the VMCALL that exited is one of the ROM's.
pub fn call<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Option<Outcome> {
    // The offset first: it is known already, and no kernel calls from there.
    let vector = rom::vector_at(cpu.read(SystemRegister::Rip))?;
    if cpu.mode() != CpuMode::Real || cpu.segment(SegmentName::Cs).base != crate::memory::layout::FIRMWARE {
        return None;
    }
    let mut caller = Caller::new(cpu);
    Some(serve(vector, &mut caller, guest))
}

fn serve<C: VirtualCpu, M: GuestRam, H: Host>(
    vector: u8,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    match vector {
        0x08 => time::tick(guest),
        0x09 => keyboard::interrupt(guest),
        0x0A..=0x0F | 0x70..=0x77 => acknowledge(vector, guest),
        0x10 => video::serve(caller, guest),
        0x11 => system::equipment(caller, guest),
        0x12 => system::memory_size(caller, guest),
        0x13 => return disk::serve(caller, guest),
        0x14 => serial::serve(caller, guest),
        0x15 => return system::serve(caller, guest),
        0x16 => return keyboard::serve(caller, guest),
        0x18 => return system::no_boot(caller, guest),
        0x19 => return system::bootstrap(caller, guest),
        0x1A => time::serve(caller, guest),
        // The others do nothing, which is what their services would say: no printer, no BASIC, no break.
        _ => {}
    }
    Outcome::Done
}

/// Ends a hardware interrupt nobody handles.
fn acknowledge<M: GuestRam, H: Host>(vector: u8, guest: &mut Guest<M, H>) {
    const END_OF_INTERRUPT: u32 = 0x20;
    let now = guest.now();
    if vector >= 0x70 {
        guest.board.write(0xA0, Width::Byte, END_OF_INTERRUPT, now);
    }
    guest.board.write(0x20, Width::Byte, END_OF_INTERRUPT, now);
}
