//! A machine on the bench: a real board and real policies between a scripted CPU and a pretended host.

use super::{Exit, FakeCpu, FakeHost, Ram, ScriptedExit};
use crate::cpuid::Cpuid;
use crate::definition::Definition;
use crate::host::Host;
use crate::machine::{Machine, Stop};
use crate::memory::Layout;
use std::boxed::Box;
use std::format;
use vmx::exit::{IoAccess, reason};
use vmx::state::{Registers, SystemRegister, gpr};

/// A slice that does not end by itself.
pub const NO_END: u64 = u64::MAX;

/// The machine with its host.
pub struct Bench {
    /// Its files, its clock and the output.
    pub host: FakeHost,
    /// The machine.
    pub machine: Box<Machine<FakeCpu, Ram, FakeHost>>,
}

/// A machine with 2 MiB and a flat image.
pub fn bench() -> Bench {
    bench_with("", |_| {})
}

/// A machine whose definition has more lines, on a host with more files.
pub fn bench_with(lines: &str, prepare: impl FnOnce(&FakeHost)) -> Bench {
    let host = FakeHost::default();
    host.put("/kernel", &[0xF4; 512]);
    prepare(&host);
    let text = format!("name = test\nkernel = /kernel\nformat = flat\nmemory = 2M\n{lines}\n");
    let definition = Definition::parse(text.as_bytes(), "guest").unwrap();
    let layout = Layout::new(definition.memory);
    let cpuid = Cpuid::new(host_cpuid, 0b111).with_tsc_rate(host.tsc_hz());
    let ram = Ram::new(definition.memory as usize);
    let machine = Machine::new(definition, FakeCpu::default(), cpuid, ram, layout, host.clone());
    let machine = machine.unwrap_or_else(|error| panic!("{error}"));
    let mut bench = Bench { host, machine };
    // The firmware leaves its timer ticking; tests say themselves what interrupts.
    bench.set_interrupts(false);
    bench.out(0x21, 0xFF).run();
    bench.set_rip(0x7C00);
    bench.cpu().registers = Registers::default();
    bench
}

/// A host CPU with everything, and recognisable numbers where it does not matter.
pub fn host_cpuid(leaf: u32, subleaf: u32) -> [u32; 4] {
    match (leaf, subleaf) {
        (0, _) => [0x16, 0x756E_6547, 0x6C65_746E, 0x4965_6E69],
        (0x8000_0000, _) => [0x8000_0008, 0, 0, 0],
        (0xD, 0) => [0b111, 832, 832, 0],
        (0xD, 1) => [0xF, 999, 0x100, 0],
        (0xD, 2) => [256, 576, 0, 0],
        _ => [!0; 4],
    }
}

impl Bench {
    /// The CPU.
    pub fn cpu(&mut self) -> &mut FakeCpu {
        self.machine.cpu_mut()
    }

    /// Runs one scripted exit and what follows from it, up to the script's end or the machine's return.
    pub fn run(&mut self) -> Stop {
        self.cpu().then(|_| super::plain(reason::PREEMPTION_TIMER));
        let stop = self.machine.run(NO_END);
        assert!(!self.cpu().loaded, "the CPU is the host's after a return");
        stop
    }

    /// Runs one exit.
    pub fn exit(&mut self, exit: ScriptedExit) -> Stop {
        self.cpu().then(move |_| exit);
        self.run()
    }

    /// Where the guest is.
    pub fn rip(&mut self) -> u64 {
        self.cpu().system[&SystemRegister::Rip]
    }

    /// Puts the guest somewhere.
    pub fn set_rip(&mut self, rip: u64) {
        self.cpu().system.insert(SystemRegister::Rip, rip);
    }

    /// OUT of a byte.
    pub fn out(&mut self, port: u16, value: u8) -> &mut Self {
        self.cpu().then(move |cpu| {
            cpu.registers.gpr[gpr::RAX] = u64::from(value);
            super::exit(Exit::Io(IoAccess {
                port,
                width: 1,
                input: false,
                string: None,
            }))
        });
        self
    }

    /// IN of a byte, at once.
    pub fn input(&mut self, port: u16) -> u8 {
        self.exit(super::exit(Exit::Io(IoAccess {
            port,
            width: 1,
            input: true,
            string: None,
        })));
        self.cpu().registers.gpr[gpr::RAX] as u8
    }

    /// Programs the interrupt controllers as every PC kernel does: vectors 0x20 and 0x28, the lines of `mask` closed.
    pub fn initialise_pic(&mut self, mask: u16) {
        for (port, value) in [
            (0x20, 0x11),
            (0xA0, 0x11),
            (0x21, 0x20),
            (0xA1, 0x28),
            (0x21, 4),
            (0xA1, 2),
            (0x21, 1),
            (0xA1, 1),
            (0x21, mask as u8),
            (0xA1, (mask >> 8) as u8),
        ] {
            self.out(port, value);
        }
        self.run();
    }

    /// Sets or clears RFLAGS.IF.
    pub fn set_interrupts(&mut self, on: bool) {
        self.cpu()
            .system
            .insert(SystemRegister::Rflags, if on { 0x202 } else { 2 });
    }
}
