//! The exit decoder over any content of the exit-information fields.

use crate::input::Input;
use vmx::event::EventKind;
use vmx::exit::decode::{ExitFields, decode, has_instruction_length};
use vmx::exit::{Exit, VmExit, reason};
use vmx::state::SegmentName;

/// The exit-information fields as an input has them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) qualification: u64,
    pub(crate) linear: u64,
    pub(crate) physical: u64,
    pub(crate) interruption: u32,
    pub(crate) error_code: u32,
    pub(crate) length: u32,
    pub(crate) instruction: u32,
    pub(crate) ecx: u32,
    pub(crate) edx_eax: u64,
}

impl Fields {
    pub(crate) fn read(input: &mut Input<'_>) -> Self {
        Self {
            qualification: input.quad(),
            linear: input.quad(),
            physical: input.quad(),
            interruption: input.long(),
            error_code: input.long(),
            length: input.long(),
            instruction: input.long(),
            ecx: input.long(),
            edx_eax: input.quad(),
        }
    }
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
        self.interruption
    }
    fn interruption_error_code(&self) -> u32 {
        self.error_code
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

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let exit_reason = input.long();
    let fields = Fields::read(&mut input);
    let decoded = decode(exit_reason, &fields);
    assert_eq!(
        decoded.is_err(),
        exit_reason >> 31 == 1,
        "bit 31 alone says that an entry failed"
    );
    match decoded {
        Ok(exit) => {
            check(exit_reason as u16, &exit, &fields);
            // What a report makes of it.
            let _text = format!("{exit:?} {}", reason::name(exit_reason as u16));
        }
        Err(failure) => {
            assert_eq!(failure.qualification, fields.qualification);
            let _text = format!("{failure} {failure:?}");
        }
    }
}

/// What handlers rely on.
fn check(reason: u16, exit: &Exit, fields: &Fields) {
    match *exit {
        Exit::Io(access) => {
            assert_eq!(u64::from(access.port), fields.qualification >> 16 & 0xFFFF);
            assert!((1..=8).contains(&access.width));
            if let Some(string) = access.string {
                assert!(matches!(string.address_size, 2 | 4 | 8));
                assert!(!access.input || string.segment == SegmentName::Es);
            }
        }
        Exit::Exception(exception) => {
            let event = exception.event;
            assert_ne!(event.kind, EventKind::Nmi);
            // What was decoded can be encoded: the event as the CPU described it, for the next entry.
            let described = fields.interruption & 0x8000_0FFF;
            assert_eq!(event.interruption_info(), described);
        }
        Exit::Other(number) => assert_eq!(number, reason),
        Exit::TaskSwitch(switch) => assert!(switch.source < 4),
        _ => {}
    }
    let exit = VmExit {
        exit: *exit,
        reason,
        instruction_length: if has_instruction_length(exit) {
            fields.length as u8
        } else {
            0
        },
        vectoring: None,
    };
    let _text = format!("{exit:?}");
}
