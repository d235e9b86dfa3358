//! From the exit-information fields to one typed value. Pure: the fields come through [`ExitFields`], so that only
//! those a reason needs are read, and tests need no CPU.

use super::reason as r;
use super::{
    ApicExit, ControlRegisterAccess, DebugRegisterAccess, EntryFailure, EntryFailureKind, EptViolation,
    ExceptionExit, Exit, Instruction, IoAccess, StringIo, TaskSwitch,
};
use crate::addr::{Gpa, Gva};
use crate::event::{Event, EventKind};
use crate::state::SegmentName;

/// The exit-information fields of the VMCS, and the registers WRMSR takes its operands from.
#[allow(missing_docs)]
pub trait ExitFields {
    fn qualification(&self) -> u64;
    fn guest_linear(&self) -> u64;
    fn guest_physical(&self) -> u64;
    fn interruption_info(&self) -> u32;
    fn interruption_error_code(&self) -> u32;
    fn instruction_length(&self) -> u32;
    fn instruction_info(&self) -> u32;
    /// The low 32 bits of RCX.
    fn ecx(&self) -> u32;
    /// EDX:EAX.
    fn edx_eax(&self) -> u64;
}

/// Bit 31 of the exit reason: the entry failed (SDM "Basic VM-Exit Information", 25.9.1).
const ENTRY_FAILED: u32 = 1 << 31;

/// Decodes an exit; a failed entry is the error.
pub fn decode(exit_reason: u32, fields: &impl ExitFields) -> Result<Exit, EntryFailure> {
    let reason = exit_reason as u16;
    if exit_reason & ENTRY_FAILED != 0 {
        let kind = match reason {
            r::ENTRY_GUEST_STATE => EntryFailureKind::GuestState,
            r::ENTRY_MSR_LOADING => EntryFailureKind::MsrLoading,
            r::ENTRY_MACHINE_CHECK => EntryFailureKind::MachineCheck,
            other => EntryFailureKind::Other(other),
        };
        return Err(EntryFailure {
            kind,
            qualification: fields.qualification(),
        });
    }
    Ok(match reason {
        r::EXCEPTION_OR_NMI => exception(fields),
        r::EXTERNAL_INTERRUPT => Exit::ExternalInterrupt,
        r::TRIPLE_FAULT => Exit::TripleFault,
        r::INIT => Exit::Init,
        r::STARTUP_IPI => Exit::StartupIpi(fields.qualification() as u8),
        r::IO_SMI | r::OTHER_SMI => Exit::Smi,
        r::INTERRUPT_WINDOW => Exit::InterruptWindow,
        r::NMI_WINDOW => Exit::NmiWindow,
        r::TASK_SWITCH => Exit::TaskSwitch(task_switch(fields.qualification())),
        r::INVLPG => Exit::Invlpg(Gva(fields.qualification())),
        r::CONTROL_REGISTER => Exit::ControlRegister(control_register(fields.qualification())),
        r::DEBUG_REGISTER => Exit::DebugRegister(debug_register(fields.qualification())),
        r::IO => Exit::Io(io(fields)),
        r::RDMSR => Exit::ReadMsr(fields.ecx()),
        r::WRMSR => Exit::WriteMsr(fields.ecx(), fields.edx_eax()),
        r::MONITOR_TRAP_FLAG => Exit::MonitorTrap,
        r::TPR_BELOW_THRESHOLD => Exit::TprBelowThreshold,
        r::APIC_ACCESS => Exit::Apic(ApicExit::Access, fields.qualification()),
        r::VIRTUALIZED_EOI => Exit::Apic(ApicExit::VirtualEoi, fields.qualification()),
        r::APIC_WRITE => Exit::Apic(ApicExit::Write, fields.qualification()),
        r::GDTR_IDTR | r::LDTR_TR => Exit::DescriptorTable(fields.instruction_info()),
        r::EPT_VIOLATION => Exit::EptViolation(ept_violation(fields)),
        r::EPT_MISCONFIGURATION => Exit::EptMisconfiguration(Gpa(fields.guest_physical())),
        r::PREEMPTION_TIMER => Exit::PreemptionTimer,
        r::PML_FULL => Exit::PmlFull,
        other => instruction(other).map_or(Exit::Other(other), Exit::Instruction),
    })
}

/// Whether the VM-exit instruction-length field is valid for this reason: exits caused by executing an instruction (SDM
/// "Information for VM Exits Due to Instruction Execution", 28.2.5), task switches included.
#[must_use]
pub fn has_instruction_length(exit: &Exit) -> bool {
    match exit {
        Exit::Instruction(_)
        | Exit::TaskSwitch(_)
        | Exit::Invlpg(_)
        | Exit::ControlRegister(_)
        | Exit::DebugRegister(_)
        | Exit::Io(_)
        | Exit::ReadMsr(_)
        | Exit::WriteMsr(..)
        | Exit::DescriptorTable(_) => true,
        Exit::Exception(exception) => exception.event.kind.is_software(),
        _ => false,
    }
}

