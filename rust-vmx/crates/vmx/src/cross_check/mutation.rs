//! What is changed: which field, to which value. Values come from where rules have their borders: single bits, the ends of address
//! ranges, alignment, reserved parts, and, for fields with a structure, well-formed values of the wrong kind.

use super::fields::Fields;
use super::random::Random;
use crate::check::VmcsImage;
use crate::field::{AnyField, control, guest, host};

/// One changed field, or one changed entry of the list of MSRs loaded at entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// A field of the VMCS.
    Field {
        /// Which one.
        field: AnyField,
        /// The new value.
        value: u64,
    },
    /// An entry of the VM-entry MSR-load area.
    LoadedMsr {
        /// Its place in the list.
        place: usize,
        /// Bits 63:0 of the entry: the MSR's number, and a reserved half.
        number: u64,
        /// Bits 127:64 of the entry.
        value: u64,
    },
}

/// Fields that one rule looks at together: the second of two mutations is often chosen among the first one's relations.
const FAMILIES: &[&[AnyField]] = &[
    &[
        control::PIN_CONTROLS.any(),
        control::PRIMARY_CONTROLS.any(),
        control::SECONDARY_CONTROLS.any(),
        control::EXIT_CONTROLS.any(),
        control::ENTRY_CONTROLS.any(),
        control::EPT_POINTER.any(),
        control::VIRTUAL_APIC_ADDRESS.any(),
        control::TPR_THRESHOLD.any(),
        control::VPID.any(),
    ],
    &[
        guest::CR0.any(),
        guest::CR3.any(),
        guest::CR4.any(),
        guest::EFER.any(),
        control::ENTRY_CONTROLS.any(),
        control::SECONDARY_CONTROLS.any(),
        guest::RFLAGS.any(),
        guest::PDPTE0.any(),
    ],
    &[
        guest::RFLAGS.any(),
        guest::INTERRUPTIBILITY.any(),
        guest::ACTIVITY.any(),
        guest::PENDING_DEBUG.any(),
        guest::DEBUGCTL.any(),
        control::ENTRY_INTERRUPTION_INFO.any(),
        control::ENTRY_EXCEPTION_ERROR_CODE.any(),
        control::ENTRY_INSTRUCTION_LENGTH.any(),
        guest::SS_ACCESS_RIGHTS.any(),
    ],
    &[
        guest::CS_ACCESS_RIGHTS.any(),
        guest::SS_ACCESS_RIGHTS.any(),
        guest::CS_SELECTOR.any(),
        guest::SS_SELECTOR.any(),
        guest::CR0.any(),
        guest::RIP.any(),
    ],
    &[
        guest::CS_ACCESS_RIGHTS.any(),
        guest::CS_LIMIT.any(),
        guest::CS_BASE.any(),
    ],
    &[
        guest::DS_ACCESS_RIGHTS.any(),
        guest::DS_LIMIT.any(),
        guest::DS_BASE.any(),
        guest::DS_SELECTOR.any(),
    ],
    &[
        guest::TR_ACCESS_RIGHTS.any(),
        guest::TR_LIMIT.any(),
        guest::TR_BASE.any(),
        guest::TR_SELECTOR.any(),
        control::ENTRY_CONTROLS.any(),
    ],
    &[
        guest::LDTR_ACCESS_RIGHTS.any(),
        guest::LDTR_LIMIT.any(),
        guest::LDTR_BASE.any(),
        guest::LDTR_SELECTOR.any(),
    ],
    &[
        host::CR0.any(),
        host::CR4.any(),
        host::EFER.any(),
        control::EXIT_CONTROLS.any(),
        host::RIP.any(),
        host::PAT.any(),
    ],
    &[
        control::ENTRY_MSR_LOAD_COUNT.any(),
        control::ENTRY_MSR_LOAD_ADDRESS.any(),
        control::EXIT_MSR_LOAD_COUNT.any(),
        control::EXIT_MSR_LOAD_ADDRESS.any(),
        control::EXIT_MSR_STORE_COUNT.any(),
        control::EXIT_MSR_STORE_ADDRESS.any(),
    ],
];

