//! 27.3.1.5, "Checks on Guest Non-Register State": the activity state.

use super::Situation;
use super::entry_event::Injected;
use super::rule::{Checked, Remedy, Section, rules};
use crate::event::EventKind;
use crate::field::{control, guest};
use crate::registers::{access, interruptibility};
use crate::state::SegmentName::Ss;

pub(super) const SECTION: Section = Section {
    number: "27.3.1.5",
    title: "Checks on Guest Non-Register State",
};

rules! {
    Guest, SECTION;
    activity_known: "the activity state is 0 to 3, and one the CPU has (IA32_VMX_MISC[8:6])",
    halted_in_ring_0: "the activity state HLT needs DPL 0 in SS",
    blocked_is_active: "with blocking by STI or by MOV SS the activity state is active",
    activity_takes_event: "the activity state is one in which the injected event is delivered",
}

/// Activity states.
const ACTIVE: u32 = 0;
pub(super) const HLT: u32 = 1;
const SHUTDOWN: u32 = 2;

const DEBUG: u32 = 1;
const MACHINE_CHECK: u32 = 18;

fn activity_known(s: &Situation<'_>) -> Checked {
    let kept = s.cpu.vmx.activity_state(s.get(guest::ACTIVITY));
    s.with(
        guest::ACTIVITY,
        kept,
        Remedy::Write(guest::ACTIVITY.into(), 0),
        &[],
    )
}

fn halted_in_ring_0(s: &Situation<'_>) -> Checked {
    let kept = s.get(guest::ACTIVITY) != HLT || s.access(Ss) & access::DPL == 0;
    s.with(
        guest::ACTIVITY,
        kept,
        Remedy::Write(guest::ACTIVITY.into(), 0),
        &[guest::SS_ACCESS_RIGHTS.into()],
    )
}

fn blocked_is_active(s: &Situation<'_>) -> Checked {
    let blocking = interruptibility::STI | interruptibility::MOV_SS;
    let kept = s.get(guest::ACTIVITY) == ACTIVE || u64::from(s.get(guest::INTERRUPTIBILITY)) & blocking == 0;
    s.with(
        guest::ACTIVITY,
        kept,
        Remedy::Write(guest::ACTIVITY.into(), 0),
        &[guest::INTERRUPTIBILITY.into()],
    )
}

/// What wakes the CPU from an activity state.
fn delivered(event: Injected, activity: u32) -> bool {
    let exception = |vector| event.is(EventKind::HardwareException) && event.vector() == vector;
    match activity {
        ACTIVE => true,
        HLT => {
            event.is(EventKind::ExternalInterrupt)
                || event.is(EventKind::Nmi)
                || exception(DEBUG)
                || exception(MACHINE_CHECK)
                || event.is_other()
        }
        SHUTDOWN => event.is(EventKind::Nmi) || exception(MACHINE_CHECK),
        _ => false,
    }
}

fn activity_takes_event(s: &Situation<'_>) -> Checked {
    let activity = s.get(guest::ACTIVITY);
    s.with(
        guest::ACTIVITY,
        s.injected().is_none_or(|event| delivered(event, activity)),
        Remedy::Write(guest::ACTIVITY.into(), 0),
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}