/// Whether the exit may have come in the middle of an event's delivery: then, and only then, IDT-vectoring information is valid (SDM
/// "Information for VM Exits That Occur During Event Delivery", 28.2.4). An instruction that exits was reached by the guest.
#[must_use]
pub fn may_interrupt_delivery(exit: &Exit) -> bool {
    !has_instruction_length(exit) || matches!(exit, Exit::TaskSwitch(_) | Exit::Exception(_))
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

fn exception(fields: &impl ExitFields) -> Exit {
    let info = fields.interruption_info();
    match event(
        info,
        || fields.interruption_error_code(),
        || fields.instruction_length(),
    ) {
        Some(event) if event.kind == EventKind::Nmi => Exit::Nmi,
        Some(event) => Exit::Exception(ExceptionExit {
            event,
            qualification: fields.qualification(),
        }),
        None => Exit::Other(r::EXCEPTION_OR_NMI),
    }
}

/// Table 28-2.
fn task_switch(qualification: u64) -> TaskSwitch {
    TaskSwitch {
        selector: qualification as u16,
        source: (qualification >> 30 & 3) as u8,
    }
}

/// Table 28-3.
fn control_register(qualification: u64) -> ControlRegisterAccess {
    let control = (qualification & 0xF) as u8;
    let register = (qualification >> 8 & 0xF) as u8;
    match qualification >> 4 & 3 {
        0 => ControlRegisterAccess::Write { control, register },
        1 => ControlRegisterAccess::Read { control, register },
        2 => ControlRegisterAccess::Clts,
        _ => ControlRegisterAccess::Lmsw((qualification >> 16) as u16),
    }
}

/// Table 28-4.
fn debug_register(qualification: u64) -> DebugRegisterAccess {
    DebugRegisterAccess {
        debug: (qualification & 7) as u8,
        read: qualification & 1 << 4 != 0,
        register: (qualification >> 8 & 0xF) as u8,
    }
}

/// Table 28-5, and for string instructions table 28-8 (VM-exit instruction information).
fn io(fields: &impl ExitFields) -> IoAccess {
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
fn ept_violation(fields: &impl ExitFields) -> EptViolation {
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

/// The reasons that are an instruction and nothing more.
fn instruction(reason: u16) -> Option<Instruction> {
    Some(match reason {
        r::CPUID => Instruction::Cpuid,
        r::GETSEC => Instruction::Getsec,
        r::HLT => Instruction::Hlt,
        r::INVD => Instruction::Invd,
        r::RDPMC => Instruction::Rdpmc,
        r::RDTSC => Instruction::Rdtsc,
        r::RSM => Instruction::Rsm,
        r::VMCALL => Instruction::Vmcall,
        r::VMCLEAR => Instruction::Vmclear,
        r::VMLAUNCH => Instruction::Vmlaunch,
        r::VMPTRLD => Instruction::Vmptrld,
        r::VMPTRST => Instruction::Vmptrst,
        r::VMREAD => Instruction::Vmread,
        r::VMRESUME => Instruction::Vmresume,
        r::VMWRITE => Instruction::Vmwrite,
        r::VMXOFF => Instruction::Vmxoff,
        r::VMXON => Instruction::Vmxon,
        r::MWAIT => Instruction::Mwait,
        r::MONITOR => Instruction::Monitor,
        r::PAUSE => Instruction::Pause,
        r::INVEPT => Instruction::Invept,
        r::RDTSCP => Instruction::Rdtscp,
        r::INVVPID => Instruction::Invvpid,
        r::WBINVD => Instruction::Wbinvd,
        r::XSETBV => Instruction::Xsetbv,
        r::RDRAND => Instruction::Rdrand,
        r::INVPCID => Instruction::Invpcid,
        r::VMFUNC => Instruction::Vmfunc,
        r::ENCLS => Instruction::Encls,
        r::RDSEED => Instruction::Rdseed,
        r::XSAVES => Instruction::Xsaves,
        r::XRSTORS => Instruction::Xrstors,
        r::PCONFIG => Instruction::Pconfig,
        r::UMWAIT => Instruction::Umwait,
        r::TPAUSE => Instruction::Tpause,
        r::LOADIWKEY => Instruction::Loadiwkey,
        r::ENCLV => Instruction::Enclv,
        _ => return None,
    })
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
        ecx: u32,
        edx_eax: u64,
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
        fn ecx(&self) -> u32 {
            self.ecx
        }
        fn edx_eax(&self) -> u64 {
            self.edx_eax
        }
    }

    fn qualified(reason: u16, qualification: u64) -> Exit {
        decode(
            u32::from(reason),
            &Fields {
                qualification,
                ..Fields::default()
            },
        )
        .unwrap()
    }

    #[test]
    fn out_dx_al_and_rep_insd() {
        // out 0xE9, al: one byte, out, immediate operand (bit 6), port in bits 31:16.
        let access = Exit::Io(IoAccess {
            port: 0xE9,
            width: 1,
            input: false,
            string: None,
        });
        assert_eq!(qualified(30, 0x00E9_0040), access);
        // rep insd in 64-bit mode: four bytes (3), in (bit 3), string (4), rep (5); address size 64 = 2 in bits 9:7.
        let fields = Fields {
            qualification: 0x01F0_003B,
            linear: 0x7000,
            instruction: 2 << 7,
            ..Fields::default()
        };
        let string = Some(StringIo {
            rep: true,
            linear: Gva(0x7000),
            segment: SegmentName::Es,
            address_size: 8,
        });
        let access = Exit::Io(IoAccess {
            port: 0x1F0,
            width: 4,
            input: true,
            string,
        });
        assert_eq!(decode(30, &fields), Ok(access));
        // fs outsb in 16-bit code: one byte, out, string; segment 4 in bits 17:15.
        let fields = Fields {
            qualification: 0x03F8_0010,
            linear: 0x500,
            instruction: 4 << 15,
            ..Fields::default()
        };
        let Ok(Exit::Io(IoAccess { string, .. })) = decode(30, &fields) else {
            panic!("no port access")
        };
        assert_eq!(
            string,
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
        let forms = [
            (
                0x0000_0000,
                Access::Write {
                    control: 0,
                    register: 0,
                },
            ),
            (
                0x0000_0F14,
                Access::Read {
                    control: 4,
                    register: 15,
                },
            ),
            (0x0000_0020, Access::Clts),
            (0x1234_0030, Access::Lmsw(0x1234)),
            (
                0x0000_0308,
                Access::Write {
                    control: 8,
                    register: 3,
                },
            ),
        ];
        for (qualification, access) in forms {
            assert_eq!(qualified(28, qualification), Exit::ControlRegister(access));
        }
    }

    #[test]
    fn debug_register_forms() {
        let read = DebugRegisterAccess {
            debug: 6,
            read: true,
            register: 2,
        };
        assert_eq!(qualified(29, 0x216), Exit::DebugRegister(read));
    }

    #[test]
    fn a_write_to_missing_memory() {
        let fields = Fields {
            qualification: 0x182,
            linear: 0xB_8000,
            physical: 0xB_8000,
            ..Fields::default()
        };
        let Ok(Exit::EptViolation(violation)) = decode(48, &fields) else {
            panic!()
        };
        assert!(violation.write && !violation.read && !violation.fetch && violation.translated);
        assert_eq!(
            (violation.gpa, violation.gva, violation.allowed),
            (Gpa(0xB_8000), Some(Gva(0xB_8000)), 0)
        );
        // Without a valid linear address (bit 7) bit 8 says nothing.
        let fields = Fields {
            qualification: 0x139,
            ..fields
        };
        let Ok(Exit::EptViolation(violation)) = decode(48, &fields) else {
            panic!()
        };
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
        let event = Event::fault_with_code(14, 2);
        let exception = ExceptionExit {
            event,
            qualification: 0xDEAD_0000,
        };
        assert_eq!(decode(0, &fields), Ok(Exit::Exception(exception)));
        assert_eq!(
            decode(
                0,
                &Fields {
                    info: 0x8000_0202,
                    ..fields
                }
            ),
            Ok(Exit::Nmi)
        );
        // INT3: software exception (6), one byte long.
        let fields = Fields {
            info: 0x8000_0603,
            length: 1,
            ..Fields::default()
        };
        let Ok(exit @ Exit::Exception(exception)) = decode(0, &fields) else {
            panic!()
        };
        assert_eq!(
            (exception.event.vector, exception.event.instruction_length),
            (3, 1)
        );
        assert!(has_instruction_length(&exit));
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
        let fields = Fields {
            qualification: 4,
            ..Fields::default()
        };
        let failure = EntryFailure {
            kind: EntryFailureKind::GuestState,
            qualification: 4,
        };
        assert_eq!(decode(0x8000_0021, &fields), Err(failure));
    }

    #[test]
    fn msr_operands_come_from_the_registers() {
        let fields = Fields {
            ecx: 0xC000_0080,
            edx_eax: 0x1_0000_0500,
            ..Fields::default()
        };
        assert_eq!(
            decode(32, &fields),
            Ok(Exit::WriteMsr(0xC000_0080, 0x1_0000_0500))
        );
        assert_eq!(decode(31, &fields), Ok(Exit::ReadMsr(0xC000_0080)));
    }

    proptest! {
        /// Whatever the CPU reports: no panic, and every reason that is no failed entry and has a name is recognised, but for
        /// the few newer ones that nothing here switches on.
        #[test]
        fn nothing_a_cpu_reports_is_fatal(
            reason in any::<u32>(), qualification in any::<u64>(), info in any::<u32>(), instruction in any::<u32>(),
        ) {
            let fields = Fields { qualification, info, instruction, ..Fields::default() };
            for reason in [reason, reason & 0x7F] {
                if let Ok(Exit::Other(number)) = decode(reason, &fields) {
                    let failed_entry = matches!(number, r::ENTRY_GUEST_STATE | r::ENTRY_MSR_LOADING | r::ENTRY_MACHINE_CHECK);
                    let unnamed = r::name(number) == "unknown reason";
                    prop_assert!(number == 0 || unnamed || failed_entry || number > r::PCONFIG);
                }
            }
        }
    }
}