/// Fields that an entry looks at in every state; they are chosen more often than their number would have it.
const FAVOURITES: &[AnyField] = &[
    control::PIN_CONTROLS.any(),
    control::PRIMARY_CONTROLS.any(),
    control::SECONDARY_CONTROLS.any(),
    control::EXIT_CONTROLS.any(),
    control::ENTRY_CONTROLS.any(),
    control::ENTRY_INTERRUPTION_INFO.any(),
    guest::CR0.any(),
    guest::CR4.any(),
    guest::EFER.any(),
    guest::RFLAGS.any(),
    guest::INTERRUPTIBILITY.any(),
    guest::PENDING_DEBUG.any(),
    guest::ACTIVITY.any(),
    guest::CS_ACCESS_RIGHTS.any(),
    guest::SS_ACCESS_RIGHTS.any(),
];

/// Borders between what addresses, limits and words may be.
const BORDERS: &[u64] = &[
    0,
    1,
    2,
    4,
    8,
    0xF,
    0x10,
    0xFF,
    0xFFF,
    0x1000,
    0xFFFF,
    0x1_0000,
    0xF_FFFF,
    0x10_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x1_0000_0000,
    0x0000_7FFF_FFFF_FFFF,
    0x0000_8000_0000_0000,
    0xFFFF_7FFF_FFFF_FFFF,
    0xFFFF_8000_0000_0000,
    0x00FF_FFFF_FFFF_FFFF,
    0x0100_0000_0000_0000,
    0xFF00_0000_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// MSRs for the load list: ordinary ones that the run restores, and those that must not be there (SDM "Loading MSRs", 27.4).
const MSRS: &[u64] = &[
    0xC000_0081,
    0xC000_0082,
    0xC000_0084,
    0xC000_0102,
    0xC000_0100,
    0xC000_0101,
    0x9B,
    0x800,
    0x808,
    0x8FF,
    0x277,
    0x1_C000_0102,
];

/// Chooses mutations for a CPU.
pub struct Mutator<'a> {
    fields: &'a Fields,
    physical_bits: u32,
    /// Addresses of frames that any structure may be moved to.
    scratch: &'a [u64],
}

impl<'a> Mutator<'a> {
    /// Mutations of the fields that exist here, with addresses of `physical_bits` and the frames in `scratch`.
    #[must_use]
    pub const fn new(fields: &'a Fields, physical_bits: u32, scratch: &'a [u64]) -> Self {
        Self {
            fields,
            physical_bits,
            scratch,
        }
    }

    /// One mutation, or as often two.
    pub fn choose(&self, random: &mut Random, image: &VmcsImage) -> (Mutation, Option<Mutation>) {
        let first = self.one(random, image, None);
        let second = random.once_in(2).then(|| self.one(random, image, Some(first)));
        (first, second.filter(|second| !same_place(first, *second)))
    }

    fn one(&self, random: &mut Random, image: &VmcsImage, first: Option<Mutation>) -> Mutation {
        let count = image.get(control::ENTRY_MSR_LOAD_COUNT) as usize;
        if count != 0 && random.once_in(3) {
            return Mutation::LoadedMsr {
                place: random.below(count),
                number: random.pick(MSRS),
                value: random.pick(BORDERS),
            };
        }
        let field = self.field(random, first);
        let value = self.value(random, image, field);
        Mutation::Field { field, value }
    }

    fn field(&self, random: &mut Random, first: Option<Mutation>) -> AnyField {
        let related = first.and_then(|first| match first {
            Mutation::Field { field, .. } => FAMILIES
                .iter()
                .filter(|family| family.contains(&field))
                .nth(random.below(2)),
            Mutation::LoadedMsr { .. } => None,
        });
        let candidate = match related {
            Some(family) if !random.once_in(3) => random.pick(family),
            _ if random.once_in(3) => random.pick(FAVOURITES),
            _ => random.pick(self.fields.all()),
        };
        if self.fields.contains(candidate) {
            candidate
        } else {
            random.pick(self.fields.all())
        }
    }

