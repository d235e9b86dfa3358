//! The ROM: a stub per vector, the routines that take more than a call of the hypervisor, and the few bytes that programs look
//! for at fixed places.

use super::floppy;
use crate::memory::layout::FIRMWARE;
use crate::memory::{MemoryError, zeroed};
use alloc::vec::Vec;
use bounds::Clip;
use vmx::addr::Gpa;

/// The ROM's segment.
pub const SEGMENT: u16 = 0xF000;
/// The stubs, and the routines behind them: eight bytes each.
const STUBS: u16 = 0xE000;
const ROUTINES: u16 = STUBS + 256 * STEP;
const STEP: u16 = 8;
/// The parameter tables of diskette drives, from where the PC had its one.
pub const DISKETTE_TABLES: u16 = 0xEFC7;
/// Where nothing is: a font of blanks.
pub const BLANK_FONT: u16 = 0;
/// The reset vector.
const RESET: u16 = 0xFFF0;
/// The machine's kind: a PC/AT.
const MODEL: u16 = 0xFFFE;
/// The BIOS date that some programs print.
const DATE: (u16, &[u8]) = (0xFFF5, b"11/20/26");

/// Vectors that the ROM itself calls or that are no code.
const TIMER: u8 = 0x08;
const USER_TICK: u8 = 0x1C;
const KEYBOARD: u8 = 0x09;
const BOOTSTRAP: u8 = 0x19;
const DISKETTE_PARAMETERS: u8 = 0x1E;
const FONTS: [u8; 2] = [0x1F, 0x43];

/// Opcodes.
mod op {
    pub const VMCALL: [u8; 3] = [0x0F, 0x01, 0xC1];
    pub const IRET: u8 = 0xCF;
    pub const INT: u8 = 0xCD;
    pub const PUSH_AX: u8 = 0x50;
    pub const POP_AX: u8 = 0x58;
    pub const STI: u8 = 0xFB;
    pub const HLT: u8 = 0xF4;
    /// With a displacement of 16 bits.
    pub const JUMP: u8 = 0xE9;
    pub const FAR_JUMP: u8 = 0xEA;
}

/// Whose VMCALL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The stub of a vector.
    Vector(u8),
    /// A routine.
    Routine(Routine),
}

/// What is more than VMCALL and IRET, in the order in which it lies in the ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routine {
    /// Waits for an interrupt, then asks for a key again.
    WaitForKey,
    /// Waits for an interrupt, then looks at the time.
    WaitForTime,
    /// Calls to look at the time.
    TimePassed,
    /// Serves interrupts for ever.
    Idle,
    /// The keyboard's interrupt, up to the stub's call.
    KeyPressed,
    /// Calls with the scan code that INT 15h, AH=4Fh, left.
    KeyTaken,
    /// Returns from the keyboard's interrupt.
    KeyDone,
    /// Lets programs have the timer's tick, then fetches the key that waited.
    TickKeyWaiting,
    /// Fetches the key that waited.
    KeyWaiting,
    /// Calls for its scan code.
    KeyFetch,
    /// Calls with the scan code that INT 15h, AH=4Fh, left.
    KeyFetched,
    /// Waits for an interrupt, then looks for a key that ends the pause.
    WaitForResume,
    /// Calls to look whether the pause has ended.
    Paused,
    /// Ctrl-Break.
    Break,
    /// Print Screen.
    PrintScreen,
    /// SysReq, with AX ready for INT 15h.
    SystemRequest,
    /// The clock's alarm.
    Alarm,
}

impl Routine {
    const ALL: [Self; 17] = [
        Self::WaitForKey,
        Self::WaitForTime,
        Self::TimePassed,
        Self::Idle,
        Self::KeyPressed,
        Self::KeyTaken,
        Self::KeyDone,
        Self::TickKeyWaiting,
        Self::KeyWaiting,
        Self::KeyFetch,
        Self::KeyFetched,
        Self::WaitForResume,
        Self::Paused,
        Self::Break,
        Self::PrintScreen,
        Self::SystemRequest,
        Self::Alarm,
    ];

    /// Its offset in the ROM's segment.
    const fn offset(self) -> u16 {
        ROUTINES + self as u16 * STEP
    }

    /// Its offset in a segment that begins at `base`.
    pub fn offset_from(self, base: u64) -> u64 {
        (FIRMWARE + u64::from(self.offset())).wrapping_sub(base) & 0xFFFF
    }

    fn code(self) -> Code {
        use op::{HLT, INT, IRET, POP_AX, PUSH_AX, STI};
        match self {
            Self::WaitForKey => Code::jumping(&[STI, HLT], stub(0x16)),
            Self::WaitForTime => Code::jumping(&[STI, HLT], Self::TimePassed.offset()),
            Self::TimePassed => Code::calling(&[IRET]),
            Self::Idle => Code::jumping(&[STI, HLT], self.offset()),
            Self::KeyPressed => Code::jumping(&[PUSH_AX], stub(KEYBOARD)),
            Self::TickKeyWaiting => Code::jumping(&[INT, USER_TICK], Self::KeyWaiting.offset()),
            Self::KeyWaiting => Code::jumping(&[PUSH_AX], Self::KeyFetch.offset()),
            Self::KeyFetch => Code::intercepted(Self::KeyFetched),
            Self::KeyTaken | Self::KeyFetched | Self::Paused => Code::calling(&[POP_AX, IRET]),
            Self::KeyDone => Code::of(&[POP_AX, IRET]),
            Self::WaitForResume => Code::jumping(&[STI, HLT], Self::Paused.offset()),
            Self::Break => Code::of(&[INT, 0x1B, POP_AX, IRET]),
            Self::PrintScreen => Code::of(&[INT, 0x05, POP_AX, IRET]),
            Self::SystemRequest => Code::of(&[INT, 0x15, POP_AX, IRET]),
            Self::Alarm => Code::of(&[INT, 0x4A, IRET]),
        }
    }
}

