//! What a PC may have at places where this one has nothing.

/// Ports: the first, the last, and what is missing.
const PORTS: &[(u16, u16, &str)] = &[
    (0x60, 0x6F, "no such port of the keyboard controller"),
    (0xE0, 0xEB, "no test device"),
    (0xED, 0xED, "no device; writes are a delay"),
    (0xF0, 0xF1, "no coprocessor logic"),
    (0x170, 0x177, "no second disk controller"),
    (0x1E8, 0x1EF, "no third disk controller"),
    (0x168, 0x16F, "no fourth disk controller"),
    (0x1F0, 0x1F7, "no disk controller"),
    (0x200, 0x207, "no joystick"),
    (0x220, 0x22F, "no sound card"),
    (0x278, 0x27F, "no parallel port LPT2"),
    (0x2E8, 0x2EF, "no serial port COM4"),
    (0x2F8, 0x2FF, "no serial port COM2"),
    (0x300, 0x31F, "no network card"),
    (0x330, 0x331, "no MIDI port"),
    (0x376, 0x377, "no second disk controller"),
    (0x378, 0x37F, "no parallel port LPT1"),
    (0x3BC, 0x3BF, "no parallel port"),
    (0x3E0, 0x3E1, "no PCMCIA controller"),
    (0x3E8, 0x3EF, "no serial port COM3"),
    (0x3F0, 0x3F7, "no floppy disk controller"),
    (0x510, 0x51B, "no fw_cfg of QEMU"),
    (0xA20, 0xA2F, "no token-ring card"),
    (0xCF8, 0xCFF, "no PCI"),
    (0x1CE, 0x1CF, "no Bochs display extensions"),
    (0x5658, 0x5659, "no VMware backdoor"),
];

/// Guest-physical memory, in the same way.
const MEMORY: &[(u64, u64, &str)] = &[
    (0xC_0000, 0xF_FFFF, "no option ROM"),
    (0xFEC0_0000, 0xFEC0_FFFF, "no I/O APIC"),
    (0xFED0_0000, 0xFED0_3FFF, "no HPET"),
    (0xFED4_0000, 0xFED4_4FFF, "no TPM"),
    (0xFEE0_0000, 0xFEEF_FFFF, "no local APIC"),
    (0xFFC0_0000, 0xFFFF_FFFF, "no flash memory"),
];

/// What the guest may look for at a port, or at an address.
pub(super) fn what_is_missing(port: bool, at: u64) -> &'static str {
    if port {
        let found = PORTS
            .iter()
            .find(|(first, last, _)| (u64::from(*first)..=u64::from(*last)).contains(&at));
        return found.map_or("no device", |(_, _, what)| what);
    }
    let found = MEMORY
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&at));
    found.map_or("neither memory nor a device", |(_, _, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_places_have_names() {
        assert_eq!(what_is_missing(true, 0xCFC), "no PCI");
        assert_eq!(what_is_missing(true, 0x2FD), "no serial port COM2");
        assert_eq!(what_is_missing(false, 0xFEC0_0000), "no I/O APIC");
        assert_eq!(what_is_missing(false, 0xFED4_0000), "no TPM");
        assert_eq!(what_is_missing(true, 0xFEC0), "no device");
        assert_eq!(what_is_missing(false, 0xCF8), "neither memory nor a device");
    }
}