    fn value(&self, random: &mut Random, image: &VmcsImage, field: AnyField) -> u64 {
        let old = image.raw(field);
        let value = match random.below(8) {
            0..=2 => old ^ 1 << random.below(field.bits() as usize),
            3 => old ^ 1 << random.below(field.bits() as usize) ^ 1 << random.below(field.bits() as usize),
            4 => random.pick(BORDERS),
            5 => self.address(random),
            6 => structured(random, field).unwrap_or_else(|| old.wrapping_add(1)),
            _ => structured(random, field).unwrap_or_else(|| random.word()),
        };
        value & field.mask()
    }

    fn address(&self, random: &mut Random) -> u64 {
        match random.below(4) {
            0 => 1 << self.physical_bits.min(63),
            1 => random.pick(self.scratch) | 1 << random.below(12),
            _ => random.pick(self.scratch),
        }
    }
}

fn same_place(first: Mutation, second: Mutation) -> bool {
    match (first, second) {
        (Mutation::Field { field: one, .. }, Mutation::Field { field: other, .. }) => one == other,
        (Mutation::LoadedMsr { place: one, .. }, Mutation::LoadedMsr { place: other, .. }) => one == other,
        _ => false,
    }
}

/// A value that is well-formed as far as its parts go, for fields that have parts.
fn structured(random: &mut Random, field: AnyField) -> Option<u64> {
    const ES_RIGHTS: u32 = guest::ES_ACCESS_RIGHTS.encoding();
    const TR_RIGHTS: u32 = guest::TR_ACCESS_RIGHTS.encoding();
    const EVENT: u32 = control::ENTRY_INTERRUPTION_INFO.encoding();
    const PENDING: u32 = guest::PENDING_DEBUG.encoding();
    const INTERRUPTIBILITY: u32 = guest::INTERRUPTIBILITY.encoding();
    const ACTIVITY: u32 = guest::ACTIVITY.encoding();
    const RFLAGS: u32 = guest::RFLAGS.encoding();
    const EFER: u32 = guest::EFER.encoding();
    const HOST_EFER: u32 = host::EFER.encoding();
    let bits = random.word();
    Some(match field.0 {
        // Type, S, DPL, P, AVL, L, D/B, G; now and then "unusable".
        ES_RIGHTS..=TR_RIGHTS => bits & 0xF0FF | u64::from(random.once_in(6)) << 16,
        // Valid; vector mostly of an exception, type, error code.
        EVENT => 1 << 31 | bits & 0x71F | u64::from(random.once_in(4)) << 11,
        PENDING => bits & 0x1_F80F,
        INTERRUPTIBILITY => bits & 0x1F,
        ACTIVITY => bits & 7,
        RFLAGS => bits & 0x2_0300 | 2,
        EFER | HOST_EFER => bits & 0xD01,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_fields() -> Fields {
        Fields::known_to(|_| true)
    }

    #[test]
    fn mutations_stay_inside_their_fields_and_reach_all_of_them() {
        let fields = all_fields();
        let image = VmcsImage::default();
        let mutator = Mutator::new(&fields, 39, &[0x1000, 0x2000]);
        let mut random = Random::new(7);
        let mut reached = Vec::new();
        for _ in 0..20_000 {
            let (first, second) = mutator.choose(&mut random, &image);
            for mutation in [Some(first), second].into_iter().flatten() {
                let Mutation::Field { field, value } = mutation else {
                    panic!("the list of MSRs is empty");
                };
                assert!(fields.contains(field));
                assert_eq!(value & !field.mask(), 0, "{field} = {value:#x}");
                reached.push(field.0);
            }
        }
        reached.sort_unstable();
        reached.dedup();
        assert_eq!(reached.len(), fields.all().len());
    }

    #[test]
    fn families_name_fields_of_the_lists() {
        let fields = all_fields();
        assert!(
            FAMILIES
                .iter()
                .all(|family| family.iter().all(|one| fields.contains(*one)))
        );
        assert!(FAVOURITES.iter().all(|one| fields.contains(*one)));
    }
}
