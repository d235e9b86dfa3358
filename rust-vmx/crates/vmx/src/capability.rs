//! What this CPU's VMX can do: all capability MSRs (SDM appendix A, "VMX Capability Reporting Facility"), read once, asked
//! by name.

use crate::controls::Allowed;
use crate::msr;

/// The capability MSRs of a CPU with VMX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    basic: u64,
    misc: u64,
    ept_vpid: u64,
    /// What CR0 must be in VMX operation.
    pub cr0: FixedBits,
    /// What CR4 must be in VMX operation.
    pub cr4: FixedBits,
    /// Pin-based controls.
    pub pin: Allowed,
    /// Primary processor-based controls.
    pub primary: Allowed,
    /// Secondary processor-based controls; nothing is allowed where the CPU has none.
    pub secondary: Allowed,
    /// VM-exit controls.
    pub exit: Allowed,
    /// VM-entry controls.
    pub entry: Allowed,
    /// Tertiary processor-based controls that may be 1; none where the CPU has none.
    pub tertiary: u64,
    /// Secondary VM-exit controls that may be 1; none where the CPU has none.
    pub secondary_exit: u64,
    /// VM functions that may be enabled; none where the CPU has none.
    pub vm_functions: u64,
}

/// The fixed bits of CR0 or CR4 (SDM appendix A.7 and A.8): a bit that is 1 in FIXED0 must be 1, a bit that is 0 in
/// FIXED1 must be 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedBits {
    /// Bits that must be 1.
    pub must_be_one: u64,
    /// Bits that may be 1.
    pub may_be_one: u64,
}

impl FixedBits {
    /// The nearest value that VMX operation allows.
    #[must_use]
    pub const fn apply(self, value: u64) -> u64 {
        (value | self.must_be_one) & self.may_be_one
    }
}

/// The memory type 6 of SDM table 12-10, "write back".
const WRITE_BACK: u64 = 6;

impl Capabilities {
    /// Reads the MSRs through `read`. IA32_VMX_BASIC says which others exist (A.1, A.3.3): none is read that does not.
    pub fn from_msrs(mut read: impl FnMut(u32) -> u64) -> Self {
        let basic = read(msr::IA32_VMX_BASIC);
        // Bit 55: the TRUE MSRs exist and tell which "default1" controls can be 0 after all (A.2).
        let has_true = basic & 1 << 55 != 0;
        let mut word =
            |plain: u32, with_true: u32| Allowed::from_msr(read(if has_true { with_true } else { plain }));
        let pin = word(msr::IA32_VMX_PINBASED_CTLS, msr::IA32_VMX_TRUE_PINBASED_CTLS);
        let primary = word(msr::IA32_VMX_PROCBASED_CTLS, msr::IA32_VMX_TRUE_PROCBASED_CTLS);
        let exit = word(msr::IA32_VMX_EXIT_CTLS, msr::IA32_VMX_TRUE_EXIT_CTLS);
        let entry = word(msr::IA32_VMX_ENTRY_CTLS, msr::IA32_VMX_TRUE_ENTRY_CTLS);
        // The secondary controls' MSR exists if they can be activated (bit 31), the EPT and VPID one if either of the two
        // secondary controls can be 1 (A.3.3, A.10).
        let secondary = if primary.may_be_one & 1 << 31 != 0 {
            read(msr::IA32_VMX_PROCBASED_CTLS2)
        } else {
            0
        };
        let secondary = Allowed::from_msr(secondary);
        let ept_vpid = if secondary.may_be_one & (1 << 1 | 1 << 5) != 0 {
            read(msr::IA32_VMX_EPT_VPID_CAP)
        } else {
            0
        };
        // The three of later CPUs exist where the control that brings them in does (A.3.4, A.4.2, A.11).
        let mut if_set = |word: Allowed, bit: u32, number: u32| {
            if word.may_be_one >> bit & 1 != 0 {
                read(number)
            } else {
                0
            }
        };
        let tertiary = if_set(primary, 17, msr::IA32_VMX_PROCBASED_CTLS3);
        let secondary_exit = if_set(exit, 31, msr::IA32_VMX_EXIT_CTLS2);
        let vm_functions = if_set(secondary, 13, msr::IA32_VMX_VMFUNC);
        Self {
            basic,
            misc: read(msr::IA32_VMX_MISC),
            ept_vpid,
            cr0: FixedBits {
                must_be_one: read(msr::IA32_VMX_CR0_FIXED0),
                may_be_one: read(msr::IA32_VMX_CR0_FIXED1),
            },
            cr4: FixedBits {
                must_be_one: read(msr::IA32_VMX_CR4_FIXED0),
                may_be_one: read(msr::IA32_VMX_CR4_FIXED1),
            },
            pin,
            primary,
            secondary,
            exit,
            entry,
            tertiary,
            secondary_exit,
            vm_functions,
        }
    }

