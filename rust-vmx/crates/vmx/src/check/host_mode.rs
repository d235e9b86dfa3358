//! 27.2.4, "Checks Related to Address-Space Size".

use super::Situation;
use super::rule::{Checked, Section, rules};
use crate::controls::{EntryControls, ExitControls};
use crate::field::{control, host};
use crate::registers::cr4;

const SECTION: Section = Section {
    number: "27.2.4",
    title: "Checks Related to Address-Space Size",
};

rules! {
    Host, SECTION;
    legacy_host_legacy_guest: "outside IA-32e mode, \"IA-32e mode guest\" is 0",
    address_space_size: "\"host address-space size\" is 1 exactly in IA-32e mode",
    small_host_small_guest: "without \"host address-space size\", \"IA-32e mode guest\" is 0",
    small_host_pcid: "without \"host address-space size\", the host's CR4.PCIDE is 0",
    small_host_rip: "without \"host address-space size\", bits 63:32 of the host's RIP are 0",
    large_host_pae: "with \"host address-space size\", the host's CR4.PAE is 1",
    large_host_rip: "with \"host address-space size\", the host's RIP is canonical",
}

const IA32E: u32 = EntryControls::IA32E_MODE_GUEST.bits();
const SIZE: u32 = ExitControls::HOST_ADDRESS_SPACE_SIZE.bits();

fn large(s: &Situation<'_>) -> bool {
    s.exit(ExitControls::HOST_ADDRESS_SPACE_SIZE)
}

fn legacy_host_legacy_guest(s: &Situation<'_>) -> Checked {
    s.clear(control::ENTRY_CONTROLS, if s.host_long { 0 } else { IA32E }, &[])
}

fn address_space_size(s: &Situation<'_>) -> Checked {
    if s.host_long {
        s.set(control::EXIT_CONTROLS, SIZE, &[])
    } else {
        s.clear(control::EXIT_CONTROLS, SIZE, &[])
    }
}

fn small_host_small_guest(s: &Situation<'_>) -> Checked {
    let wrong = if large(s) { 0 } else { IA32E };
    s.clear(control::ENTRY_CONTROLS, wrong, &[control::EXIT_CONTROLS.into()])
}

fn small_host_pcid(s: &Situation<'_>) -> Checked {
    let wrong = if large(s) { 0 } else { cr4::PCIDE };
    s.clear(host::CR4, wrong, &[control::EXIT_CONTROLS.into()])
}

fn small_host_rip(s: &Situation<'_>) -> Checked {
    let wrong = if large(s) { 0 } else { u64::MAX << 32 };
    s.clear(host::RIP, wrong, &[control::EXIT_CONTROLS.into()])
}

fn large_host_pae(s: &Situation<'_>) -> Checked {
    let needed = if large(s) { cr4::PAE } else { 0 };
    s.set(host::CR4, needed, &[control::EXIT_CONTROLS.into()])
}

fn large_host_rip(s: &Situation<'_>) -> Checked {
    if !large(s) {
        return Ok(());
    }
    s.canonical(host::RIP)
}
