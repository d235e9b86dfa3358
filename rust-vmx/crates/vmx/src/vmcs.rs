//! One VMCS: its region, its launch state, its fields (SDM "Software Use of the VMCS and Related Structures", 25.11).
//!
//! ```text
//!                VMCLEAR                 VMPTRLD                     VMLAUNCH
//!   (memory) ---------------> inactive ------------> current, clear ----------> current, launched
//!                             clear         ^                                      |    ^
//!                               ^           |  VMPTRLD of another and back         |    | VMRESUME
//!                               +-----------+--------------- VMCLEAR --------------+----+
//! ```

use crate::addr::Hpa;
use crate::entry::{self, Switch};
use crate::error::{ErrorNumber, VmFail, VmInstructionError};
use crate::field::{Field, Role, Value, Width, Writable, exit_info};
use crate::frames::{Frames, OwnedFrames};
use crate::instructions as cpu;
use crate::root::Root;
use crate::state::Registers;
use alloc::sync::Arc;
use core::cell::Cell;

/// A VMCS region. Interrupts are disabled around every use, so that no thread switch can make another VMCS current between
/// [`Vmcs::make_current`] and the access.
pub(crate) struct Vmcs<F: Frames> {
    root: Arc<Root<F>>,
    region: OwnedFrames<F>,
    switch: Switch,
    accesses: Cell<Accesses>,
}

/// How often fields of a VMCS were read and written. Each access takes tens of cycles on a real CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accesses {
    /// VMREADs.
    pub reads: u32,
    /// VMWRITEs.
    pub writes: u32,
}

/// Why a VMCS could not be made.
pub(crate) enum VmcsError {
    OutOfFrames,
    Instruction(VmInstructionError),
}

impl<F: Frames> Vmcs<F> {
    /// A VMCS that is clear and not current.
    pub(crate) fn new(root: Arc<Root<F>>, frames: F) -> Result<Self, VmcsError> {
        let region = OwnedFrames::allocate(frames, 1).ok_or(VmcsError::OutOfFrames)?;
        // SDM 25.2, "Format of the VMCS Region": the revision identifier; bit 31 (shadow VMCS) is clear.
        region.write(0, &root.capabilities().revision().to_le_bytes());
        let mut this = Self {
            root,
            region,
            switch: Switch::default(),
            accesses: Cell::default(),
        };
        this.clear().map_err(VmcsError::Instruction)?;
        Ok(this)
    }

    /// The VMX operation it belongs to.
    pub(crate) fn root(&self) -> &Root<F> {
        &self.root
    }

    /// Where the region is.
    pub(crate) fn region(&self) -> Hpa {
        self.region.hpa()
    }

    /// VMCLEAR: all data in memory, launch state clear, no longer current.
    pub(crate) fn clear(&mut self) -> Result<(), VmInstructionError> {
        // SAFETY: `root` holds VMX operation, the region is ours and begins with the revision identifier.
        let result = unsafe { cpu::vmclear(self.region.hpa()) };
        self.explain("VMCLEAR", result)?;
        if self.is_current() {
            self.root.set_current(None);
        }
        self.switch.launched = false;
        Ok(())
    }

    fn is_current(&self) -> bool {
        self.root.current() == Some(self.region.hpa())
    }

    /// VMPTRLD, unless it is the current one already.
    pub(crate) fn make_current(&self) -> Result<(), VmInstructionError> {
        if self.is_current() {
            return Ok(());
        }
        // SAFETY: as in `clear`; `new` cleared the region, and it is active on this CPU at most.
        let result = unsafe { cpu::vmptrld(self.region.hpa()) };
        self.explain("VMPTRLD", result)?;
        self.root.set_current(Some(self.region.hpa()));
        Ok(())
    }

    /// VMREAD. The VMCS is current.
    #[inline]
    pub(crate) fn read<R: Role, W: Width, V: Value>(
        &self,
        field: Field<R, W, V>,
    ) -> Result<V, VmInstructionError> {
        self.read_raw(field.encoding()).map(V::from_raw)
    }

    /// VMREAD by number.
    #[inline]
    pub(crate) fn read_raw(&self, encoding: u32) -> Result<u64, VmInstructionError> {
        debug_assert!(self.is_current());
        self.count(1, 0);
        // SAFETY: `root` holds VMX operation.
        match unsafe { cpu::vmread(encoding) } {
            Ok(value) => Ok(value),
            Err(fail) => Err(self.error("VMREAD", fail)),
        }
    }

