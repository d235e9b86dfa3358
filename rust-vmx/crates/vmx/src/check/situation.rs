//! Everything the rules look at.

use super::{EntryCapabilities, VmcsImage};
use crate::addr::Hpa;
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::{Field, Role, Value, Width, control};

/// A look at the host's physical memory.
pub trait PhysicalMemory {
    /// The eight bytes at an address, which is a multiple of four; `None` where nothing can be read. A rule that needs them
    /// is then taken as kept.
    fn read(&self, address: Hpa) -> Option<u64>;
}

/// Memory that cannot be looked at.
#[derive(Clone, Copy, Debug)]
pub struct NoMemory;

impl PhysicalMemory for NoMemory {
    fn read(&self, _: Hpa) -> Option<u64> {
        None
    }
}

/// An entry about to happen: on this CPU, with this VMCS. The CPU is not in SMM, for an operating system never is.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The VMCS.
    pub vmcs: &'a VmcsImage,
    /// The CPU.
    pub cpu: &'a EntryCapabilities,
    /// Memory.
    pub memory: &'a dyn PhysicalMemory,
    /// Where the VMCS is, if known: its link pointer must not lead there.
    pub region: Option<Hpa>,
    /// Whether the host is in IA-32e mode now (EFER.LMA).
    pub host_long: bool,
}

impl<'a> Situation<'a> {
    /// A host in IA-32e mode, as this crate's always is, with a VMCS somewhere.
    #[must_use]
    pub const fn new(
        vmcs: &'a VmcsImage,
        cpu: &'a EntryCapabilities,
        memory: &'a dyn PhysicalMemory,
    ) -> Self {
        Self {
            vmcs,
            cpu,
            memory,
            region: None,
            host_long: true,
        }
    }

    /// A field's value.
    pub(super) fn get<R: Role, W: Width, V: Value>(&self, field: Field<R, W, V>) -> V {
        self.vmcs.get(field)
    }

    pub(super) fn pin(&self, controls: PinControls) -> bool {
        self.get(control::PIN_CONTROLS).contains(controls)
    }

    pub(super) fn primary(&self, controls: PrimaryControls) -> bool {
        self.get(control::PRIMARY_CONTROLS).contains(controls)
    }

    /// Where the secondary controls are not activated the CPU acts as if all were 0.
    pub(super) fn secondary(&self, controls: SecondaryControls) -> bool {
        self.primary(PrimaryControls::ACTIVATE_SECONDARY)
            && self.get(control::SECONDARY_CONTROLS).contains(controls)
    }

    /// The same for the tertiary controls.
    pub(super) fn tertiary(&self, bits: u64) -> bool {
        self.primary(PrimaryControls::ACTIVATE_TERTIARY)
            && self.get(control::TERTIARY_CONTROLS) & bits == bits
    }

    pub(super) fn exit(&self, controls: ExitControls) -> bool {
        self.get(control::EXIT_CONTROLS).contains(controls)
    }

    pub(super) fn entry(&self, controls: EntryControls) -> bool {
        self.get(control::ENTRY_CONTROLS).contains(controls)
    }

    /// The guest will be in IA-32e mode.
    pub(super) fn ia32e(&self) -> bool {
        self.entry(EntryControls::IA32E_MODE_GUEST)
    }

    pub(super) fn unrestricted(&self) -> bool {
        self.secondary(SecondaryControls::UNRESTRICTED_GUEST)
    }

    pub(super) fn ept(&self) -> bool {
        self.secondary(SecondaryControls::EPT)
    }
}
