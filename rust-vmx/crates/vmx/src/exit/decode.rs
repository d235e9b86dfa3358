//! From exit-information fields to typed values. Pure: the fields come through [`ExitFields`], so that only those are read that a
//! value needs, and tests need no CPU.

use super::reason as r;
use super::{
    ControlRegisterAccess, EntryFailure, EntryFailureKind, EptViolation, ExceptionExit, IoAccess, StringIo,
    TaskSwitch,
};
use crate::addr::{Gpa, Gva};
use crate::event::{Event, EventKind};
use crate::state::SegmentName;

/// The exit-information fields of the VMCS.
#[allow(missing_docs)]
pub trait ExitFields {
    fn qualification(&self) -> u64;
    fn guest_linear(&self) -> u64;
    fn guest_physical(&self) -> u64;
    fn interruption_info(&self) -> u32;
    fn interruption_error_code(&self) -> u32;
    fn instruction_length(&self) -> u32;
    fn instruction_info(&self) -> u32;
    fn vectoring_info(&self) -> u32;
    fn vectoring_error_code(&self) -> u32;
}

/// Bit 31 of the exit reason: the entry failed (SDM "Basic VM-Exit Information", 25.9.1).
const ENTRY_FAILED: u32 = 1 << 31;

/// The basic exit reason; a failed entry is the error.
#[inline]
pub fn reason(exit_reason: u32, fields: &impl ExitFields) -> Result<u16, EntryFailure> {
    if exit_reason & ENTRY_FAILED == 0 {
        return Ok(exit_reason as u16);
    }
    Err(entry_failure(exit_reason as u16, fields))
}

#[cold]
fn entry_failure(reason: u16, fields: &impl ExitFields) -> EntryFailure {
    let kind = match reason {
        r::ENTRY_GUEST_STATE => EntryFailureKind::GuestState,
        r::ENTRY_MSR_LOADING => EntryFailureKind::MsrLoading,
        r::ENTRY_MACHINE_CHECK => EntryFailureKind::MachineCheck,
        other => EntryFailureKind::Other(other),
    };
    EntryFailure {
        kind,
        qualification: fields.qualification(),
    }
}

/// Decodes an interruption-information field: the exit's own or that of IDT vectoring (SDM "Information for VM Exits Due to
/// Vectored Events", 25.9.2, table 25-18, and 25.9.3, table 25-19). `None` when it is not valid.
///
/// ```text
///  31    30       12    11    10    8 7      0
/// +-----+-----------+--------+-------+--------+
/// |valid|     -     |code ok |  type | vector |
/// +-----+-----------+--------+-------+--------+
/// ```
pub fn event(info: u32, error_code: impl FnOnce() -> u32, length: impl FnOnce() -> u32) -> Option<Event> {
    if info & 1 << 31 == 0 {
        return None;
    }
    let kind = EventKind::from_bits(info >> 8 & 7)?;
    Some(Event {
        kind,
        vector: info as u8,
        error_code: (info & 1 << 11 != 0).then(error_code),
        instruction_length: if kind.is_software() { length() as u8 } else { 0 },
    })
}

/// The event whose delivery the exit interrupted.
pub fn vectoring(fields: &impl ExitFields) -> Option<Event> {
    event(
        fields.vectoring_info(),
        || fields.vectoring_error_code(),
        || fields.instruction_length(),
    )
}

/// The exception or NMI of exit reason 0. `None`: the field says neither, which no CPU should.
pub fn exception(fields: &impl ExitFields) -> Option<ExceptionExit> {
    let event = event(
        fields.interruption_info(),
        || fields.interruption_error_code(),
        || fields.instruction_length(),
    )?;
    let qualification = if event.kind == EventKind::Nmi {
        0
    } else {
        fields.qualification()
    };
    Some(ExceptionExit { event, qualification })
}

/// Table 28-2.
#[must_use]
pub fn task_switch(qualification: u64) -> TaskSwitch {
    TaskSwitch {
        selector: qualification as u16,
        source: (qualification >> 30 & 3) as u8,
    }
}

/// Table 28-3.
#[must_use]
pub fn control_register(qualification: u64) -> ControlRegisterAccess {
    let control = (qualification & 0xF) as u8;
    let register = (qualification >> 8 & 0xF) as u8;
    match qualification >> 4 & 3 {
        0 => ControlRegisterAccess::Write { control, register },
        1 => ControlRegisterAccess::Read { control, register },
        2 => ControlRegisterAccess::Clts,
        _ => ControlRegisterAccess::Lmsw((qualification >> 16) as u16),
    }
}

/// Table 28-5, and for string instructions table 28-8 (VM-exit instruction information).
#[inline]
pub fn io(fields: &impl ExitFields) -> IoAccess {
    let qualification = fields.qualification();
    let input = qualification & 1 << 3 != 0;
    let string = (qualification & 1 << 4 != 0).then(|| string_io(fields, qualification, input));
    IoAccess {
        port: (qualification >> 16) as u16,
        width: (qualification & 7) as u8 + 1,
        input,
        string,
    }
}

