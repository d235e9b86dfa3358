//! The guest's call stack, for its report: the return addresses that its saved frame pointers lead to. The registers may hold
//! anything, so the first thing that is no frame ends the walk.

use crate::cpu::VirtualCpu;
use crate::memory::PhysicalMemory;
use crate::paging::{Access, Offered, Walker};
use vmx::addr::Gva;
use vmx::state::gpr::RBP;
use vmx::state::{CpuMode, SegmentName};

/// Calls that are told; each name is searched in the kernel's file.
const DEPTH: usize = 8;

/// The return addresses, the latest call's first.
pub struct Calls<'a, M> {
    memory: &'a mut M,
    walker: Walker,
    /// Bytes of a register; frames are aligned to it, so that none of their words lies in two pages.
    word: u64,
    /// Where the stack segment begins.
    base: u64,
    frame: u64,
    left: usize,
}

impl<'a, M: PhysicalMemory> Calls<'a, M> {
    /// The calls the guest is in; none for 16-bit code, which has no such frames.
    pub fn new<C: VirtualCpu>(cpu: &mut C, memory: &'a mut M, offered: Offered) -> Self {
        let rbp = cpu.registers().gpr[RBP];
        let (word, base, frame, left) = match cpu.mode() {
            CpuMode::Long => (8, 0, rbp, DEPTH),
            CpuMode::Protected32 | CpuMode::Compatibility32 => {
                let base = cpu.segment(SegmentName::Ss).base;
                (4, base, rbp & 0xFFFF_FFFF, DEPTH)
            }
            _ => (1, 0, 0, 0),
        };
        Self {
            memory,
            walker: Walker::new(cpu, offered).for_inspection(),
            word,
            base,
            frame,
            left,
        }
    }

    fn read(&mut self, offset: u64) -> Option<u64> {
        let linear = Gva(self.base.wrapping_add(offset));
        if !linear.0.is_multiple_of(self.word) {
            return None;
        }
        let physical = self.walker.translate(self.memory, linear, Access::Read).ok()?;
        if self.word == 8 {
            self.memory.read_u64(physical).ok()
        } else {
            self.memory.read_u32(physical).ok().map(u64::from)
        }
    }
}

impl<M: PhysicalMemory> Iterator for Calls<'_, M> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        let caller = self.read(self.frame)?;
        let address = self.read(self.frame.wrapping_add(self.word))?;
        if caller <= self.frame {
            // Callers' frames lie above: this was the first one.
            self.left = 0;
        }
        self.frame = caller;
        (address != 0).then_some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeCpu, Ram};
    use std::vec::Vec;

    const OFFERED: Offered = Offered {
        physical_bits: 36,
        giant_pages: false,
    };

    /// Without paging, so that addresses are physical.
    fn calls(mode: CpuMode, rbp: u64, memory: &mut Ram) -> Vec<u64> {
        let mut cpu = FakeCpu {
            mode,
            ..FakeCpu::default()
        };
        cpu.registers.gpr[RBP] = rbp;
        Calls::new(&mut cpu, memory, OFFERED).collect()
    }

    #[test]
    fn frames_are_followed_upwards() {
        let mut memory = Ram::new(0x3000);
        for (frame, caller, address) in [(0x1000, 0x1040, 0xA1), (0x1040, 0x2000, 0xA2), (0x2000, 0, 0xA3)] {
            memory.set64(frame, caller);
            memory.set64(frame + 8, address);
        }
        assert_eq!(calls(CpuMode::Long, 0x1000, &mut memory), [0xA1, 0xA2, 0xA3]);
        memory.set64(0x2008, 0);
        assert_eq!(calls(CpuMode::Long, 0x1000, &mut memory), [0xA1, 0xA2]);
        assert_eq!(calls(CpuMode::Real, 0x1000, &mut memory), []);
    }

    #[test]
    fn frames_of_32_bits() {
        let mut memory = Ram::new(0x3000);
        for (at, word) in [(0x1004, 0x1010), (0x1008, 0xB1), (0x1010, 0), (0x1014, 0xB2)] {
            memory.set32(at, word);
        }
        let rbp = 0xFFFF_FFFF_0000_1004;
        assert_eq!(calls(CpuMode::Protected32, rbp, &mut memory), [0xB1, 0xB2]);
    }

    #[test]
    fn nonsense_ends_the_walk() {
        let mut memory = Ram::new(0x3000);
        // A frame that is its own caller.
        memory.set64(0x1000, 0x1000);
        memory.set64(0x1008, 0xC1);
        assert_eq!(calls(CpuMode::Long, 0x1000, &mut memory), [0xC1]);
        for rbp in [0x1001, 0x3000, u64::MAX, u64::MAX - 7] {
            assert_eq!(calls(CpuMode::Long, rbp, &mut memory), [], "{rbp:#x}");
        }
        // Callers without end.
        for frame in (0x1000..0x2000).step_by(16) {
            memory.set64(frame, frame + 16);
            memory.set64(frame + 8, 0xC2);
        }
        assert_eq!(calls(CpuMode::Long, 0x1000, &mut memory), [0xC2; DEPTH]);
    }
}
