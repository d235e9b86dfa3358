//! What CPUID tells a guest: a table of what is passed from the host, and a few values computed.
//!
//! The answers are worked out once per machine and are a value of it, so that a machine keeps its features wherever it
//! continues. Only what depends on the guest's CR4 and XCR0 is filled in at each execution.

use crate::cpu::VirtualCpu;
use crate::paging::Offered;
use alloc::vec::Vec;
use bounds::Cyclic;
use vmx::state::SystemRegister;

/// The highest basic leaf.
const MAX_BASIC: u32 = 0xD;
/// The first hypervisor leaf.
pub const HYPERVISOR: u32 = 0x4000_0000;
/// The hypervisor's signature, in EBX, ECX, EDX.
pub const SIGNATURE: &[u8; 12] = b"SWEB-VMX VMM";
/// The last hypervisor leaf: the rates of clocks in kHz, the TSC's in EAX. VMware defined it, other hypervisors followed, and guests that
/// know it need not measure their TSC against a timer, which takes some hundred exits.
const HYPERVISOR_TIMING: u32 = HYPERVISOR + 0x10;
/// The first extended leaf.
const EXTENDED: u32 = 0x8000_0000;
/// The highest extended leaf.
const MAX_EXTENDED: u32 = 0x8000_0008;

/// How a register of an answer comes about.
#[derive(Clone, Copy)]
enum Rule {
    /// The host's bits under this mask.
    Pass(u32),
    /// This value, whatever the host says.
    Is(u32),
    /// The smaller of the host's value and this one.
    AtMost(u32),
}

use Rule::{AtMost, Is, Pass};

/// Everything of the host's value.
const ALL: Rule = Pass(0xFFFF_FFFF);
/// Nothing.
const NONE: Rule = Is(0);

/// A row: leaf, sub-leaf, and how EAX, EBX, ECX, EDX come about.
type Row = (u32, u32, [Rule; 4]);

/// Bits of leaf 1 ECX that are passed.
///
/// Not there: 2 DTES64, 4 DS-CPL, 15 PDCM, since there is no performance monitoring; 3 MONITOR, which would exit; 5 VMX and
/// 6 SMX, since guests do not run guests; 7, 8 power management; 17 PCID; 21 x2APIC and 24 TSC deadline, since there is no
/// local APIC; 27 OSXSAVE, which is CR4's. 31 says that this is a virtual machine.
const LEAF1_ECX: u32 = 1 << 0 // SSE3
    | 1 << 1 // PCLMULQDQ
    | 1 << 9 // SSSE3
    | 1 << 12 // FMA
    | 1 << 13 // CMPXCHG16B
    | 1 << 19 // SSE4.1
    | 1 << 20 // SSE4.2
    | 1 << 22 // MOVBE
    | 1 << 23 // POPCNT
    | 1 << 25 // AES
    | 1 << 26 // XSAVE
    | 1 << 28 // AVX
    | 1 << 29 // F16C
    | 1 << 30; // RDRAND

/// Bits of leaf 1 EDX that are passed.
///
/// Not there: 9 APIC, since the machine has the 8259 pair only; 12 MTRR, since memory types come from EPT; 14 MCA, since
/// machine checks are the host's; 21 DS, 22 ACPI, 29 TM, which control the package; 28 HTT, since one CPU has no siblings.
const LEAF1_EDX: u32 = 1 << 0 // FPU
    | 1 << 1 // VME
    | 1 << 2 // DE
    | 1 << 3 // PSE
    | 1 << 4 // TSC
    | 1 << 5 // MSR
    | 1 << 6 // PAE
    | 1 << 7 // MCE: the bit of CR4 exists
    | 1 << 8 // CMPXCHG8B
    | 1 << 11 // SYSENTER
    | 1 << 13 // PGE
    | 1 << 15 // CMOV
    | 1 << 16 // PAT
    | 1 << 17 // PSE-36
    | 1 << 19 // CLFLUSH
    | 1 << 23 // MMX
    | 1 << 24 // FXSR
    | 1 << 25 // SSE
    | 1 << 26; // SSE2