/// The instruction information has the address size in bits 9:7, the segment in 17:15; for INS, which takes no prefix for
/// it, the latter are undefined.
fn string_io(fields: &impl ExitFields, qualification: u64, input: bool) -> StringIo {
    let info = fields.instruction_info();
    let segment = match info >> 15 & 7 {
        _ if input => SegmentName::Es,
        0 => SegmentName::Es,
        1 => SegmentName::Cs,
        2 => SegmentName::Ss,
        4 => SegmentName::Fs,
        5 => SegmentName::Gs,
        _ => SegmentName::Ds,
    };
    StringIo {
        rep: qualification & 1 << 5 != 0,
        linear: Gva(fields.guest_linear()),
        segment,
        address_size: 2 << (info >> 7 & 3).min(2),
    }
}

/// Table 28-7.
pub fn ept_violation(fields: &impl ExitFields) -> EptViolation {
    let qualification = fields.qualification();
    let bit = |number: u32| qualification & 1 << number != 0;
    EptViolation {
        gpa: Gpa(fields.guest_physical()),
        gva: bit(7).then(|| Gva(fields.guest_linear())),
        read: bit(0),
        write: bit(1),
        fetch: bit(2),
        // Bit 8 means something only when the linear address is valid.
        translated: bit(7) && bit(8),
        allowed: (qualification >> 3 & 7) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug, Default)]
    struct Fields {
        qualification: u64,
        linear: u64,
        physical: u64,
        info: u32,
        code: u32,
        length: u32,
        instruction: u32,
    }

    impl ExitFields for Fields {
        fn qualification(&self) -> u64 {
            self.qualification
        }
        fn guest_linear(&self) -> u64 {
            self.linear
        }
        fn guest_physical(&self) -> u64 {
            self.physical
        }
        fn interruption_info(&self) -> u32 {
            self.info
        }
        fn interruption_error_code(&self) -> u32 {
            self.code
        }
        fn instruction_length(&self) -> u32 {
            self.length
        }
        fn instruction_info(&self) -> u32 {
            self.instruction
        }
        fn vectoring_info(&self) -> u32 {
            0
        }
        fn vectoring_error_code(&self) -> u32 {
            0
        }
    }

    fn qualified(qualification: u64) -> Fields {
        Fields {
            qualification,
            ..Fields::default()
        }
    }

    #[test]
    fn out_dx_al_and_rep_insd() {
        // out 0xE9, al: one byte, out, immediate operand (bit 6), port in bits 31:16.
        let access = IoAccess {
            port: 0xE9,
            width: 1,
            input: false,
            string: None,
        };
        assert_eq!(io(&qualified(0x00E9_0040)), access);
        // rep insd in 64-bit mode: four bytes (3), in (bit 3), string (4), rep (5); address size 64 = 2 in bits 9:7.
        let fields = Fields {
            qualification: 0x01F0_003B,
            linear: 0x7000,
            instruction: 2 << 7,
            ..Fields::default()
        };
        let access = IoAccess {
            port: 0x1F0,
            width: 4,
            input: true,
            string: Some(StringIo {
                rep: true,
                linear: Gva(0x7000),
                segment: SegmentName::Es,
                address_size: 8,
            }),
        };
        assert_eq!(io(&fields), access);
        // fs outsb in 16-bit code: one byte, out, string; segment 4 in bits 17:15.
        let fields = Fields {
            qualification: 0x03F8_0010,
            linear: 0x500,
            instruction: 4 << 15,
            ..Fields::default()
        };
        assert_eq!(
            io(&fields).string,
            Some(StringIo {
                rep: false,
                linear: Gva(0x500),
                segment: SegmentName::Fs,
                address_size: 2,
            })
        );
    }

    #[test]
    fn control_register_forms() {
        use ControlRegisterAccess as Access;
        let write = |control, register| Access::Write { control, register };
        let forms = [
            (0x0000_0000, write(0, 0)),
            (
                0x0000_0F14,
                Access::Read {
                    control: 4,
                    register: 15,
                },
            ),
            (0x0000_0020, Access::Clts),
            (0x1234_0030, Access::Lmsw(0x1234)),
            (0x0000_0308, write(8, 3)),
        ];
        for (qualification, access) in forms {
            assert_eq!(control_register(qualification), access);
        }
    }

    #[test]
    fn a_write_to_missing_memory() {
        let fields = Fields {
            qualification: 0x182,
            linear: 0xB_8000,
            physical: 0xB_8000,
            ..Fields::default()
        };
        let violation = ept_violation(&fields);
        assert!(violation.write && !violation.read && !violation.fetch && violation.translated);
        assert_eq!(
            (violation.gpa, violation.gva, violation.allowed),
            (Gpa(0xB_8000), Some(Gva(0xB_8000)), 0)
        );
        // Without a valid linear address (bit 7) bit 8 says nothing.
        let violation = ept_violation(&Fields {
            qualification: 0x139,
            ..fields
        });
        assert!(violation.read && !violation.translated);
        assert_eq!((violation.gva, violation.allowed), (None, 7));
    }

    #[test]
    fn exceptions_nmis_and_software_interrupts() {
        // #PF, hardware exception (3), error code valid.
        let fields = Fields {
            info: 0x8000_0B0E,
            code: 2,
            qualification: 0xDEAD_0000,
            ..Fields::default()
        };
        let fault = ExceptionExit {
            event: Event::fault_with_code(14, 2),
            qualification: 0xDEAD_0000,
        };
        assert_eq!(exception(&fields), Some(fault));
        let nmi = exception(&Fields {
            info: 0x8000_0202,
            ..fields
        });
        assert_eq!(
            nmi.map(|nmi| (nmi.event.kind, nmi.qualification)),
            Some((EventKind::Nmi, 0))
        );
        // INT3: software exception (6), one byte long.
        let breakpoint = exception(&Fields {
            info: 0x8000_0603,
            length: 1,
            ..Fields::default()
        });
        assert_eq!(
            breakpoint.map(|exit| (exit.event.vector, exit.event.instruction_length)),
            Some((3, 1))
        );
        assert_eq!(
            exception(&Fields::default()),
            None,
            "bit 31 says that there is one"
        );
    }

    #[test]
    fn an_event_goes_into_the_entry_field_and_comes_back() {
        for (kind, bits) in [
            (EventKind::ExternalInterrupt, 0),
            (EventKind::Nmi, 2),
            (EventKind::HardwareException, 3),
            (EventKind::SoftwareInterrupt, 4),
        ] {
            let length = if kind == EventKind::SoftwareInterrupt {
                2
            } else {
                0
            };
            let original = Event {
                kind,
                vector: 0x21,
                error_code: None,
                instruction_length: length,
            };
            assert_eq!(original.interruption_info(), 0x8000_0021 | bits << 8);
            assert_eq!(event(original.interruption_info(), || 0, || 2), Some(original));
        }
        let fault = Event::fault_with_code(13, 0x18);
        assert_eq!(event(fault.interruption_info(), || 0x18, || 0), Some(fault));
    }

    #[test]
    fn failed_entries_are_errors() {
        let failure = EntryFailure {
            kind: EntryFailureKind::GuestState,
            qualification: 4,
        };
        assert_eq!(reason(0x8000_0021, &qualified(4)), Err(failure));
        // "VM exit from VMX root operation" and "pending MTF" are above the reason, too, and no failures.
        assert_eq!(reason(0x3000_001E, &qualified(0)), Ok(r::IO));
    }

    #[test]
    fn only_what_an_instruction_caused_has_a_length() {
        for reason in [
            r::TASK_SWITCH,
            r::CPUID,
            r::IO,
            r::WRMSR,
            r::PAUSE,
            r::XSETBV,
            r::ENCLV,
        ] {
            assert!(r::is_instruction(reason), "{}", r::name(reason));
        }
        for reason in [
            r::EXCEPTION_OR_NMI,
            r::NMI_WINDOW,
            r::EPT_VIOLATION,
            r::PREEMPTION_TIMER,
            r::PML_FULL,
        ] {
            assert!(!r::is_instruction(reason), "{}", r::name(reason));
        }
    }

    #[test]
    fn what_can_come_while_an_event_is_delivered() {
        for reason in [r::EXCEPTION_OR_NMI, r::TASK_SWITCH, r::EPT_VIOLATION, r::PML_FULL] {
            assert!(r::may_interrupt_delivery(reason), "{}", r::name(reason));
        }
        for reason in [
            r::IO,
            r::EXTERNAL_INTERRUPT,
            r::INTERRUPT_WINDOW,
            r::PREEMPTION_TIMER,
        ] {
            assert!(!r::may_interrupt_delivery(reason), "{}", r::name(reason));
        }
    }

    proptest! {
        /// Whatever the CPU reports can be decoded, and what handlers rely on holds.
        #[test]
        fn nothing_a_cpu_reports_is_fatal(
            qualification in any::<u64>(), info in any::<u32>(), instruction in any::<u32>(),
        ) {
            let fields = Fields { qualification, info, instruction, ..Fields::default() };
            let access = io(&fields);
            prop_assert!((1..=8).contains(&access.width));
            prop_assert!(access.string.is_none_or(|string| matches!(string.address_size, 2 | 4 | 8)));
            prop_assert!(task_switch(qualification).source < 4);
            prop_assert_eq!(exception(&fields).is_none(), info >> 31 == 0 || matches!(info >> 8 & 7, 1 | 7));
            let violation = ept_violation(&fields);
            prop_assert!(violation.gva.is_some() || !violation.translated);
            let _form = control_register(qualification);
        }
    }
}
