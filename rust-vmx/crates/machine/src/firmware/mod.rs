//! A small BIOS.
use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;

/// The firmware's state.
#[derive(Clone, Debug, Default)]
pub struct Firmware {}

/// Carries out a firmware call.
pub fn call<C: VirtualCpu, M: GuestRam, H: Host>(_cpu: &mut C, _guest: &mut Guest<M, H>) -> Option<Outcome> {
    None
}

/// Puts the firmware into guest memory.
pub fn install<M: GuestRam, H: Host>(_guest: &mut Guest<M, H>) -> Result<(), crate::memory::MemoryError> {
    Ok(())
}