/// Instructions.
struct Code {
    /// They begin with VMCALL.
    call: bool,
    then: &'static [u8],
    /// Where they jump in the end.
    jump: Option<u16>,
}

impl Code {
    const fn of(then: &'static [u8]) -> Self {
        Self {
            call: false,
            then,
            jump: None,
        }
    }

    const fn calling(then: &'static [u8]) -> Self {
        Self {
            call: true,
            then,
            jump: None,
        }
    }

    const fn jumping(then: &'static [u8], to: u16) -> Self {
        Self {
            call: false,
            then,
            jump: Some(to),
        }
    }

    /// Calls for a scan code, and lets the keyboard intercept change or take it.
    const fn intercepted(then: Routine) -> Self {
        Self {
            call: true,
            then: &[op::INT, 0x15],
            jump: Some(then.offset()),
        }
    }

    /// As bytes for this offset.
    fn bytes(&self, at: u16) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.call {
            bytes.extend(op::VMCALL);
        }
        bytes.extend(self.then);
        if let Some(target) = self.jump {
            let end = at + bytes.len() as u16 + 3;
            bytes.push(op::JUMP);
            bytes.extend(target.wrapping_sub(end).to_le_bytes());
        }
        bytes
    }
}

/// The offset of a vector's stub.
const fn stub(vector: u8) -> u16 {
    STUBS + vector as u16 * STEP
}

/// The stub of a vector.
fn stub_code(vector: u8) -> Code {
    match vector {
        TIMER => Code::calling(&[op::INT, USER_TICK, op::IRET]),
        KEYBOARD => Code::intercepted(Routine::KeyTaken),
        _ => Code::calling(&[op::IRET]),
    }
}

/// Whose VMCALL is at this address.
pub fn entry_at(at: Gpa) -> Option<Entry> {
    let distance = at.0.checked_sub(FIRMWARE + u64::from(STUBS))?;
    if distance % u64::from(STEP) != 0 {
        return None;
    }
    let number = (distance / u64::from(STEP)) as usize;
    match u8::try_from(number) {
        Ok(vector) => Some(Entry::Vector(vector)),
        Err(_) => Routine::ALL.get(number - 256).copied().map(Entry::Routine),
    }
}

/// The interrupt table; `diskette` is the format whose parameters INT 1Eh points at.
pub fn vectors(diskette: &floppy::Format) -> Vec<u8> {
    (0..=255)
        .map(|vector| match vector {
            KEYBOARD => Routine::KeyPressed.offset(),
            DISKETTE_PARAMETERS => diskette.table(),
            _ if FONTS.contains(&vector) => BLANK_FONT,
            _ => stub(vector),
        })
        .flat_map(|offset| [offset.to_le_bytes(), SEGMENT.to_le_bytes()])
        .flatten()
        .collect()
}

/// The last 64 KiB below 1 MiB.
pub fn image() -> Result<Vec<u8>, MemoryError> {
    let mut rom = zeroed(0x1_0000)?;
    let mut put = |at: u16, bytes: &[u8]| bounds::copy(rom.past_mut(at.into()), bytes);
    for vector in 0..=255 {
        put(stub(vector), &stub_code(vector).bytes(stub(vector)));
    }
    for routine in Routine::ALL {
        put(routine.offset(), &routine.code().bytes(routine.offset()));
    }
    for format in &floppy::FORMATS {
        put(format.table(), &format.parameters());
    }
    let [low, high] = stub(BOOTSTRAP).to_le_bytes();
    let [segment_low, segment_high] = SEGMENT.to_le_bytes();
    put(RESET, &[op::FAR_JUMP, low, high, segment_low, segment_high]);
    put(DATE.0, DATE.1);
    put(MODEL, &[0xFC]);
    Ok(rom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u16) -> Option<Entry> {
        entry_at(Gpa(FIRMWARE + u64::from(offset)))
    }

    #[test]
    fn stubs_and_vectors_agree() {
        let (vectors, image) = (vectors(&floppy::FORMATS[0]), image().unwrap());
        for vector in 0..=255u8 {
            let entry = &vectors[4 * usize::from(vector)..][..4];
            let offset = u16::from_le_bytes([entry[0], entry[1]]);
            match vector {
                KEYBOARD => assert_eq!(image[usize::from(offset)], op::PUSH_AX),
                DISKETTE_PARAMETERS => assert_eq!(offset, floppy::FORMATS[0].table()),
                0x1F | 0x43 => assert_eq!(image[usize::from(offset)..][..4096], [0; 4096]),
                _ => {
                    assert_eq!(at(offset), Some(Entry::Vector(vector)));
                    assert_eq!(image[usize::from(offset)..][..3], op::VMCALL);
                }
            }
        }
        assert_eq!(at(STUBS + 1), None);
    }

    #[test]
    fn routines_have_their_places() {
        let image = image().unwrap();
        for (number, routine) in Routine::ALL.into_iter().enumerate() {
            assert_eq!(routine as usize, number);
            assert_eq!(at(routine.offset()), Some(Entry::Routine(routine)));
            let code = routine.code().bytes(routine.offset());
            assert!(code.len() <= usize::from(STEP), "{routine:?}");
            assert_eq!(image[usize::from(routine.offset())..][..code.len()], *code);
            // From another segment that the same place is in.
            assert_eq!(
                routine.offset_from(0xF_8000) + 0x8000,
                u64::from(routine.offset())
            );
        }
        assert_eq!(at(ROUTINES + Routine::ALL.len() as u16 * STEP), None);
    }
}
