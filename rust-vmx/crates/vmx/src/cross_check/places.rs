//! The memory of the experiment: the guest's two pages, and a frame for every structure that a VMCS can name. An address field that
//! names one of them cannot make the CPU read or write anything else.

use super::mutation::Mutation;
use crate::addr::{Gpa, Hpa};
use crate::capability::Capabilities;
use crate::check::PhysicalMemory;
use crate::ept::{Ept, EptError, EptFeatures, EptRoot, PageSize, Permissions};
use crate::field::{AnyField, control};
use crate::frames::{Frames, OwnedFrames};
use crate::msr;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Bytes of one entry of a list of MSRs.
const MSR_ENTRY: usize = 16;
/// Entries of a frame full of them.
pub const MSR_ENTRIES: u64 = 256;
/// Bit 31 of a VMCS region's first word: it is a shadow VMCS (SDM 25.2).
const SHADOW: u32 = 1 << 31;
/// UD2, in every mode.
const UNDEFINED: [u8; 2] = [0x0F, 0x0B];

/// The address fields, each with a frame of its own.
const STRUCTURES: [AnyField; 14] = [
    control::IO_BITMAP_A.any(),
    control::IO_BITMAP_B.any(),
    control::MSR_BITMAP.any(),
    control::EXIT_MSR_STORE_ADDRESS.any(),
    control::EXIT_MSR_LOAD_ADDRESS.any(),
    control::ENTRY_MSR_LOAD_ADDRESS.any(),
    control::PML_ADDRESS.any(),
    control::VIRTUAL_APIC_ADDRESS.any(),
    control::APIC_ACCESS_ADDRESS.any(),
    control::POSTED_INTERRUPT_DESCRIPTOR.any(),
    control::EPTP_LIST_ADDRESS.any(),
    control::VMREAD_BITMAP.any(),
    control::VMWRITE_BITMAP.any(),
    control::VE_INFORMATION_ADDRESS.any(),
];
/// The lists of MSRs among them.
const LISTS: [AnyField; 3] = [
    control::EXIT_MSR_STORE_ADDRESS.any(),
    control::EXIT_MSR_LOAD_ADDRESS.any(),
    control::ENTRY_MSR_LOAD_ADDRESS.any(),
];

/// The addresses: what states and mutations need to know.
#[derive(Clone, Debug, Default)]
pub struct Places {
    ept_pointer: u64,
    structures: [u64; STRUCTURES.len()],
    scratch: Vec<u64>,
}

impl Places {
    /// The guest-physical page that CR3 names: a table that maps nothing.
    pub const EMPTY_TABLE: u64 = 0x1000;

    /// The address fields as the good states have them.
    pub fn fields(&self) -> impl Iterator<Item = (AnyField, u64)> + '_ {
        let structures = STRUCTURES.iter().copied().zip(self.structures.iter().copied());
        structures.chain([(control::EPT_POINTER.any(), self.ept_pointer)])
    }

    /// Frames that hold nothing of use: empty, a VMCS region, a shadow VMCS region.
    #[must_use]
    pub fn scratch(&self) -> &[u64] {
        &self.scratch
    }

    /// Whether the frame at `address` is one of the experiment's.
    #[must_use]
    pub fn owns(&self, address: u64) -> bool {
        self.structures.contains(&address) || self.scratch.contains(&address)
    }

    /// Whether a field holds an address that the CPU follows.
    #[must_use]
    pub fn is_address(field: AnyField) -> bool {
        STRUCTURES.contains(&field)
    }

    /// Whether the list of MSRs in this field is the one made for it.
    #[must_use]
    pub fn is_own_list(&self, list: AnyField, address: u64) -> bool {
        STRUCTURES
            .iter()
            .zip(self.structures)
            .any(|(field, own)| *field == list && own == address)
    }

    /// Addresses like those of an experiment, without its memory.
    #[cfg(test)]
    pub(super) fn example() -> Self {
        Self {
            ept_pointer: 0x10_0000 | 3 << 3 | 6,
            structures: core::array::from_fn(|index| 0x11_0000 + 0x1000 * index as u64),
            scratch: alloc::vec![0x12_0000, 0x12_1000, 0x12_2000],
        }
    }

    /// The EPT pointer without its flags.
    #[must_use]
    pub const fn ept_root(&self) -> u64 {
        self.ept_pointer & !0xFFF
    }
}

