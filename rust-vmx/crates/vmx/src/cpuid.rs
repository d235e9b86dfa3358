//! What CPUID says about the host's CPU.

use crate::controls::SecondaryControls;
use crate::instructions::cpuid;

/// CPUID.1:ECX.VMX\[5\]. It decides, whatever the vendor string says: emulators and other makers offer VMX too.
#[must_use]
pub fn has_vmx() -> bool {
    cpuid(1, 0)[2] & 1 << 5 != 0
}

/// CPUID.1:ECX\[31\], which no CPU sets and every hypervisor does.
#[must_use]
pub fn is_virtual() -> bool {
    cpuid(1, 0)[2] & 1 << 31 != 0
}

/// Whether IA32_TSC_AUX exists: CPUID.80000001H:EDX.RDTSCP\[27\] or CPUID.7:ECX.RDPID\[22\].
#[must_use]
pub fn has_tsc_aux() -> bool {
    cpuid(0x8000_0000, 0)[0] >= 0x8000_0001 && cpuid(0x8000_0001, 0)[3] & 1 << 27 != 0
        || cpuid(0, 0)[0] >= 7 && cpuid(7, 0)[2] & 1 << 22 != 0
}

/// CPUID.(EAX=7,ECX=0):EDX; 0 where the leaf is missing.
#[must_use]
pub fn structured_features() -> u32 {
    if cpuid(0, 0)[0] >= 7 { cpuid(7, 0)[3] } else { 0 }
}

/// Bytes an XSAVE area needs in the standard format for all components XCR0 allows now (CPUID.0DH.0:EBX).
#[must_use]
pub fn xsave_area_size() -> usize {
    cpuid(0xD, 0)[1] as usize
}

/// Width of physical addresses (CPUID.80000008H:EAX\[7:0\]); 36 where the leaf is missing, as the SDM says.
#[must_use]
pub fn physical_address_bits() -> u32 {
    if cpuid(0x8000_0000, 0)[0] >= 0x8000_0008 {
        cpuid(0x8000_0008, 0)[0] & 0xFF
    } else {
        36
    }
}

/// Width of linear addresses (CPUID.80000008H:EAX\[15:8\]): 57 with five-level paging, whether it is used or not; without the leaf
/// that of four-level paging.
#[must_use]
pub fn linear_address_bits() -> u32 {
    if cpuid(0x8000_0000, 0)[0] >= 0x8000_0008 {
        cpuid(0x8000_0008, 0)[0] >> 8 & 0xFF
    } else {
        48
    }
}

/// The vendor string, for messages.
#[must_use]
pub fn vendor() -> [u8; 12] {
    let [_, ebx, ecx, edx] = cpuid(0, 0);
    let mut text = [0; 12];
    for (part, register) in text.chunks_exact_mut(4).zip([ebx, edx, ecx]) {
        part.copy_from_slice(&register.to_le_bytes());
    }
    text
}

/// CPUID as the CPU would answer it in VMX non-root operation under these controls: without the instructions that are #UD there
/// because their control is 0 (SDM "Changes to Instruction Behavior in VMX Non-Root Operation", 26.3), and without VMX.
#[must_use]
pub fn in_guest(leaf: u32, subleaf: u32, controls: SecondaryControls) -> [u32; 4] {
    without_missing(leaf, subleaf, cpuid(leaf, subleaf), controls)
}

fn without_missing(leaf: u32, subleaf: u32, answer: [u32; 4], controls: SecondaryControls) -> [u32; 4] {
    let [eax, ebx, ecx, edx] = answer;
    let unless = |control: SecondaryControls, bits: u32| if controls.contains(control) { 0 } else { bits };
    match (leaf, subleaf) {
        // VMX, bit 5.
        (1, _) => [eax, ebx, ecx & !(1 << 5), edx],
        // EBX bit 10 INVPCID; ECX bit 5 WAITPKG, bit 22 RDPID (which comes with RDTSCP).
        (7, 0) => [
            eax,
            ebx & !unless(SecondaryControls::INVPCID, 1 << 10),
            ecx & !unless(SecondaryControls::USER_WAIT_AND_PAUSE, 1 << 5)
                & !unless(SecondaryControls::RDTSCP, 1 << 22),
            edx,
        ],
        // EAX bit 3: XSAVES, XRSTORS and IA32_XSS.
        (0xD, 1) => [eax & !unless(SecondaryControls::XSAVES, 1 << 3), ebx, ecx, edx],
        (0x8000_0001, _) => [eax, ebx, ecx, edx & !unless(SecondaryControls::RDTSCP, 1 << 27)],
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_without_their_control_are_not_offered() {
        let ones = [u32::MAX; 4];
        let none = SecondaryControls::empty();
        assert_eq!(
            without_missing(1, 0, ones, SecondaryControls::all())[2],
            !(1 << 5)
        );
        assert_eq!(without_missing(7, 0, ones, none)[1], !(1 << 10));
        assert_eq!(without_missing(7, 0, ones, none)[2], !(1 << 5 | 1 << 22));
        assert_eq!(without_missing(7, 0, ones, SecondaryControls::all()), ones);
        assert_eq!(without_missing(0xD, 1, ones, none)[0], !(1 << 3));
        assert_eq!(without_missing(0xD, 0, ones, none), ones);
        assert_eq!(without_missing(0x8000_0001, 0, ones, none)[3], !(1 << 27));
    }
}