/// Bits of leaf 7 EBX that are passed.
///
/// Not there: 1 TSC_ADJUST, whose MSR is not modelled; 4 and 11 TSX; 10 INVPCID, as PCID; 12, 15 resource control; 14 MPX;
/// 25 processor trace.
const LEAF7_EBX: u32 = 1 << 0 // FSGSBASE
    | 1 << 3 // BMI1
    | 1 << 5 // AVX2
    | 1 << 7 // SMEP
    | 1 << 8 // BMI2
    | 1 << 9 // fast strings
    | 1 << 18 // RDSEED
    | 1 << 19 // ADX
    | 1 << 20 // SMAP
    | 1 << 23 // CLFLUSHOPT
    | 1 << 24 // CLWB
    | 1 << 29; // SHA

/// Bits of leaf 7 EBX that need the AVX-512 state.
const LEAF7_EBX_AVX512: u32 = 1 << 16 | 1 << 17 | 1 << 21 | 1 << 28 | 1 << 30 | 1 << 31;

/// Bits of leaf 8000_0001 ECX: LAHF, LZCNT, PREFETCHW.
const EXTENDED_ECX: u32 = 1 << 0 | 1 << 5 | 1 << 8;
/// Bits of leaf 8000_0001 EDX: SYSCALL, NX, 1 GiB pages, RDTSCP, long mode.
const EXTENDED_EDX: u32 = 1 << 11 | 1 << 20 | 1 << 26 | 1 << 27 | 1 << 29;

/// What is not named here reads as zero: thermal and power (5, 6), performance monitoring (0xA), topology (0xB), and what
/// later processors add.
const TABLE: &[Row] = &[
    // Vendor, and the highest leaf.
    (0, 0, [AtMost(MAX_BASIC), ALL, ALL, ALL]),
    // Family and features; EBX: CLFLUSH size only, one CPU, APIC number 0.
    (
        1,
        0,
        [Pass(0x0FFF_3FFF), Pass(0xFF00), Pass(LEAF1_ECX), Pass(LEAF1_EDX)],
    ),
    // Caches, as descriptors and as geometry; the geometry without the numbers of sharing CPUs.
    (2, 0, [ALL; 4]),
    (4, 0, [Pass(0x3FFF), ALL, ALL, ALL]),
    (4, 1, [Pass(0x3FFF), ALL, ALL, ALL]),
    (4, 2, [Pass(0x3FFF), ALL, ALL, ALL]),
    (4, 3, [Pass(0x3FFF), ALL, ALL, ALL]),
    // Structured features, sub-leaf 0 only.
    (7, 0, [NONE, Pass(LEAF7_EBX | LEAF7_EBX_AVX512), NONE, NONE]),
    (
        HYPERVISOR,
        0,
        [
            Is(HYPERVISOR_TIMING),
            Is(SIGNATURE_WORDS[0]),
            Is(SIGNATURE_WORDS[1]),
            Is(SIGNATURE_WORDS[2]),
        ],
    ),
    // No interface of another hypervisor is imitated, so the leaves between these two are empty.
    (EXTENDED, 0, [AtMost(MAX_EXTENDED), NONE, NONE, NONE]),
    (
        0x8000_0001,
        0,
        [NONE, NONE, Pass(EXTENDED_ECX), Pass(EXTENDED_EDX)],
    ),
    // The processor's name, and the L2 cache.
    (0x8000_0002, 0, [ALL; 4]),
    (0x8000_0003, 0, [ALL; 4]),
    (0x8000_0004, 0, [ALL; 4]),
    (0x8000_0006, 0, [ALL; 4]),
    // The TSC runs at a constant rate, if the host's does.
    (0x8000_0007, 0, [NONE, NONE, NONE, Pass(1 << 8)]),
    // Address widths.
    (0x8000_0008, 0, [Pass(0xFFFF), NONE, NONE, NONE]),
];

/// Bits in the answers that are decided elsewhere than in the table.
mod bit {
    pub const LEAF1_ECX_XSAVE: u32 = 1 << 26;
    pub const LEAF1_ECX_OSXSAVE: u32 = 1 << 27;
    pub const LEAF1_ECX_AVX: u32 = 1 << 28;
    pub const LEAF1_ECX_FMA_F16C: u32 = 1 << 12 | 1 << 29;
    pub const LEAF1_ECX_HYPERVISOR: u32 = 1 << 31;
    pub const LEAF7_EBX_AVX2: u32 = 1 << 5;
    pub const EXTENDED_EDX_GIANT_PAGES: u32 = 1 << 26;
    pub const XCR0_AVX: u64 = 1 << 2;
    pub const XCR0_AVX512: u64 = 0b111 << 5;
    pub const CR4_OSXSAVE: u64 = 1 << 18;
}