/// The frames themselves, for as long as a VMCS names them.
pub struct Memory<F: Frames + Clone> {
    places: Places,
    structures: Vec<OwnedFrames<F>>,
    scratch: Vec<OwnedFrames<F>>,
    _guest: Vec<OwnedFrames<F>>,
    ept: Ept<F>,
    harmless: (u32, u64),
}

impl<F: Frames + Clone> Memory<F> {
    /// Takes all frames. `harmless` is an MSR with the host's own value: what the lists consist of.
    pub fn new(frames: &F, cpu: &Capabilities, harmless: u64) -> Result<Self, EptError> {
        let frame = || OwnedFrames::allocate(frames.clone(), 1).ok_or(EptError::OutOfFrames);
        let structures: Vec<_> = STRUCTURES.iter().map(|_| frame()).collect::<Result<_, _>>()?;
        let (empty, region, shadow) = (frame()?, frame()?, frame()?);
        region.write(0, &cpu.revision().to_le_bytes());
        shadow.write(0, &(cpu.revision() | SHADOW).to_le_bytes());
        let scratch = alloc::vec![empty, region, shadow];
        let code = frame()?;
        let table = frame()?;
        for offset in (0..code.size()).step_by(UNDEFINED.len()) {
            code.write(offset, &UNDEFINED);
        }
        let mut ept = Ept::new(frames.clone(), EptFeatures::of(cpu)).ok_or(EptError::OutOfFrames)?;
        // SAFETY: both frames are the guest's, and live as long as the tables.
        unsafe {
            ept.map(Gpa(0), code.hpa(), PageSize::Size4K, Permissions::ALL)?;
            ept.map(
                Gpa(Places::EMPTY_TABLE),
                table.hpa(),
                PageSize::Size4K,
                Permissions::ALL,
            )?;
        }
        let mut places = Places {
            ept_pointer: ept.root().pointer(),
            structures: [0; _],
            scratch: scratch.iter().map(|frame| frame.hpa().0).collect(),
        };
        for (place, frame) in places.structures.iter_mut().zip(&structures) {
            *place = frame.hpa().0;
        }
        let this = Self {
            places,
            structures,
            scratch,
            _guest: alloc::vec![code, table],
            ept,
            harmless: (msr::IA32_KERNEL_GS_BASE, harmless),
        };
        for list in LISTS {
            for place in 0..MSR_ENTRIES as usize {
                this.write_msr(list, place, u64::from(this.harmless.0), this.harmless.1);
            }
        }
        Ok(this)
    }

    /// The addresses.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The tables the EPT pointer names.
    pub fn ept(&self) -> Arc<EptRoot<F>> {
        self.ept.root()
    }

    fn structure(&self, wanted: AnyField) -> Option<&OwnedFrames<F>> {
        let index = STRUCTURES.iter().position(|field| *field == wanted)?;
        self.structures.get(index)
    }

    fn write_msr(&self, list: AnyField, place: usize, number: u64, value: u64) {
        if let Some(frame) = self.structure(list) {
            frame.write(place * MSR_ENTRY, &number.to_le_bytes());
            frame.write(place * MSR_ENTRY + 8, &value.to_le_bytes());
        }
    }

    /// Carries out the part of a mutation that is in memory.
    pub fn apply(&self, mutation: Mutation) {
        if let Mutation::LoadedMsr { place, number, value } = mutation {
            self.write_msr(control::ENTRY_MSR_LOAD_ADDRESS.any(), place, number, value);
        }
    }

    /// Takes it back.
    pub fn undo(&self, mutation: Mutation) {
        if let Mutation::LoadedMsr { place, .. } = mutation {
            let (number, value) = self.harmless;
            self.write_msr(
                control::ENTRY_MSR_LOAD_ADDRESS.any(),
                place,
                u64::from(number),
                value,
            );
        }
    }
}

impl<F: Frames + Clone> PhysicalMemory for Memory<F> {
    fn read(&self, address: Hpa) -> Option<u64> {
        let mut frames = self.structures.iter().chain(&self.scratch);
        let frame = frames.find(|frame| frame.hpa() == address.page_base())?;
        let mut bytes = [0; 8];
        let offset = address.page_offset();
        let last = frame.size() - bytes.len();
        (offset <= last).then(|| frame.read(offset, &mut bytes))?;
        Some(u64::from_le_bytes(bytes))
    }
}
