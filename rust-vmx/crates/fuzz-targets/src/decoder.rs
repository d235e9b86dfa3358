//! The exit decoder over any content of the exit-information fields.

use crate::input::Input;
use vmx::exit::decode::{self, ExitFields};
use vmx::exit::reason;
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
    pub(crate) vectoring: u32,
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
            vectoring: input.long(),
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
    fn vectoring_info(&self) -> u32 {
        self.vectoring
    }
    fn vectoring_error_code(&self) -> u32 {
        self.error_code
    }
}

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let exit_reason = input.long();
    let fields = Fields::read(&mut input);
    match decode::reason(exit_reason, &fields) {
        Ok(reason) => {
            assert_eq!(exit_reason >> 31, 0, "bit 31 alone says that an entry failed");
            assert_eq!(reason, exit_reason as u16);
            let _text = reason::name(reason);
        }
        Err(failure) => {
            assert_eq!(exit_reason >> 31, 1);
            assert_eq!(failure.qualification, fields.qualification);
            let _text = format!("{failure} {failure:?}");
        }
    }
    check(&fields);
}

/// What handlers rely on.
fn check(fields: &Fields) {
    let access = decode::io(fields);
    assert_eq!(u64::from(access.port), fields.qualification >> 16 & 0xFFFF);
    assert!((1..=8).contains(&access.width));
    if let Some(string) = access.string {
        assert!(matches!(string.address_size, 2 | 4 | 8));
        assert!(!access.input || string.segment == SegmentName::Es);
    }
    if let Some(exception) = decode::exception(fields) {
        // What was decoded can be encoded: the event as the CPU described it, for the next entry.
        let described = fields.interruption & 0x8000_0FFF;
        assert_eq!(exception.event.interruption_info(), described);
    }
    assert!(decode::task_switch(fields.qualification).source < 4);
    assert!(decode::vectoring(fields).is_none_or(|event| u32::from(event.vector) == fields.vectoring & 0xFF));
    let violation = decode::ept_violation(fields);
    assert!(violation.gva.is_some() || !violation.translated);
    let _form = decode::control_register(fields.qualification);
}
