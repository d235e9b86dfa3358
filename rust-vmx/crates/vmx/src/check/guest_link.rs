//! 27.3.1.5, "Checks on Guest Non-Register State": the VMCS link pointer.

use super::Situation;
use super::execution_words::PAGE;
use super::guest_activity::SECTION;
use super::rule::{Checked, Remedy, rules};
use crate::addr::Hpa;
use crate::controls::SecondaryControls;
use crate::field::guest;
use crate::guest_state::NO_LINK;

rules! {
    Guest, SECTION;
    link_address: "the VMCS link pointer, unless all ones, is a page within the width of physical addresses",
    link_revision: "the region the VMCS link pointer leads to begins with the CPU's revision identifier",
    link_shadow: "bit 31 of the region the VMCS link pointer leads to (shadow VMCS) equals \"VMCS shadowing\"",
    link_elsewhere: "the VMCS link pointer does not lead to the current VMCS",
}

const SHADOW: u32 = 1 << 31;

fn link(s: &Situation<'_>) -> Option<u64> {
    let link = s.get(guest::VMCS_LINK_POINTER);
    (link != NO_LINK).then_some(link)
}

/// The first four bytes of the region.
fn header(s: &Situation<'_>) -> Option<u32> {
    let address = link(s)?;
    s.memory.read(Hpa(address)).map(|bytes| bytes as u32)
}

fn link_rule(s: &Situation<'_>, kept: bool) -> Checked {
    let remedy = Remedy::Write(guest::VMCS_LINK_POINTER.into(), NO_LINK);
    s.with(guest::VMCS_LINK_POINTER, kept, remedy, &[])
}

fn link_address(s: &Situation<'_>) -> Checked {
    let wrong = (PAGE - 1) | s.cpu.beyond_physical();
    link_rule(s, link(s).is_none_or(|link| link & wrong == 0))
}

fn link_revision(s: &Situation<'_>) -> Checked {
    let revision = s.cpu.vmx.revision();
    link_rule(s, header(s).is_none_or(|header| header & !SHADOW == revision))
}

fn link_shadow(s: &Situation<'_>) -> Checked {
    let shadowing = s.secondary(SecondaryControls::VMCS_SHADOWING);
    link_rule(
        s,
        header(s).is_none_or(|header| (header & SHADOW != 0) == shadowing),
    )
}

fn link_elsewhere(s: &Situation<'_>) -> Checked {
    link_rule(s, s.region.is_none_or(|region| link(s) != Some(region.0)))
}
