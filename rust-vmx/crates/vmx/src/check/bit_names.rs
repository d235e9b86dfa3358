//! The names of single bits, from the types that define them.

use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::{AnyField, control, guest, host};
use crate::registers::{cr0, cr4, efer, interruptibility, rflags};
use bitflags::Flags;

/// The name of a bit of a field, where it has one.
pub(super) fn bit_name(field: AnyField, bit: u32) -> Option<&'static str> {
    let mask = 1u64.checked_shl(bit)?;
    for (control, find) in [
        (
            AnyField::from(control::PIN_CONTROLS),
            control_name::<PinControls> as fn(u64) -> _,
        ),
        (control::PRIMARY_CONTROLS.into(), control_name::<PrimaryControls>),
        (
            control::SECONDARY_CONTROLS.into(),
            control_name::<SecondaryControls>,
        ),
        (control::EXIT_CONTROLS.into(), control_name::<ExitControls>),
        (control::ENTRY_CONTROLS.into(), control_name::<EntryControls>),
    ] {
        if field == control {
            return find(mask);
        }
    }
    let names = register_names(field)?;
    names.iter().find(|name| name.0 == mask).map(|name| name.1)
}

fn control_name<W: Flags<Bits = u32>>(mask: u64) -> Option<&'static str> {
    let bit = W::FLAGS
        .iter()
        .find(|flag| u64::from(flag.value().bits()) == mask && !flag.name().is_empty())?;
    Some(bit.name())
}

fn register_names(field: AnyField) -> Option<&'static [(u64, &'static str)]> {
    const REGISTERS: &[(AnyField, &[(u64, &str)])] = &[
        (AnyField(guest::CR0.encoding()), cr0::NAMES),
        (AnyField(host::CR0.encoding()), cr0::NAMES),
        (AnyField(guest::CR4.encoding()), cr4::NAMES),
        (AnyField(host::CR4.encoding()), cr4::NAMES),
        (AnyField(guest::EFER.encoding()), efer::NAMES),
        (AnyField(host::EFER.encoding()), efer::NAMES),
        (AnyField(guest::RFLAGS.encoding()), rflags::NAMES),
        (
            AnyField(guest::INTERRUPTIBILITY.encoding()),
            interruptibility::NAMES,
        ),
    ];
    REGISTERS
        .iter()
        .find(|entry| entry.0 == field)
        .map(|entry| entry.1)
}