/// The signature as the registers hold it.
const SIGNATURE_WORDS: [u32; 3] = {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *SIGNATURE;
    [
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
        u32::from_le_bytes([i, j, k, l]),
    ]
};

/// The extended states a guest may have, if the CPU has them: x87, SSE, AVX, AVX-512. Protection keys, tiles and the
/// supervisor states stay out: each needs more than its place in the XSAVE area.
const XCR0_OFFERED: u64 = 0b1110_0111;

/// The extended states that a guest on this host can be offered.
pub fn xcr0_offered(host: impl Fn(u32, u32) -> [u32; 4]) -> u64 {
    if host(1, 0)[2] & bit::LEAF1_ECX_XSAVE == 0 {
        return 0;
    }
    let [low, _, _, high] = host(0xD, 0);
    (u64::from(high) << 32 | u64::from(low)) & XCR0_OFFERED
}

/// EAX, EBX, ECX, EDX.
type Registers = [u32; 4];

/// How many answers there are to keep.
const ANSWERS: usize = 32;

/// Where the answer to a leaf is kept, so that finding it takes no search; none for what reads as zero.
#[inline]
const fn place(leaf: u32, subleaf: u32) -> Option<usize> {
    let (group, index) = match leaf {
        4 if subleaf > 3 => return None,
        7 if subleaf > 0 => return None,
        // The caches, in the places behind the basic leaves.
        4 => (16, subleaf),
        0..=MAX_BASIC => (0, leaf),
        HYPERVISOR => (20, 0),
        HYPERVISOR_TIMING => (21, 0),
        EXTENDED..=MAX_EXTENDED => (22, leaf - EXTENDED),
        _ => return None,
    };
    Some(group + index as usize)
}

/// A component of the extended state in XSAVE's standard format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Component {
    number: u32,
    size: u32,
    offset: u32,
}

/// A machine's CPUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpuid {
    answers: Cyclic<Registers, ANSWERS>,
    xcr0: u64,
    components: Vec<Component>,
    xsaveopt: bool,
}

impl Cpuid {
    /// Works out the answers from the host's, which `host` gives for a leaf and sub-leaf. `xcr0` has the extended states
    /// that can be switched for the guest.
    pub fn new(host: impl Fn(u32, u32) -> [u32; 4], xcr0: u64) -> Self {
        let basic = host(0, 0)[0];
        let extended = host(EXTENDED, 0)[0];
        let exists = |leaf: u32| match leaf {
            HYPERVISOR..=0x4000_FFFF => true,
            EXTENDED.. => leaf <= extended,
            _ => leaf <= basic,
        };
        let mut answers = Cyclic::default();
        for (leaf, subleaf, rules) in TABLE.iter().filter(|(leaf, ..)| exists(*leaf)) {
            let mut registers = host(*leaf, *subleaf);
            for (register, rule) in registers.iter_mut().zip(rules) {
                *register = match *rule {
                    Pass(mask) => *register & mask,
                    Is(value) => value,
                    AtMost(limit) => limit.min(*register),
                };
            }
            restrict(*leaf, xcr0, &mut registers);
            if let Some(place) = place(*leaf, *subleaf) {
                answers[place] = registers;
            }
        }
        let components = (2..63)
            .filter(|number| xcr0 >> number & 1 != 0)
            .map(|number| {
                let [size, offset, _, _] = host(0xD, number);
                Component { number, size, offset }
            })
            .collect();
        let xsaveopt = xcr0 != 0 && host(0xD, 1)[0] & 1 != 0;
        Self {
            answers,
            xcr0,
            components,
            xsaveopt,
        }
    }

    /// With the rate at which the guest's TSC counts.
    #[must_use]
    pub fn with_tsc_rate(mut self, hertz: u64) -> Self {
        if let Some(place) = place(HYPERVISOR_TIMING, 0) {
            let kilohertz = u32::try_from(hertz / 1000).unwrap_or(u32::MAX);
            // There is no local APIC, whose rate would be next.
            self.answers[place] = [kilohertz, 0, 0, 0];
        }
        self
    }

