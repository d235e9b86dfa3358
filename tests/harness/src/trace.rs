//! The machine's instructions, one after the other, as Bochs' debugger tells them.

use anyhow::{Context, Result, bail};

use crate::TICKS_PER_SECOND;
use crate::session::Session;

/// Seconds of guest time in which a traced machine must come to where it is awaited.
const PATIENCE: u64 = 30;

/// An instruction that was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The machine's tick when it began.
    pub tick: u64,
    /// Where it is, in the code segment.
    pub address: u64,
    /// Its name and operands.
    pub text: String,
}

impl Instruction {
    /// The first word of its text.
    pub fn name(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or_default()
    }

    /// "(0).[30062778] [0x000000105072] 0010:ffffffff80105072 (unk. ctxt): push rax             ; 50"
    fn parse(line: &str) -> Option<Instruction> {
        let (tick, rest) = line.split_once("(0).[")?.1.split_once(']')?;
        let (place, rest) = rest.split_once("]")?.1.split_once(" (")?;
        let text = rest.split_once("): ")?.1;
        Some(Instruction {
            tick: tick.parse().ok()?,
            address: address(place)?,
            text: text
                .rsplit_once(';')
                .map_or(text, |(text, _)| text)
                .trim()
                .to_owned(),
        })
    }
}

/// The offset of " 0010:ffffffff80105072".
fn address(place: &str) -> Option<u64> {
    u64::from_str_radix(place.trim().split_once(':')?.1, 16).ok()
}

/// The numbers of all breakpoints, by "  1 lbreakpoint    keep y   0x0000000000100132".
fn breakpoints(list: &str) -> impl Iterator<Item = u32> {
    list.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        words.next()?.contains("breakpoint").then_some(number)
    })
}

/// Where the machine stands, by the debugger's "(0) [0x000000105e73] 0010:ffffffff80105e73 (unk. ctxt): push rbx ; 53".
pub(crate) fn next_address(stop: &str) -> Option<u64> {
    let line = stop.lines().find(|line| line.starts_with("(0) ["))?;
    address(line.split_once(']')?.1.split_once(" (")?.0)
}

impl Session {
    /// From now on [`Session::advance`] ends in front of every instruction at these addresses, whoever executes it, and at no other.
    pub fn break_at(&mut self, addresses: &[u64]) -> Result<()> {
        for number in breakpoints(&self.debug("blist")?) {
            self.debug(&format!("d {number}"))?;
        }
        for address in addresses {
            self.debug(&format!("lb {address:#x}"))?;
        }
        Ok(())
    }

    /// Lets the machine run on to the address, which [`Session::break_at`] has named.
    pub fn run_to(&mut self, address: u64) -> Result<()> {
        let limit = self.ticks() + PATIENCE * TICKS_PER_SECOND;
        loop {
            self.advance(TICKS_PER_SECOND)?;
            if self.next_address() == Some(address) {
                return Ok(());
            }
            if self.ticks() > limit || self.ending().is_some() {
                return Err(self.failure(&format!("nothing is executed at {address:#x}")));
            }
        }
    }

    /// Lets the machine run on as [`Session::run_to`] does, and returns the instructions up to there, which should be few.
    pub fn trace_to(&mut self, address: u64) -> Result<Vec<Instruction>> {
        self.debug("trace on")?;
        let mut instructions = Vec::new();
        loop {
            let said = self.debug("c")?;
            instructions.extend(said.lines().filter_map(Instruction::parse));
            match next_address(&said).context("the traced machine has ended")? {
                here if here == address => break,
                _ if instructions.len() as u64 > TICKS_PER_SECOND => {
                    bail!("{address:#x} is too far away to trace")
                }
                _ => {}
            }
        }
        self.debug("trace off")?;
        Ok(instructions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_debugger_is_an_instruction() {
        let line = "(0).[30062779] [0x000000105074] 0010:ffffffff80105074 (unk. ctxt): jmp .+3575  (0xffffffff80105e70) ; e9f7";
        let instruction = Instruction::parse(line).unwrap();
        assert_eq!(instruction.tick, 30_062_779);
        assert_eq!(instruction.address, 0xFFFF_FFFF_8010_5074);
        assert_eq!(instruction.name(), "jmp");
        assert_eq!(instruction.text, "jmp .+3575  (0xffffffff80105e70)");
        assert_eq!(Instruction::parse("Next at t=30062779"), None);
    }

    #[test]
    fn a_stop_says_where() {
        let stop = "(0) Breakpoint 1, in 0008:0010000c\nNext at t=7\n(0) [0x0000000010000c] 0008:0010000c (unk. ctxt): cpuid ; 0fa2\n";
        assert_eq!(next_address(stop), Some(0x10_000C));
    }
}
