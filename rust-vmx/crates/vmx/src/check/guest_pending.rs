//! 27.3.1.5, "Checks on Guest Non-Register State": the pending debug exceptions.

use super::Situation;
use super::guest_activity::{HLT, SECTION};
use super::rule::{Checked, Remedy, rules};
use crate::field::{AnyField, guest};
use crate::registers::{interruptibility, rflags};

rules! {
    Guest, SECTION;
    pending_reserved: "bits 11:4, 13, 15 and 63:17 of the pending debug exceptions are 0 (11 where the CPU has no bus-lock detection)",
    step_pending: "while STI, MOV SS or HLT holds a single step (RFLAGS.TF without DEBUGCTL.BTF), BS (bit 14) is pending",
    no_step_pending: "while STI, MOV SS or HLT holds no single step, BS (bit 14) is not pending",
    rtm_alone: "with RTM (bit 16), bits 11:0, 13 to 15 and 63:17 are 0 and bit 12 is 1",
    rtm_supported: "RTM (bit 16) is pending only where the CPU has RTM",
    rtm_not_after_mov_ss: "RTM (bit 16) is not pending while MOV SS blocks",
}

const BUS_LOCK: u64 = 1 << 11;
const ENABLED: u64 = 1 << 12;
const BS: u64 = 1 << 14;
const RTM: u64 = 1 << 16;
/// 11:4, 13, 15, and from 17 on.
const RESERVED: u64 = !0x1_500F;
/// IA32_DEBUGCTL.BTF: single steps are those of branches.
const BTF: u64 = 1 << 1;

fn pending_reserved(s: &Situation<'_>) -> Checked {
    let bus_lock = if s.cpu.features.bus_lock_detect {
        BUS_LOCK
    } else {
        0
    };
    s.clear(guest::PENDING_DEBUG, RESERVED & !bus_lock, &[])
}

/// Whether the CPU compares BS with the flags; elsewhere the entry itself sees to it.
fn step_is_held(s: &Situation<'_>) -> bool {
    let blocking = interruptibility::STI | interruptibility::MOV_SS;
    u64::from(s.get(guest::INTERRUPTIBILITY)) & blocking != 0 || s.get(guest::ACTIVITY) == HLT
}

fn steps(s: &Situation<'_>) -> bool {
    s.get(guest::RFLAGS) & rflags::TF != 0 && s.get(guest::DEBUGCTL) & BTF == 0
}

fn deciding() -> [AnyField; 3] {
    [
        guest::RFLAGS.into(),
        guest::DEBUGCTL.into(),
        guest::INTERRUPTIBILITY.into(),
    ]
}

fn step_pending(s: &Situation<'_>) -> Checked {
    let needed = if step_is_held(s) && steps(s) { BS } else { 0 };
    s.set(guest::PENDING_DEBUG, needed, &deciding())
}

fn no_step_pending(s: &Situation<'_>) -> Checked {
    let wrong = if step_is_held(s) && !steps(s) { BS } else { 0 };
    s.clear(guest::PENDING_DEBUG, wrong, &deciding())
}

fn rtm_is_pending(s: &Situation<'_>) -> bool {
    s.get(guest::PENDING_DEBUG) & RTM != 0
}

fn rtm_alone(s: &Situation<'_>) -> Checked {
    let kept = !rtm_is_pending(s) || s.get(guest::PENDING_DEBUG) == RTM | ENABLED;
    let remedy = Remedy::Write(guest::PENDING_DEBUG.into(), RTM | ENABLED);
    s.with(guest::PENDING_DEBUG, kept, remedy, &[])
}

fn rtm_supported(s: &Situation<'_>) -> Checked {
    let wrong = if s.cpu.features.rtm { 0 } else { RTM };
    s.clear(guest::PENDING_DEBUG, wrong, &[])
}

fn rtm_not_after_mov_ss(s: &Situation<'_>) -> Checked {
    let wrong = if rtm_is_pending(s) {
        interruptibility::MOV_SS
    } else {
        0
    };
    s.clear(guest::INTERRUPTIBILITY, wrong, &[guest::PENDING_DEBUG.into()])
}
