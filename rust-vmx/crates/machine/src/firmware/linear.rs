//! Memory as the program that called sees it: by linear address, and in virtual-8086 mode through its kernel's page tables.

use crate::cpu::VirtualCpu;
use crate::memory::PhysicalMemory;
use crate::paging::{Access, Offered, TranslationError, Walker};
use bounds::Clip;
use vmx::addr::{Gpa, Gva, PAGE_SIZE};
use vmx::state::CpuMode;

/// Some bytes could not be reached: there is no memory, or no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

/// The way from linear to physical addresses.
pub struct Linear {
    /// None in real mode, which has no paging.
    walker: Option<Walker>,
    /// The first page fault. From then on nothing is reached.
    fault: Option<TranslationError>,
}

impl Linear {
    /// The way of a program in real or in virtual-8086 mode; none in the other modes.
    pub fn of<C: VirtualCpu>(cpu: &mut C, offered: Offered) -> Option<Self> {
        let walker = match cpu.mode() {
            CpuMode::Real => None,
            CpuMode::Virtual8086 => Some(Walker::new(cpu, offered)),
            _ => return None,
        };
        Some(Self { walker, fault: None })
    }

    /// The fault that kept the service from memory, if any did.
    pub fn fault(&self) -> Option<TranslationError> {
        self.fault
    }

    /// Where the instruction at this address lies.
    pub fn code(&self, memory: &mut impl PhysicalMemory, at: u64) -> Option<Gpa> {
        match &self.walker {
            None => Some(Gpa(at)),
            Some(walker) => walker.translate(memory, Gva(at), Access::Fetch).ok(),
        }
    }

    /// Fills `bytes`.
    pub fn read(
        &mut self,
        memory: &mut impl PhysicalMemory,
        at: u64,
        bytes: &mut [u8],
    ) -> Result<(), Unreachable> {
        let mut done = 0;
        while done < bytes.len() {
            let (place, length) = self.piece(memory, at + done as u64, bytes.len() - done, Access::Read)?;
            let piece = bytes.past_mut(done).upto_mut(length);
            memory.read(place, piece).map_err(|_| Unreachable)?;
            done += length;
        }
        Ok(())
    }

    /// Writes `bytes`.
    pub fn write(
        &mut self,
        memory: &mut impl PhysicalMemory,
        at: u64,
        bytes: &[u8],
    ) -> Result<(), Unreachable> {
        let mut done = 0;
        while done < bytes.len() {
            let (place, length) = self.piece(memory, at + done as u64, bytes.len() - done, Access::Write)?;
            let piece = bytes.past(done).upto(length);
            memory.write(place, piece).map_err(|_| Unreachable)?;
            done += length;
        }
        Ok(())
    }

    /// Where the first of `length` bytes lie, and how many of them.
    fn piece(
        &mut self,
        memory: &mut impl PhysicalMemory,
        at: u64,
        length: usize,
        access: Access,
    ) -> Result<(Gpa, usize), Unreachable> {
        let Some(walker) = &self.walker else {
            return Ok((Gpa(at), length));
        };
        if self.fault.is_some() {
            return Err(Unreachable);
        }
        match walker.translate(memory, Gva(at), access) {
            Ok(place) => Ok((place, length.min(PAGE_SIZE as usize - place.page_offset()))),
            Err(fault) => {
                self.fault = Some(fault);
                Err(Unreachable)
            }
        }
    }
}
