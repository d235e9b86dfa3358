//! The 8042 keyboard controller with a PS/2 keyboard and a PS/2 mouse.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8042 data", 0x60, 1),
    PortRange::new("8042 command", 0x64, 1),
];

/// What a mouse did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MouseEvent {
    /// Movement to the right.
    pub dx: i16,
    /// Movement up.
    pub dy: i16,
    /// Wheel movement, positive towards the user.
    pub dz: i8,
    /// Buttons held: bit 0 left, 1 right, 2 middle.
    pub buttons: u8,
}

/// The controller with what is plugged into it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kbc {}

impl Kbc {
    /// Power-on state as firmware leaves it: both ports work, translation on, interrupt of the keyboard on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A byte of a set-1 scancode from the host's keyboard (E0/E1 prefixes and break codes as separate bytes). Dropped when
    /// the keyboard is disabled; an overrun is reported to the guest as the keyboard does.
    pub fn key(&mut self, _scancode: u8, _cx: &mut Context<'_>) {}

    /// The host's mouse moved or a button changed.
    pub fn mouse(&mut self, _event: MouseEvent, _cx: &mut Context<'_>) {}

    /// How many more scancode bytes the keyboard's buffer takes.
    #[must_use]
    pub fn key_space(&self) -> usize {
        16
    }
}

impl PortDevice for Kbc {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, _port: u16, _width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        Err(AccessError::NoRegister)
    }

    fn write(
        &mut self,
        _port: u16,
        _width: Width,
        _value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        Err(AccessError::NoRegister)
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}
