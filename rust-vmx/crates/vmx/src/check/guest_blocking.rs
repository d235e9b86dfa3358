//! 27.3.1.5, "Checks on Guest Non-Register State": the interruptibility state.

use super::Situation;
use super::guest_activity::SECTION;
use super::rule::{Checked, rules};
use crate::controls::PinControls;
use crate::event::EventKind;
use crate::field::{control, guest};
use crate::registers::interruptibility::{ENCLAVE, MOV_SS, NMI, SMI, STI};
use crate::registers::rflags;

rules! {
    Guest, SECTION;
    blocking_reserved: "bits 31:5 of the interruptibility state are 0",
    sti_or_mov_ss: "blocking by STI and blocking by MOV SS are not both 1",
    sti_needs_if: "blocking by STI needs RFLAGS.IF",
    interrupt_unblocked: "neither STI nor MOV SS blocks when an external interrupt is injected",
    nmi_not_after_mov_ss: "MOV SS does not block when an NMI is injected",
    smi_outside_smm: "outside SMM blocking by SMI is 0",
    nmi_unblocked: "with \"virtual NMIs\", NMIs are not blocked when one is injected",
    enclave_excludes_mov_ss: "an enclave interruption excludes blocking by MOV SS",
    enclave_needs_sgx: "an enclave interruption needs a CPU with SGX",
}

fn injects(s: &Situation<'_>, kind: EventKind) -> bool {
    s.injected().is_some_and(|event| event.is(kind))
}

fn blocks(s: &Situation<'_>, bit: u64) -> bool {
    u64::from(s.get(guest::INTERRUPTIBILITY)) & bit != 0
}

fn blocking_reserved(s: &Situation<'_>) -> Checked {
    s.clear(guest::INTERRUPTIBILITY, 0xFFFF_FFE0u32, &[])
}

fn sti_or_mov_ss(s: &Situation<'_>) -> Checked {
    let wrong = if blocks(s, STI) { MOV_SS } else { 0 };
    s.clear(guest::INTERRUPTIBILITY, wrong, &[])
}

fn sti_needs_if(s: &Situation<'_>) -> Checked {
    let wrong = if s.get(guest::RFLAGS) & rflags::IF == 0 {
        STI
    } else {
        0
    };
    s.clear(guest::INTERRUPTIBILITY, wrong, &[guest::RFLAGS.into()])
}

fn interrupt_unblocked(s: &Situation<'_>) -> Checked {
    let wrong = if injects(s, EventKind::ExternalInterrupt) {
        STI | MOV_SS
    } else {
        0
    };
    s.clear(
        guest::INTERRUPTIBILITY,
        wrong,
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}

fn nmi_not_after_mov_ss(s: &Situation<'_>) -> Checked {
    let wrong = if injects(s, EventKind::Nmi) { MOV_SS } else { 0 };
    s.clear(
        guest::INTERRUPTIBILITY,
        wrong,
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}

fn smi_outside_smm(s: &Situation<'_>) -> Checked {
    s.clear(guest::INTERRUPTIBILITY, SMI, &[])
}

fn nmi_unblocked(s: &Situation<'_>) -> Checked {
    let injected = injects(s, EventKind::Nmi) && s.pin(PinControls::VIRTUAL_NMIS);
    let wrong = if injected { NMI } else { 0 };
    s.clear(
        guest::INTERRUPTIBILITY,
        wrong,
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}

fn enclave_excludes_mov_ss(s: &Situation<'_>) -> Checked {
    let wrong = if blocks(s, ENCLAVE) { MOV_SS } else { 0 };
    s.clear(guest::INTERRUPTIBILITY, wrong, &[])
}

fn enclave_needs_sgx(s: &Situation<'_>) -> Checked {
    let wrong = if s.cpu.features.sgx { 0 } else { ENCLAVE };
    s.clear(guest::INTERRUPTIBILITY, wrong, &[])
}
