//! The ROM: a stub per vector, and the few bytes programs look for at fixed places.

use crate::memory::{MemoryError, zeroed};
use alloc::vec::Vec;
use bounds::Clip;

/// The ROM's segment.
const SEGMENT: u16 = 0xF000;
/// The first stub.
const STUBS: u16 = 0xE000;
/// Bytes from one stub to the next.
const STEP: u16 = 8;
/// Where a service waits for an interrupt, and then runs again; a stub's length per vector, like the stubs.
const WAITS: u16 = 0xE800;
/// The reset vector.
const RESET: usize = 0xFFF0;
/// The machine's kind: a PC/AT.
const MODEL: usize = 0xFFFE;
/// The BIOS date that some programs print.
const DATE: (usize, &[u8]) = (0xFFF5, b"11/20/26");

const VMCALL: [u8; 3] = [0x0F, 0x01, 0xC1];
const IRET: u8 = 0xCF;
const STI_HLT: [u8; 2] = [0xFB, 0xF4];
/// A jump with a 16-bit displacement.
const JUMP: u8 = 0xE9;
const INT: u8 = 0xCD;
const FAR_JUMP: u8 = 0xEA;

/// The timer's interrupt, which calls the one that programs hook.
const TIMER: u8 = 0x08;
const USER_TICK: u8 = 0x1C;
/// Loading the boot sector.
const BOOTSTRAP: u8 = 0x19;

/// The offset of a vector's stub.
const fn stub(vector: u8) -> u16 {
    STUBS + vector as u16 * STEP
}

/// The offset of a vector's waiting place.
pub const fn wait(vector: u8) -> u16 {
    WAITS + vector as u16 * STEP
}

/// The vector whose stub has its VMCALL at this offset.
pub fn vector_at(offset: u64) -> Option<u8> {
    let distance = offset.checked_sub(u64::from(STUBS))?;
    let vector = u8::try_from(distance / u64::from(STEP)).ok()?;
    (distance % u64::from(STEP) == 0).then_some(vector)
}

/// The interrupt table.
pub fn vectors() -> Vec<u8> {
    (0..=255)
        .flat_map(|vector| [stub(vector).to_le_bytes(), SEGMENT.to_le_bytes()])
        .flatten()
        .collect()
}

/// The last 64 KiB below 1 MiB.
pub fn image() -> Result<Vec<u8>, MemoryError> {
    let mut rom = zeroed(0x1_0000)?;
    let mut put = |at: usize, bytes: &[u8]| bounds::copy(rom.past_mut(at), bytes);
    for vector in 0..=255 {
        let at = usize::from(stub(vector));
        put(at, &VMCALL);
        match vector {
            TIMER => put(at + 3, &[INT, USER_TICK, IRET]),
            _ => put(at + 3, &[IRET]),
        };
        let at = usize::from(wait(vector));
        let back = stub(vector).wrapping_sub(wait(vector) + 5).to_le_bytes();
        put(at, &[STI_HLT[0], STI_HLT[1], JUMP, back[0], back[1]]);
    }
    let [low, high] = stub(BOOTSTRAP).to_le_bytes();
    let [segment_low, segment_high] = SEGMENT.to_le_bytes();
    put(RESET, &[FAR_JUMP, low, high, segment_low, segment_high]);
    put(DATE.0, DATE.1);
    put(MODEL, &[0xFC]);
    Ok(rom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_and_vectors_agree() {
        let (vectors, image) = (vectors(), image().unwrap());
        for vector in 0..=255u8 {
            let entry = &vectors[4 * usize::from(vector)..][..4];
            let offset = u16::from_le_bytes([entry[0], entry[1]]);
            assert_eq!(vector_at(u64::from(offset)), Some(vector));
            assert_eq!(image[usize::from(offset)..][..3], VMCALL);
            let at = usize::from(wait(vector));
            let displacement = u16::from_le_bytes([image[at + 3], image[at + 4]]);
            assert_eq!(
                (at as u16 + 5).wrapping_add(displacement),
                offset,
                "waiting ends in the stub"
            );
        }
        assert_eq!(vector_at(u64::from(STUBS) + 1), None);
        assert_eq!(vector_at(u64::from(WAITS)), None);
    }
}
