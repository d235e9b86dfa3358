//! A VMCS for people: area by area, with the names of set bits, and what the rules say.

use super::bit_names::bit_name;
use super::{Situation, rules, violations};
use crate::field::{AnyField, control, guest, host};
use crate::state::SegmentName;
use core::fmt::{self, Write};

/// The fields of the VM-exit controls; those of the MSR areas come last in the text.
const EXIT: &[AnyField] = &[
    AnyField(control::EXIT_CONTROLS.encoding()),
    AnyField(control::SECONDARY_EXIT_CONTROLS.encoding()),
];

/// The fields of the VM-entry controls.
const ENTRY: &[AnyField] = &[
    AnyField(control::ENTRY_CONTROLS.encoding()),
    AnyField(control::ENTRY_INTERRUPTION_INFO.encoding()),
    AnyField(control::ENTRY_EXCEPTION_ERROR_CODE.encoding()),
    AnyField(control::ENTRY_INSTRUCTION_LENGTH.encoding()),
];

/// The three lists of MSRs.
const MSR_AREAS: &[AnyField] = &[
    AnyField(control::EXIT_MSR_STORE_COUNT.encoding()),
    AnyField(control::EXIT_MSR_STORE_ADDRESS.encoding()),
    AnyField(control::EXIT_MSR_LOAD_COUNT.encoding()),
    AnyField(control::EXIT_MSR_LOAD_ADDRESS.encoding()),
    AnyField(control::ENTRY_MSR_LOAD_COUNT.encoding()),
    AnyField(control::ENTRY_MSR_LOAD_ADDRESS.encoding()),
];

/// How wide the names of bits may get, and where they begin.
const WIDTH: usize = 79;
const INDENT: usize = 6;

/// Writes the VMCS of an entry, area by area, and the rules it breaks. A field that is 0 and left out says nothing.
pub fn explain(situation: &Situation<'_>, out: &mut dyn Write) -> fmt::Result {
    let show = |out: &mut dyn Write, fields: &[AnyField]| {
        fields
            .iter()
            .try_for_each(|&field| show_field(situation, field, out))
    };
    writeln!(out, "VM-execution controls (what exits, and what is translated)")?;
    let elsewhere = |field: &AnyField| [EXIT, ENTRY, MSR_AREAS].iter().any(|area| area.contains(field));
    // The four words first.
    let words = [
        control::PIN_CONTROLS.into(),
        control::PRIMARY_CONTROLS.into(),
        control::SECONDARY_CONTROLS.into(),
        control::TERTIARY_CONTROLS.into(),
    ];
    show(out, &words)?;
    for field in role(control::ALL).filter(|field| !elsewhere(field) && !words.contains(field)) {
        show_field(situation, field, out)?;
    }
    writeln!(out, "VM-exit controls")?;
    show(out, EXIT)?;
    writeln!(out, "VM-entry controls")?;
    show(out, ENTRY)?;
    writeln!(out, "host state (loaded at every exit)")?;
    for field in role(host::ALL) {
        show_field(situation, field, out)?;
    }
    writeln!(out, "guest state (loaded at entry, saved at exit)")?;
    for name in SegmentName::ALL {
        show_segment(situation, name, out)?;
    }
    for field in role(guest::ALL).filter(|field| !of_segment(*field)) {
        show_field(situation, field, out)?;
    }
    writeln!(out, "MSR areas (lists of MSRs beside the fields)")?;
    if MSR_AREAS.iter().all(|&field| situation.vmcs.raw(field) == 0) {
        writeln!(out, "  none")?;
    }
    show(out, MSR_AREAS)?;
    explain_violations(situation, out)
}

/// Writes the rules that an entry breaks, or that it breaks none.
pub fn explain_violations(situation: &Situation<'_>, out: &mut dyn Write) -> fmt::Result {
    let mut broken = 0;
    for violation in violations(situation) {
        broken += 1;
        writeln!(
            out,
            "broken rule {broken} ({}):\n  {violation}",
            violation.stage()
        )?;
    }
    match (broken, rules().count()) {
        (0, count) => writeln!(out, "all {count} rules of VM entry hold"),
        (_, count) => writeln!(out, "{broken} of {count} rules of VM entry are broken"),
    }
}

fn role(fields: &'static [(u32, &'static str)]) -> impl Iterator<Item = AnyField> {
    fields.iter().map(|&(encoding, _)| AnyField(encoding))
}

/// A field's line, unless it is 0; below it the names of its bits.
fn show_field(situation: &Situation<'_>, field: AnyField, out: &mut dyn Write) -> fmt::Result {
    let value = situation.vmcs.raw(field);
    if value == 0 {
        return Ok(());
    }
    writeln!(out, "  {:28} {value:#x}", field.name())?;
    let mut column = 0;
    for name in (0..field.bits()).filter_map(|bit| bit_name(field, bit).filter(|_| value >> bit & 1 != 0)) {
        if column > 0 && column + 1 + name.len() > WIDTH {
            writeln!(out)?;
            column = 0;
        }
        if column == 0 {
            write!(out, "{:INDENT$}{name}", "")?;
            column = INDENT + name.len();
        } else {
            write!(out, " {name}")?;
            column += 1 + name.len();
        }
    }
    if column > 0 { writeln!(out) } else { Ok(()) }
}

/// Whether a field is one of the four of a segment register.
fn of_segment(field: AnyField) -> bool {
    SegmentName::ALL.into_iter().any(|name| {
        [
            guest::selector(name).into(),
            guest::base(name).into(),
            guest::limit(name).into(),
            guest::access_rights(name).into(),
        ]
        .contains(&field)
    })
}

fn show_segment(situation: &Situation<'_>, name: SegmentName, out: &mut dyn Write) -> fmt::Result {
    let (selector, base) = (
        situation.get(guest::selector(name)),
        situation.get(guest::base(name)),
    );
    let (limit, access) = (
        situation.get(guest::limit(name)),
        situation.get(guest::access_rights(name)),
    );
    // `{:4}` of a Debug name does not pad.
    let pad = if matches!(name, SegmentName::Ldtr) {
        ""
    } else {
        "  "
    };
    writeln!(
        out,
        "  {name:?}{pad} selector {selector:04x} base {base:016x} limit {limit:08x} access {access:05x}"
    )
}