    /// Several VMREADs. The VMCS is current.
    #[inline]
    pub(crate) fn batch(&self) -> Batch<'_, F> {
        debug_assert!(self.is_current());
        Batch {
            vmcs: self,
            // SAFETY: `root` holds VMX operation.
            reads: unsafe { cpu::FieldReads::new() },
            count: 0,
        }
    }

    #[inline]
    fn count(&self, reads: u32, writes: u32) {
        let accesses = self.accesses.get();
        self.accesses.set(Accesses {
            reads: accesses.reads.wrapping_add(reads),
            writes: accesses.writes.wrapping_add(writes),
        });
    }

    /// The accesses since the last call.
    #[inline]
    pub(crate) fn take_accesses(&self) -> Accesses {
        self.accesses.take()
    }

    /// VMWRITE. The VMCS is current.
    ///
    /// # Safety
    /// The value of a host-state or address field is what makes the next exit and entry sound.
    #[inline]
    pub(crate) unsafe fn write<R: Writable, W: Width, V: Value>(
        &self,
        field: Field<R, W, V>,
        value: V,
    ) -> Result<(), VmInstructionError> {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { self.write_raw(field.encoding(), value.into_raw()) }
    }

    /// VMWRITE by number.
    ///
    /// # Safety
    /// As for [`Self::write`].
    #[inline]
    pub(crate) unsafe fn write_raw(&self, encoding: u32, value: u64) -> Result<(), VmInstructionError> {
        debug_assert!(self.is_current());
        self.count(0, 1);
        // SAFETY: `root` holds VMX operation; the rest is the caller's promise.
        let result = unsafe { cpu::vmwrite(encoding, value) };
        self.explain("VMWRITE", result)
    }

    /// Enters the guest with VMLAUNCH or VMRESUME and returns after its exit. The VMCS is current.
    ///
    /// # Safety
    /// Host state, controls and addresses in the VMCS are sound; interrupts are disabled.
    #[inline]
    pub(crate) unsafe fn enter(&mut self, registers: &mut Registers) -> Result<(), VmInstructionError> {
        debug_assert!(self.is_current());
        // SAFETY: as promised; the host RIP field is `entry::exit_address`, written when the VMCS was set up.
        let result = unsafe { entry::enter(registers, &mut self.switch) };
        if let Err(fail) = result {
            return Err(self.not_entered(fail));
        }
        // Also when the guest state was refused: then the launch state stays clear (SDM 27.8, "VM-entry failures during or
        // after loading guest state", step 4 does not set it). The caller tells the two apart and calls `entered`.
        Ok(())
    }

    /// Notes that the last [`Self::enter`] really reached the guest: the launch state is launched now.
    #[inline]
    pub(crate) fn entered(&mut self) {
        self.switch.launched = true;
    }

    #[cold]
    fn not_entered(&self, fail: VmFail) -> VmInstructionError {
        let launched = self.switch.launched;
        self.error(if launched { "VMRESUME" } else { "VMLAUNCH" }, fail)
    }

    /// The result of a VMX instruction with its error number.
    pub(crate) fn explain(
        &self,
        instruction: &'static str,
        result: Result<(), VmFail>,
    ) -> Result<(), VmInstructionError> {
        match result {
            Ok(()) => Ok(()),
            Err(fail) => Err(self.error(instruction, fail)),
        }
    }

    #[cold]
    fn unreadable(&self, encoding: u32) -> VmInstructionError {
        // SAFETY: `root` holds VMX operation.
        self.error("VMREAD", unsafe { cpu::vmread_failure(encoding) })
    }

    #[cold]
    fn error(&self, instruction: &'static str, fail: VmFail) -> VmInstructionError {
        let number = match fail {
            VmFail::Invalid => None,
            // SAFETY: `root` holds VMX operation. VMfailValid means there is a current VMCS with the number.
            VmFail::Valid => unsafe { cpu::vmread(exit_info::VM_INSTRUCTION_ERROR.encoding()) }
                .ok()
                .map(|number| ErrorNumber(number as u32)),
        };
        VmInstructionError { instruction, number }
    }
}

/// Fields of one VMCS, read one after the other with a single question at the end whether all of that went well.
pub(crate) struct Batch<'a, F: Frames> {
    vmcs: &'a Vmcs<F>,
    reads: cpu::FieldReads,
    count: u32,
}

impl<F: Frames> Batch<'_, F> {
    /// VMREAD. What cannot be read is 0, and [`Self::end`] says so.
    #[inline]
    pub(crate) fn read<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>) -> V {
        self.count += 1;
        V::from_raw(self.reads.read(field.encoding()))
    }

    /// The end; the encoding of a field that could not be read, and why.
    #[inline]
    pub(crate) fn end(self) -> Result<(), (u32, VmInstructionError)> {
        self.vmcs.count(self.count, 0);
        match self.reads.end() {
            Ok(()) => Ok(()),
            Err(encoding) => Err((encoding, self.vmcs.unreadable(encoding))),
        }
    }
}

impl<F: Frames> Drop for Vmcs<F> {
    fn drop(&mut self) {
        let _interrupts = crate::interrupts::InterruptsOff::new();
        // The CPU may hold the region's data in itself until VMCLEAR; it must not write them to a frame that is somebody else's.
        if let Err(error) = self.clear() {
            log::error!("a VMCS could not be retired: {error}");
        }
    }
}