    /// What the guest gets now.
    #[inline]
    pub fn answer<C: VirtualCpu>(&self, cpu: &mut C, leaf: u32, subleaf: u32) -> Registers {
        let highest = self.find(0, 0)[0];
        // Above the highest basic leaf a processor answers as for that one (SDM "CPUID", table 3-8).
        let leaf = if leaf > highest && leaf < HYPERVISOR {
            highest
        } else {
            leaf
        };
        match leaf {
            1 => {
                let mut answer = self.find(1, 0);
                if cpu.read(SystemRegister::Cr4) & bit::CR4_OSXSAVE != 0 {
                    answer[2] |= bit::LEAF1_ECX_OSXSAVE;
                }
                answer
            }
            0xD => self.extended_state(cpu, subleaf),
            _ => self.find(leaf, subleaf),
        }
    }

    /// The CR4 bits the guest may set, which follow from the features it sees.
    #[must_use]
    pub fn cr4_offered(&self) -> u64 {
        // VME, PVI, TSD, DE, PSE, PAE, MCE, PGE, PCE, OSFXSR, OSXMMEXCPT.
        let always = 0x7FF;
        let leaf1 = self.find(1, 0);
        let leaf7 = self.find(7, 0);
        let when = |present: bool, bit: u32| u64::from(present) << bit;
        always
            | when(leaf1[2] & bit::LEAF1_ECX_XSAVE != 0, 18)
            | when(leaf7[1] & 1 << 0 != 0, 16)
            | when(leaf7[1] & 1 << 7 != 0, 20)
            | when(leaf7[1] & 1 << 20 != 0, 21)
    }

    /// What it says about paging.
    #[must_use]
    pub fn paging(&self) -> Offered {
        let widths = self.find(0x8000_0008, 0)[0] & 0xFF;
        Offered {
            // Without that leaf a processor with PAE has 36 bits (SDM "CPUID.80000008H:EAX[7:0]", 4.1.4).
            physical_bits: if widths == 0 { 36 } else { widths },
            giant_pages: self.find(0x8000_0001, 0)[3] & bit::EXTENDED_EDX_GIANT_PAGES != 0,
        }
    }

    #[inline]
    fn find(&self, leaf: u32, subleaf: u32) -> Registers {
        place(leaf, subleaf).map_or([0; 4], |place| self.answers[place])
    }

    /// Leaf 0xD, computed: the sizes depend on the guest's XCR0, and the compacted formats are not offered.
    #[inline(never)]
    fn extended_state<C: VirtualCpu>(&self, cpu: &mut C, subleaf: u32) -> Registers {
        match subleaf {
            _ if self.xcr0 == 0 => [0; 4],
            0 => {
                let now = self.area(cpu.read(SystemRegister::Xcr0));
                [
                    self.xcr0 as u32,
                    now,
                    self.area(self.xcr0),
                    (self.xcr0 >> 32) as u32,
                ]
            }
            1 => [u32::from(self.xsaveopt), 0, 0, 0],
            _ => self
                .components
                .iter()
                .find(|component| component.number == subleaf)
                .map_or([0; 4], |component| [component.size, component.offset, 0, 0]),
        }
    }

    /// Bytes of the XSAVE area with these components: the legacy region and the header, then the furthest component.
    fn area(&self, xcr0: u64) -> u32 {
        const LEGACY_AND_HEADER: u32 = 512 + 64;
        self.components
            .iter()
            .filter(|component| xcr0 >> component.number & 1 != 0)
            .map(|component| component.size.saturating_add(component.offset))
            .fold(LEGACY_AND_HEADER, u32::max)
    }
}

/// Takes away the features whose state this CPU cannot switch, and adds the hypervisor's mark.
fn restrict(leaf: u32, xcr0: u64, registers: &mut [u32; 4]) {
    match leaf {
        1 => {
            if xcr0 == 0 {
                registers[2] &= !bit::LEAF1_ECX_XSAVE;
            }
            if xcr0 & bit::XCR0_AVX == 0 {
                registers[2] &= !(bit::LEAF1_ECX_AVX | bit::LEAF1_ECX_FMA_F16C);
            }
            registers[2] |= bit::LEAF1_ECX_HYPERVISOR;
        }
        7 => {
            if xcr0 & bit::XCR0_AVX == 0 {
                registers[1] &= !bit::LEAF7_EBX_AVX2;
            }
            if xcr0 & bit::XCR0_AVX512 != bit::XCR0_AVX512 {
                registers[1] &= !LEAF7_EBX_AVX512;
            }
        }
        _ => {}
    }
}
