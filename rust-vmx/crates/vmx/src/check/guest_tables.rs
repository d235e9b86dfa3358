//! 27.3.1.3, "Checks on Guest Descriptor-Table Registers".

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::field::guest;

const SECTION: Section = Section {
    number: "27.3.1.3",
    title: "Checks on Guest Descriptor-Table Registers",
};

rules! {
    Guest, SECTION;
    table_bases: "the bases of GDTR and IDTR are canonical",
    table_limits: "bits 31:16 of the limits of GDTR and IDTR are 0",
}

fn table_bases(s: &Situation<'_>) -> Checked {
    s.canonical(guest::GDTR_BASE)?;
    s.canonical(guest::IDTR_BASE)
}

fn table_limits(s: &Situation<'_>) -> Checked {
    s.clear(guest::GDTR_LIMIT, 0xFFFF_0000u32, &[])?;
    s.clear(guest::IDTR_LIMIT, 0xFFFF_0000u32, &[])
}
