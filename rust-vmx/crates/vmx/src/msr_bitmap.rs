//! Which MSRs exit (SDM "MSR-Bitmap Address", 25.6.9).
//!
//! ```text
//! offset 0     1024    2048     3072
//!        +-------+--------+--------+---------+   low  = MSRs 0 to 1FFFH
//!        | read  | read   | write  | write   |   high = MSRs C0000000H to C0001FFFH
//!        | low   | high   | low    | high    |   set = exit; all other MSRs always exit
//!        +-------+--------+--------+---------+
//! ```

use crate::addr::Hpa;
use crate::frames::{Frames, OwnedFrames};
use crate::msr;

/// One bit per MSR and direction.
pub struct MsrBitmap<F: Frames> {
    bitmap: OwnedFrames<F>,
}

const READ: usize = 0;
const WRITE: usize = 2048;

impl<F: Frames> MsrBitmap<F> {
    /// A bitmap under which every access exits; `None` when there is no frame.
    pub fn new(frames: F) -> Option<Self> {
        let bitmap = OwnedFrames::allocate(frames, 1)?;
        bitmap.write(0, &[0xFF; 4096]);
        Some(Self { bitmap })
    }

    /// Lets the guest read the MSR without an exit, if it is one of [`SWITCHED`] or [`READABLE`]; all others keep exiting.
    pub fn pass_read(&mut self, msr: u32) {
        if SWITCHED.contains(&msr) || READABLE.contains(&msr) {
            self.clear(READ, msr);
        }
    }

    /// Lets the guest write the MSR without an exit, if it is one of [`SWITCHED`]; all others keep exiting.
    pub fn pass_write(&mut self, msr: u32) {
        if SWITCHED.contains(&msr) {
            self.clear(WRITE, msr);
        }
    }

    fn clear(&mut self, direction: usize, number: u32) {
        let Some(index) = index(number) else { return };
        let byte = direction + index / 8;
        let mut bits = [0];
        self.bitmap.read(byte, &mut bits);
        self.bitmap.write(byte, &[bits[0] & !(1 << (index % 8))]);
    }

    pub(crate) fn address(&self) -> Hpa {
        self.bitmap.hpa()
    }
}

/// The MSRs a guest may read and write without an exit. It has its own of each: the first five in the VMCS, the others switched
/// when a vCPU is loaded (`vcpu::switch`). None of them can harm the host: the CPU itself refuses a WRMSR of a
/// non-canonical address or a reserved bit with #GP, in the guest as anywhere.
///
/// Not among them are IA32_EFER and IA32_PAT: what the guest writes there must be checked against what it was offered.
pub const SWITCHED: &[u32] = &[
    msr::IA32_SYSENTER_CS,
    msr::IA32_SYSENTER_ESP,
    msr::IA32_SYSENTER_EIP,
    msr::IA32_FS_BASE,
    msr::IA32_GS_BASE,
    msr::IA32_STAR,
    msr::IA32_LSTAR,
    msr::IA32_CSTAR,
    msr::IA32_FMASK,
    msr::IA32_KERNEL_GS_BASE,
    msr::IA32_TSC_AUX,
];

/// The MSRs that a guest may only read without an exit; `controls::policy` requires what makes that safe. Each entry loads the guest's
/// IA32_EFER. With "use TSC offsetting" RDMSR of the time-stamp counter adds the guest's offset as RDTSC does (SDM "Changes to Instruction
/// Behavior in VMX Non-Root Operation", 26.3); a WRMSR would set the host's.
pub const READABLE: &[u32] = &[msr::IA32_TIME_STAMP_COUNTER, msr::IA32_EFER];

/// The MSR's place in a half of the bitmap for one direction, in bits.
const fn index(number: u32) -> Option<usize> {
    match number {
        0..0x2000 => Some(number as usize),
        0xC000_0000..0xC000_2000 => Some((number - 0xC000_0000) as usize + 1024 * 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::fake::FakeFrames;

    #[test]
    fn the_four_parts_lie_where_the_sdm_puts_them() {
        let frames = FakeFrames::new(1);
        let mut bitmap = MsrBitmap::new(&frames).unwrap();
        // Of the last ones only reads can be passed, and of IA32_APIC_BASE nothing.
        for &number in SWITCHED.iter().chain(READABLE).chain(&[0x1B]) {
            bitmap.pass_read(number);
            bitmap.pass_write(number);
        }
        let mut bits = [0; 4096];
        bitmap.bitmap.read(0, &mut bits);
        // SYSENTER_CS, 174H: bit 4 of byte 2EH, reads at 0, writes at 2048.
        assert_eq!(bits[0x2E] & 1 << 4, 0);
        assert_eq!(bits[2048 + 0x2E] & 1 << 4, 0);
        // LSTAR, C0000082H: bit 2 of byte 10H of the high halves.
        assert_eq!(bits[1024 + 0x10] & 1 << 2, 0);
        assert_eq!(bits[3072 + 0x10] & 1 << 2, 0);
        // EFER, C0000080H, is read freely.
        assert_eq!(bits[1024 + 0x10] & 1, 0);
        assert_ne!(bits[3072 + 0x10] & 1, 0);
        // The time-stamp counter, too.
        assert_eq!((bits[2] & 1, bits[2048 + 2] & 1), (0, 1));
        let passed: u32 = bits.iter().map(|byte| byte.count_zeros()).sum();
        assert_eq!(passed as usize, 2 * SWITCHED.len() + READABLE.len());
    }

    #[test]
    fn other_msrs_have_no_place() {
        assert_eq!(index(0x2000), None);
        assert_eq!(index(0x4000_0000), None);
        assert_eq!(index(0xC000_2000), None);
    }
}
