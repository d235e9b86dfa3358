//! 27.2.1.3, "VM-Entry Control Fields": event injection and the MSR-load area.

use super::Situation;
use super::entry_controls::SECTION;
use super::rule::{Checked, Remedy, rules};
use crate::controls::PrimaryControls;
use crate::event::EventKind;
use crate::field::{control, guest};
use crate::registers::cr0;

rules! {
    Control, SECTION;
    event_type: "an injected event has a type: not 1, and 7 only where the CPU has \"monitor trap flag\"",
    nmi_vector: "an injected NMI has vector 2",
    exception_vector: "an injected hardware exception has a vector up to 31",
    other_event_vector: "an injected event of type 7 (pending MTF) has vector 0",
    error_code_wanted: "an injected exception that pushes an error code in protected mode has bit 11 (deliver error code)",
    error_code_of_exceptions: "only a hardware exception has bit 11 (deliver error code)",
    error_code_in_real_mode: "with CR0.PE = 0 no event has bit 11 (deliver error code)",
    error_code_unwanted: "an exception without an error code has bit 11 (deliver error code) clear",
    event_reserved: "the reserved bits of the injected event are 0",
    error_code_reserved: "bits 31:16 of the error code of an injected exception are 0",
    instruction_length: "an injected software event has an instruction length of 1 to 15 (0 where the CPU allows it)",
    entry_load_address: "the VM-entry MSR-load area, unless empty, is aligned to 16 bytes within the width of physical addresses",
    entry_load_end: "the VM-entry MSR-load area ends within the width of physical addresses",
}

/// The event an entry injects, as VM-entry interruption information holds it.
#[derive(Clone, Copy)]
pub(super) struct Injected(u32);

const DELIVER_ERROR_CODE: u32 = 1 << 11;
const NESTED: u32 = 1 << 13;
const RESERVED: u32 = 0x7FFF_F000;
/// Interruption type 7: what is pending is an exit by the monitor trap flag.
const OTHER_EVENT: u32 = 7;

impl Injected {
    pub(super) fn kind(self) -> Option<EventKind> {
        EventKind::from_bits(self.type_bits())
    }

    const fn type_bits(self) -> u32 {
        self.0 >> 8 & 7
    }

    pub(super) const fn vector(self) -> u32 {
        self.0 & 0xFF
    }

    pub(super) const fn is_other(self) -> bool {
        self.type_bits() == OTHER_EVENT
    }

    pub(super) fn is(self, kind: EventKind) -> bool {
        self.kind() == Some(kind)
    }

    const fn has_code(self) -> bool {
        self.0 & DELIVER_ERROR_CODE != 0
    }

    /// The vectors of the exceptions that push an error code.
    const fn pushes_code(self) -> bool {
        matches!(self.vector(), 8 | 10..=14 | 17)
    }
}

impl Situation<'_> {
    /// The event to inject, if bit 31 says there is one.
    pub(super) fn injected(&self) -> Option<Injected> {
        let info = self.get(control::ENTRY_INTERRUPTION_INFO);
        (info >> 31 != 0).then_some(Injected(info))
    }

    fn event_rule(&self, kept: impl FnOnce(Injected) -> bool, remedy: &'static str) -> Checked {
        let kept = self.injected().is_none_or(kept);
        self.with(control::ENTRY_INTERRUPTION_INFO, kept, Remedy::Do(remedy), &[])
    }

    /// Bit 11 is right unless `wrong`.
    fn error_code_rule(&self, wrong: impl FnOnce(Injected, bool) -> bool, set: bool) -> Checked {
        let protected = self.get(guest::CR0) & cr0::PE != 0;
        let kept = self.injected().is_none_or(|event| !wrong(event, protected));
        let (field, bit) = (control::ENTRY_INTERRUPTION_INFO.into(), DELIVER_ERROR_CODE.into());
        let remedy = if set {
            Remedy::Set(field, bit)
        } else {
            Remedy::Clear(field, bit)
        };
        self.with(
            control::ENTRY_INTERRUPTION_INFO,
            kept,
            remedy,
            &[guest::CR0.into()],
        )
    }
}

