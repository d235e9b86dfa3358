//! The CPU as VM entry sees it.

use crate::capability::Capabilities;
use crate::registers::efer;

/// What of the CPU decides about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryCapabilities {
    /// The capability MSRs.
    pub vmx: Capabilities,
    /// Width of physical addresses (CPUID.80000008H:EAX\[7:0\]).
    pub physical_bits: u32,
    /// Width of linear addresses (CPUID.80000008H:EAX\[15:8\]).
    pub linear_bits: u32,
    /// What else CPUID tells.
    pub features: Features,
}

/// Features of the CPU outside VMX that decide which bits of guest and host state are reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// The bits of IA32_DEBUGCTL that can be 1.
    pub debugctl: u64,
    /// The bits of IA32_EFER that can be 1.
    pub efer: u64,
    /// The bits of IA32_PERF_GLOBAL_CTRL that can be 1.
    pub perf_global_ctrl: u64,
    /// The bits of IA32_RTIT_CTL that can be 1.
    pub rtit_ctl: u64,
    /// The bits of IA32_LBR_CTL that can be 1.
    pub lbr_ctl: u64,
    /// Linear-address masking: CR3 bits 62 and 61 can be 1 (CPUID.7.1:EAX\[26\]).
    pub lam: bool,
    /// Restricted transactional memory (CPUID.7:EBX\[11\]).
    pub rtm: bool,
    /// Bus-lock debug exceptions (CPUID.7:ECX\[24\]).
    pub bus_lock_detect: bool,
    /// Software guard extensions (CPUID.7:EBX\[2\]).
    pub sgx: bool,
}

/// IA32_DEBUGCTL of every CPU with VMX (SDM "IA32_DEBUGCTL MSR", 18.4.1): LBR, BTF, and bits 6 to 12 and 14.
const DEBUGCTL: u64 = 0b0101_1111_1100_0011;

impl EntryCapabilities {
    /// Asks the CPU through `cpuid` (leaf, sub-leaf; EAX, EBX, ECX, EDX).
    pub fn new(vmx: Capabilities, cpuid: impl Fn(u32, u32) -> [u32; 4]) -> Self {
        let extended = cpuid(0x8000_0000, 0)[0];
        let widths = if extended >= 0x8000_0008 {
            cpuid(0x8000_0008, 0)[0]
        } else {
            48 << 8 | 36
        };
        Self {
            vmx,
            physical_bits: widths & 0xFF,
            linear_bits: widths >> 8 & 0xFF,
            features: Features::new(cpuid),
        }
    }

    /// Whether an address is canonical: all bits from the highest of a linear address on are alike.
    #[must_use]
    pub fn is_canonical(&self, address: u64) -> bool {
        self.is_sign_extended(address, self.linear_bits.saturating_sub(1))
    }

    /// Whether the bits of an address from the width of linear addresses on are alike, as RIP and SSP must be.
    #[must_use]
    pub fn fits_linear(&self, address: u64) -> bool {
        self.is_sign_extended(address, self.linear_bits)
    }

    fn is_sign_extended(&self, address: u64, from: u32) -> bool {
        let above = (address as i64) >> from.min(63);
        from > 63 || above == 0 || above == -1
    }

    /// The bits a physical address cannot have.
    #[must_use]
    pub fn beyond_physical(&self) -> u64 {
        u64::MAX.checked_shl(self.physical_bits).unwrap_or(0)
    }
}

impl Features {
    fn new(cpuid: impl Fn(u32, u32) -> [u32; 4]) -> Self {
        let highest = cpuid(0, 0)[0];
        let leaf = |leaf: u32, subleaf: u32| {
            if leaf <= highest {
                cpuid(leaf, subleaf)
            } else {
                [0; 4]
            }
        };
        let structured = leaf(7, 0);
        let more = if structured[0] >= 1 { leaf(7, 1) } else { [0; 4] };
        let long = cpuid(0x8000_0001, 0)[3];
        let (rtm, bus_lock_detect) = (structured[1] & 1 << 11 != 0, structured[2] & 1 << 24 != 0);
        Self {
            debugctl: DEBUGCTL | u64::from(rtm) << 15 | u64::from(bus_lock_detect) << 2,
            efer: efer::LME
                | efer::LMA
                | if long & 1 << 11 != 0 { efer::SCE } else { 0 }
                | if long & 1 << 20 != 0 { efer::NXE } else { 0 },
            perf_global_ctrl: performance_counters(leaf(10, 0)),
            rtit_ctl: if structured[1] & 1 << 25 != 0 {
                processor_trace(&leaf)
            } else {
                0
            },
            lbr_ctl: if structured[3] & 1 << 19 != 0 {
                last_branches(leaf(0x1C, 0))
            } else {
                0
            },
            lam: more[0] & 1 << 26 != 0,
            rtm,
            bus_lock_detect,
            sgx: structured[1] & 1 << 2 != 0,
        }
    }
}

/// IA32_PERF_GLOBAL_CTRL (SDM "Architectural Performance Monitoring Version 2", 20.2.2): a bit per counter.
fn performance_counters(leaf: [u32; 4]) -> u64 {
    let ones = |count: u32| u64::MAX.checked_shr(64 - count.min(64)).unwrap_or(0);
    if leaf[0] & 0xFF < 2 {
        return 0;
    }
    ones(leaf[0] >> 8 & 0xFF) | (ones(leaf[3] & 0x1F) | u64::from(leaf[2])) << 32
}

/// IA32_RTIT_CTL (SDM "IA32_RTIT_CTL MSR", 33.2.8.2).
fn processor_trace(leaf: &impl Fn(u32, u32) -> [u32; 4]) -> u64 {
    let [_, ebx, ecx, _] = leaf(0x14, 0);
    let ranges = leaf(0x14, 1)[0] & 7;
    let when = |condition: bool, bits: u64| if condition { bits } else { 0 };
    // TraceEn, OS, User, TSCEn, DisRETC, BranchEn.
    0b10_1100_0000_1101
        | when(ebx & 1 != 0, 1 << 7)
        | when(ebx & 1 << 1 != 0, 1 << 1 | 0xF << 19 | 0xF << 24)
        | when(ebx & 1 << 3 != 0, 1 << 9 | 0xF << 14)
        | when(ebx & 1 << 4 != 0, 1 << 5 | 1 << 12)
        | when(ebx & 1 << 5 != 0, 1 << 4)
        | when(ebx & 1 << 6 != 0, 1 << 56)
        | when(ebx & 1 << 7 != 0, 1 << 31)
        | when(ebx & 1 << 8 != 0, 1 << 55)
        | when(ecx & 1 != 0, 1 << 8)
        | when(ecx & 1 << 3 != 0, 1 << 6)
        | (0..ranges).map(|range| 0xF << (32 + 4 * range)).sum::<u64>()
}

/// IA32_LBR_CTL (SDM "LBR Enumeration and Configuration", 19.1).
fn last_branches([_, ebx, _, _]: [u32; 4]) -> u64 {
    let when = |bit: u32, bits: u64| if ebx & 1 << bit != 0 { bits } else { 0 };
    1 | when(0, 0b110) | when(1, 0x7F << 16) | when(2, 1 << 3)
}
