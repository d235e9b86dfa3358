//! 27.2.3, "Checks on Host Segment and Descriptor-Table Registers".

use super::Situation;
use super::rule::{Checked, Remedy, Section, rules};
use crate::controls::ExitControls;
use crate::field::{Field, Host, control, host};

const SECTION: Section = Section {
    number: "27.2.3",
    title: "Checks on Host Segment and Descriptor-Table Registers",
};

rules! {
    Host, SECTION;
    host_selectors: "RPL (bits 1:0) and TI (bit 2) of the host's selectors are 0",
    host_cs_and_tr: "the host's CS and TR are not null",
    host_ss: "the host's SS is not null unless \"host address-space size\" is 1",
    host_bases: "the host's bases of FS, GS, GDTR, IDTR and TR are canonical",
}

const RPL_AND_TI: u64 = 7;

fn host_selectors(s: &Situation<'_>) -> Checked {
    [
        host::ES_SELECTOR,
        host::CS_SELECTOR,
        host::SS_SELECTOR,
        host::DS_SELECTOR,
        host::FS_SELECTOR,
        host::GS_SELECTOR,
        host::TR_SELECTOR,
    ]
    .into_iter()
    .try_for_each(|selector| s.clear(selector, RPL_AND_TI, &[]))
}

fn not_null(s: &Situation<'_>, selector: Field<Host, u16, u16>) -> Checked {
    s.with(
        selector,
        s.get(selector) != 0,
        Remedy::Do("write the selector of one of the host's descriptors"),
        &[control::EXIT_CONTROLS.into()],
    )
}

fn host_cs_and_tr(s: &Situation<'_>) -> Checked {
    not_null(s, host::CS_SELECTOR)?;
    not_null(s, host::TR_SELECTOR)
}

fn host_ss(s: &Situation<'_>) -> Checked {
    if s.exit(ExitControls::HOST_ADDRESS_SPACE_SIZE) {
        return Ok(());
    }
    not_null(s, host::SS_SELECTOR)
}

fn host_bases(s: &Situation<'_>) -> Checked {
    [
        host::FS_BASE,
        host::GS_BASE,
        host::GDTR_BASE,
        host::IDTR_BASE,
        host::TR_BASE,
    ]
    .into_iter()
    .try_for_each(|base| s.canonical(base))
}