fn event_type(s: &Situation<'_>) -> Checked {
    let trap_flag = s.cpu.vmx.primary.may_be_one & PrimaryControls::MONITOR_TRAP_FLAG.bits() != 0;
    s.event_rule(
        |event| event.kind().is_some() || event.is_other() && trap_flag,
        "write the event's type into bits 10:8: 0 interrupt, 2 NMI, 3 exception, 4 INT n, 5 INT1, 6 INT3 or INTO",
    )
}

fn nmi_vector(s: &Situation<'_>) -> Checked {
    s.event_rule(
        |event| !event.is(EventKind::Nmi) || event.vector() == 2,
        "write 2 into bits 7:0 of ENTRY_INTERRUPTION_INFO",
    )
}

fn exception_vector(s: &Situation<'_>) -> Checked {
    s.event_rule(
        |event| !event.is(EventKind::HardwareException) || event.vector() < 32,
        "write the exception's vector into bits 7:0 of ENTRY_INTERRUPTION_INFO",
    )
}

fn other_event_vector(s: &Situation<'_>) -> Checked {
    s.event_rule(
        |event| !event.is_other() || event.vector() == 0,
        "write 0 into bits 7:0 of ENTRY_INTERRUPTION_INFO",
    )
}

fn error_code_wanted(s: &Situation<'_>) -> Checked {
    let free = s.cpu.vmx.free_error_codes();
    s.error_code_rule(
        |event, protected| {
            let pushes = event.is(EventKind::HardwareException) && event.pushes_code();
            pushes && protected && !free && !event.has_code()
        },
        true,
    )
}

fn error_code_of_exceptions(s: &Situation<'_>) -> Checked {
    s.error_code_rule(
        |event, _| event.has_code() && !event.is(EventKind::HardwareException),
        false,
    )
}

fn error_code_in_real_mode(s: &Situation<'_>) -> Checked {
    s.error_code_rule(|event, protected| event.has_code() && !protected, false)
}

fn error_code_unwanted(s: &Situation<'_>) -> Checked {
    let free = s.cpu.vmx.free_error_codes();
    s.error_code_rule(
        |event, _| event.has_code() && !event.pushes_code() && !free,
        false,
    )
}

fn event_reserved(s: &Situation<'_>) -> Checked {
    if s.injected().is_none() {
        return Ok(());
    }
    let nested = if s.cpu.vmx.nested_exceptions() { NESTED } else { 0 };
    s.clear(control::ENTRY_INTERRUPTION_INFO, RESERVED & !nested, &[])
}

fn error_code_reserved(s: &Situation<'_>) -> Checked {
    if !s.injected().is_some_and(Injected::has_code) {
        return Ok(());
    }
    s.clear(
        control::ENTRY_EXCEPTION_ERROR_CODE,
        0xFFFF_0000u32,
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}

fn instruction_length(s: &Situation<'_>) -> Checked {
    let software = s
        .injected()
        .and_then(Injected::kind)
        .is_some_and(EventKind::is_software);
    let shortest = u32::from(!s.cpu.vmx.zero_length_injection());
    let length = s.get(control::ENTRY_INSTRUCTION_LENGTH);
    s.with(
        control::ENTRY_INSTRUCTION_LENGTH,
        !software || (shortest..=15).contains(&length),
        Remedy::Do("write the length of the instruction that caused the event to ENTRY_INSTRUCTION_LENGTH"),
        &[control::ENTRY_INTERRUPTION_INFO.into()],
    )
}

fn entry_load_address(s: &Situation<'_>) -> Checked {
    s.msr_area(control::ENTRY_MSR_LOAD_ADDRESS, control::ENTRY_MSR_LOAD_COUNT)
}

fn entry_load_end(s: &Situation<'_>) -> Checked {
    s.msr_area_end(control::ENTRY_MSR_LOAD_ADDRESS, control::ENTRY_MSR_LOAD_COUNT)
}