    const fn ept_vpid_bit(&self, bit: u32) -> bool {
        self.ept_vpid & 1 << bit != 0
    }

    /// The identifier that the VMXON region and every VMCS region must begin with (A.1, bits 30:0).
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.basic as u32 & 0x7FFF_FFFF
    }

    /// Bytes of a VMXON or VMCS region, at most 4096 (A.1, bits 44:32).
    #[must_use]
    pub const fn region_size(&self) -> usize {
        (self.basic >> 32 & 0x1FFF) as usize
    }

    /// Whether regions and bitmaps must lie below 4 GiB (A.1, bit 48; never with 64-bit CPUs).
    #[must_use]
    pub const fn regions_below_4g(&self) -> bool {
        self.basic & 1 << 48 != 0
    }

    /// Whether the CPU accesses regions and bitmaps as write-back memory (A.1, bits 53:50), as ordinary pointers do.
    #[must_use]
    pub const fn regions_write_back(&self) -> bool {
        self.basic >> 50 & 0xF == WRITE_BACK
    }

    /// Whether exits of INS and OUTS report their operands (A.1, bit 54).
    #[must_use]
    pub const fn reports_string_io(&self) -> bool {
        self.basic & 1 << 54 != 0
    }

    /// The preemption timer counts one for every 2^n TSC ticks (A.6, bits 4:0).
    #[must_use]
    pub const fn preemption_timer_shift(&self) -> u32 {
        (self.misc & 0x1F) as u32
    }

    /// Whether a hardware exception may be injected with or without an error code, whatever its vector (A.1, bit 56).
    #[must_use]
    pub const fn free_error_codes(&self) -> bool {
        self.basic & 1 << 56 != 0
    }

    /// Whether a nested exception can be injected (A.1, bit 58).
    #[must_use]
    pub const fn nested_exceptions(&self) -> bool {
        self.basic & 1 << 58 != 0
    }

    /// Whether a guest may be entered in an activity state (A.6, bits 8:6): 1 HLT, 2 shutdown, 3 wait-for-SIPI.
    #[must_use]
    pub const fn activity_state(&self, state: u32) -> bool {
        match state {
            0 => true,
            1..=3 => self.misc >> (5 + state) & 1 != 0,
            _ => false,
        }
    }

    /// How many CR3-target values there are (A.6, bits 24:16).
    #[must_use]
    pub const fn cr3_targets(&self) -> u32 {
        (self.misc >> 16 & 0x1FF) as u32
    }

    /// How many MSRs a load or store area should have at most (A.6, bits 27:25).
    #[must_use]
    pub const fn msr_list_limit(&self) -> u32 {
        512 * (1 + (self.misc >> 25 & 7) as u32)
    }

    /// Whether a software event with an instruction length of 0 can be injected (A.6, bit 30).
    #[must_use]
    pub const fn zero_length_injection(&self) -> bool {
        self.misc & 1 << 30 != 0
    }

    /// Whether an exit stores EFER.LMA into "IA-32e mode guest" (A.6, bit 5); so it is with unrestricted guest.
    #[must_use]
    pub const fn exit_stores_lma(&self) -> bool {
        self.misc & 1 << 5 != 0
    }

    /// Whether EPT can be walked in four levels (A.10, bit 6).
    #[must_use]
    pub const fn ept_four_levels(&self) -> bool {
        self.ept_vpid_bit(6)
    }

    /// EPT walks of five levels (A.10, bit 7).
    #[must_use]
    pub const fn ept_five_levels(&self) -> bool {
        self.ept_vpid_bit(7)
    }

    /// Whether the EPT tables themselves may be uncacheable memory (A.10, bit 8).
    #[must_use]
    pub const fn ept_uncacheable(&self) -> bool {
        self.ept_vpid_bit(8)
    }

    /// Supervisor shadow-stack control in the EPT pointer (A.10, bit 23).
    #[must_use]
    pub const fn ept_shadow_stack(&self) -> bool {
        self.ept_vpid_bit(23)
    }

    /// Whether the EPT tables themselves may be write-back memory (A.10, bit 14).
    #[must_use]
    pub const fn ept_write_back(&self) -> bool {
        self.ept_vpid_bit(14)
    }

    /// Execute-only EPT mappings (A.10, bit 0).
    #[must_use]
    pub const fn ept_execute_only(&self) -> bool {
        self.ept_vpid_bit(0)
    }

    /// EPT mappings of 2 MiB (A.10, bit 16).
    #[must_use]
    pub const fn ept_2m(&self) -> bool {
        self.ept_vpid_bit(16)
    }

    /// EPT mappings of 1 GiB (A.10, bit 17).
    #[must_use]
    pub const fn ept_1g(&self) -> bool {
        self.ept_vpid_bit(17)
    }

    /// Accessed and dirty flags in EPT entries (A.10, bit 21).
    #[must_use]
    pub const fn ept_accessed_dirty(&self) -> bool {
        self.ept_vpid_bit(21)
    }

    /// INVEPT of one EPT pointer (A.10, bits 20 and 25).
    #[must_use]
    pub const fn invept_single(&self) -> bool {
        self.ept_vpid_bit(20) && self.ept_vpid_bit(25)
    }

    /// INVEPT of everything (A.10, bits 20 and 26).
    #[must_use]
    pub const fn invept_all(&self) -> bool {
        self.ept_vpid_bit(20) && self.ept_vpid_bit(26)
    }

    /// INVVPID of one VPID (A.10, bits 32 and 41).
    #[must_use]
    pub const fn invvpid_single(&self) -> bool {
        self.ept_vpid_bit(32) && self.ept_vpid_bit(41)
    }

    /// INVVPID of all VPIDs (A.10, bits 32 and 42).
    #[must_use]
    pub const fn invvpid_all(&self) -> bool {
        self.ept_vpid_bit(32) && self.ept_vpid_bit(42)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The capability MSRs of Bochs 2.7, model corei7_skylake_x.
    pub(crate) fn skylake_x(number: u32) -> u64 {
        match number {
            0x480 => 0x00D8_1000_0000_002B,
            0x481 | 0x48D => 0x7F_0000_0016,
            0x482 => 0xF7F9_FFFE_0401_E172,
            0x483 => 0x7F_FFFF_0003_6DFF,
            0x484 => 0xFFFF_0000_11FF,
            0x485 => 0x6004_01E0,
            0x486 => 0x8000_0021,
            0x487 => 0xFFFF_FFFF,
            0x488 => 0x2000,
            0x489 => 0x37_27FF,
            0x48B => 0x0217_7FFF_0000_0000,
            0x48C => 0xF01_0633_4141,
            0x48E => 0xF7F9_FFFE_0400_6172,
            0x48F => 0x7F_FFFF_0003_6DFB,
            0x490 => 0xFFFF_0000_11FB,
            0x491 => 1,
            _ => panic!("MSR {number:#x} does not exist there"),
        }
    }

    #[test]
    fn bochs_answers_as_its_model_should() {
        let cpu = Capabilities::from_msrs(skylake_x);
        assert_eq!(cpu.revision(), 0x2B);
        assert_eq!(cpu.region_size(), 4096);
        assert!(cpu.regions_write_back() && !cpu.regions_below_4g() && cpu.reports_string_io());
        assert_eq!(cpu.preemption_timer_shift(), 0);
        assert!(cpu.exit_stores_lma());
        assert!(cpu.ept_four_levels() && cpu.ept_write_back() && cpu.ept_2m() && cpu.ept_1g());
        assert!(cpu.ept_accessed_dirty() && cpu.ept_execute_only());
        assert!(cpu.invept_single() && cpu.invept_all() && cpu.invvpid_single() && cpu.invvpid_all());
        assert_eq!(cpu.primary.must_be_one, 0x0400_6172);
    }

    #[test]
    fn absent_msrs_are_not_read() {
        // No TRUE MSRs, no secondary controls: a read of one of theirs would panic.
        let old = |number| match number {
            0x480 => 0x0018_0400_0000_0007,
            0x482 => 0x77F9_FFFE_0401_E172,
            0x48B..=0x490 => panic!("{number:#x} read"),
            _ => skylake_x(number),
        };
        let cpu = Capabilities::from_msrs(old);
        assert_eq!(cpu.secondary.may_be_one, 0);
        assert!(!cpu.ept_four_levels());
        assert_eq!(cpu.region_size(), 1024);
    }

    #[test]
    fn fixed_bits_set_and_clear() {
        let cpu = Capabilities::from_msrs(skylake_x);
        assert_eq!(cpu.cr0.apply(0x11), 0x8000_0031);
        assert_eq!(cpu.cr4.apply(1 << 11 | 1 << 5), 0x2020);
    }
}
