//! The disks against a plain array of sectors: whatever way data goes in, it comes out of every other way, and errors are
//! where the disk ends.

use devices::ide::SECTOR_SIZE;
use devices::{Context, DiskError, DiskOperation, DriveConfig, Ide, PortDevice, Time, Width, Wires};
use proptest::prelude::*;

/// Not a multiple of anything, and more than a request's 128 sectors.
const SECTORS: u64 = 1501;
const HEADS: u64 = 16;
const SECTORS_PER_TRACK: u64 = 63;

/// How a command addresses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Address {
    Chs,
    Lba28,
    Lba48,
}

/// How the guest moves data.
#[derive(Clone, Copy, Debug)]
enum Port {
    Words,
    Dwords,
    /// REP INS and OUTS.
    Strings,
}

#[derive(Clone, Debug)]
struct Transfer {
    write: bool,
    address: Address,
    /// Block size by SET MULTIPLE; none for the plain commands.
    multiple: Option<u8>,
    lba: u64,
    count: u16,
    port: Port,
    fill: u8,
}

fn transfer() -> impl Strategy<Value = Transfer> {
    (
        any::<bool>(),
        prop::sample::select(vec![Address::Chs, Address::Lba28, Address::Lba48]),
        prop::option::of(prop::sample::select(vec![1_u8, 2, 4, 8, 16])),
        prop_oneof![0..SECTORS, SECTORS - 5..SECTORS + 5],
        prop_oneof![1..4_u16, 1..300_u16],
        prop::sample::select(vec![Port::Words, Port::Dwords, Port::Strings]),
        any::<u8>(),
    )
        .prop_map(|(write, address, multiple, lba, count, port, fill)| {
            let count = if address == Address::Lba48 {
                count
            } else {
                count.min(256)
            };
            Transfer {
                write,
                address,
                multiple,
                lba,
                count,
                port,
                fill,
            }
        })
}

/// A machine whose disk is an array; `bad` sectors cannot be read or written.
struct Machine {
    ide: Ide,
    wires: Wires,
    disk: Vec<u8>,
    bad: Vec<u64>,
}

impl Machine {
    /// The disk under test is the secondary channel's slave; its master is another disk that must not be touched.
    fn new(bad: Vec<u64>) -> Self {
        let drive = |sectors| {
            Some(DriveConfig {
                sectors,
                read_only: false,
                serial: String::new(),
            })
        };
        let disk = (0..SECTORS as usize * SECTOR_SIZE)
            .map(|at| (at / 7) as u8)
            .collect();
        let ide = Ide::new([None, None, drive(10), drive(SECTORS)]);
        Self {
            ide,
            wires: Wires::default(),
            disk,
            bad,
        }
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Ide, &mut Context<'_>) -> R) -> R {
        let result = action(
            &mut self.ide,
            &mut Context {
                now: Time::ZERO,
                wires: &mut self.wires,
            },
        );
        self.serve();
        result
    }

    fn serve(&mut self) {
        while let Some(request) = self.ide.take_request() {
            assert_eq!(request.drive, 3);
            let range = request.lba..request.lba + u64::from(request.sectors);
            assert!(range.end <= SECTORS, "the device checks the range");
            let bytes = range.start as usize * SECTOR_SIZE..range.end as usize * SECTOR_SIZE;
            let buffer = self.ide.buffer(request.drive);
            assert_eq!(buffer.len(), bytes.len());
            let result = if self.bad.iter().any(|lba| range.contains(lba)) {
                Err(DiskError::Unrecoverable)
            } else {
                match request.operation {
                    DiskOperation::Read => buffer.copy_from_slice(&self.disk[bytes]),
                    DiskOperation::Write => self.disk[bytes].copy_from_slice(buffer),
                    DiskOperation::Flush => {}
                }
                Ok(())
            };
            self.ide.complete(
                3,
                result,
                &mut Context {
                    now: Time::ZERO,
                    wires: &mut self.wires,
                },
            );
        }
    }

    fn out(&mut self, register: u16, value: u8) {
        self.with(|ide, cx| ide.write(0x170 + register, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn inb(&mut self, register: u16) -> u8 {
        self.with(|ide, cx| ide.read(0x170 + register, Width::Byte, cx))
            .unwrap() as u8
    }

    fn irq(&self) -> bool {
        self.wires.irq_levels() & 0x8000 != 0
    }

    fn command(&mut self, transfer: &Transfer) {
        if let Some(sectors) = transfer.multiple {
            self.out(6, 0xB0);
            self.out(2, sectors);
            self.out(7, 0xC6);
            assert_eq!(self.inb(7), 0x50);
        }
        let lba = transfer.lba.to_le_bytes();
        let [count, count_high] = transfer.count.to_le_bytes();
        match transfer.address {
            Address::Chs => {
                let track = transfer.lba / SECTORS_PER_TRACK;
                let [cylinder, cylinder_high] = ((track / HEADS) as u16).to_le_bytes();
                self.out(6, 0xB0 | (track % HEADS) as u8);
                self.out(3, (transfer.lba % SECTORS_PER_TRACK + 1) as u8);
                self.out(4, cylinder);
                self.out(5, cylinder_high);
            }
            Address::Lba28 => {
                self.out(6, 0xF0 | lba[3]);
                (0..3).for_each(|index| self.out(3 + index, lba[usize::from(index)]));
            }
            Address::Lba48 => {
                self.out(6, 0xF0);
                self.out(2, count_high);
                (0..3).for_each(|index| self.out(3 + index, lba[usize::from(index) + 3]));
                (0..3).for_each(|index| self.out(3 + index, lba[usize::from(index)]));
            }
        }
        self.out(2, count);
        let code = match (
            transfer.write,
            transfer.multiple.is_some(),
            transfer.address == Address::Lba48,
        ) {
            (false, false, false) => 0x20,
            (false, false, true) => 0x24,
            (false, true, false) => 0xC4,
            (false, true, true) => 0x29,
            (true, false, false) => 0x30,
            (true, false, true) => 0x34,
            (true, true, false) => 0xC5,
            (true, true, true) => 0x39,
        };
        self.out(7, code);
    }

    /// One block through the data port.
    fn read_block(&mut self, bytes: usize, port: Port) -> Vec<u8> {
        let mut block = Vec::new();
        match port {
            Port::Strings => {
                assert_eq!(self.ide.readable(0x170, Width::Word), bytes);
                self.with(|ide, cx| {
                    ide.read_block(0x170, bytes, &mut |data| block.extend_from_slice(data), cx)
                });
            }
            Port::Words | Port::Dwords => {
                let width = if matches!(port, Port::Words) {
                    Width::Word
                } else {
                    Width::Dword
                };
                while block.len() < bytes {
                    let value = self.with(|ide, cx| ide.read(0x170, width, cx)).unwrap();
                    block.extend_from_slice(&value.to_le_bytes()[..width.bytes()]);
                }
            }
        }
        block
    }

    fn write_block(&mut self, block: &[u8], port: Port) {
        match port {
            Port::Strings => {
                assert_eq!(self.ide.writable(0x170, Width::Dword), block.len());
                self.with(|ide, cx| {
                    ide.write_block(0x170, block.len(), &mut |place| place.copy_from_slice(block), cx);
                });
            }
            Port::Words | Port::Dwords => {
                let width = if matches!(port, Port::Words) {
                    Width::Word
                } else {
                    Width::Dword
                };
                for item in block.chunks(width.bytes()) {
                    let mut bytes = [0; 4];
                    bytes[..item.len()].copy_from_slice(item);
                    self.with(|ide, cx| ide.write(0x170, width, u32::from_le_bytes(bytes), cx))
                        .unwrap();
                }
            }
        }
    }
}

/// The address a drive reports after an error, in the form of the command.
fn reported(machine: &mut Machine, address: Address) -> u64 {
    let [low, mid, high] = [3, 4, 5].map(|register| u64::from(machine.inb(register)));
    match address {
        Address::Chs => {
            let head = u64::from(machine.inb(6) & 15);
            ((high << 8 | mid) * HEADS + head) * SECTORS_PER_TRACK + low - 1
        }
        Address::Lba28 => u64::from(machine.inb(6) & 15) << 24 | high << 16 | mid << 8 | low,
        Address::Lba48 => {
            machine
                .with(|ide, cx| ide.write(0x376, Width::Byte, 0x80, cx))
                .unwrap();
            let upper = [3, 4, 5].map(|register| u64::from(machine.inb(register)));
            machine
                .with(|ide, cx| ide.write(0x376, Width::Byte, 0x00, cx))
                .unwrap();
            upper[2] << 40 | upper[1] << 32 | upper[0] << 24 | high << 16 | mid << 8 | low
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Without bad sectors.
    #[test]
    fn data_goes_where_it_belongs(transfers in prop::collection::vec(transfer(), 1..12)) {
        let mut machine = Machine::new(Vec::new());
        let mut model = machine.disk.clone();
        // CHS reaches whole cylinders of at most the disk.
        let cylinders = (SECTORS / (HEADS * SECTORS_PER_TRACK)).max(1);
        let chs_end = (cylinders * HEADS * SECTORS_PER_TRACK).min(SECTORS);
        for transfer in transfers {
            machine.command(&transfer);
            let end = if transfer.address == Address::Chs { chs_end } else { SECTORS };
            let reachable = if transfer.lba < end { SECTORS } else { transfer.lba };
            let block = u64::from(transfer.multiple.unwrap_or(1));
            let wanted = transfer.lba + u64::from(transfer.count);
            let mut lba = transfer.lba;
            let mut first = true;
            while lba < wanted.min(reachable) {
                // Blocks are counted from the start of the command, and from the start of each request.
                let sectors = block.min(wanted.min(reachable) - lba);
                prop_assert_eq!(machine.irq(), !(first && transfer.write), "{:?} at {}", transfer, lba);
                prop_assert_eq!(machine.inb(7), 0x58, "{:?} at {}", transfer, lba);
                let range = lba as usize * SECTOR_SIZE..(lba + sectors) as usize * SECTOR_SIZE;
                if transfer.write {
                    model[range.clone()].fill(transfer.fill);
                    machine.write_block(&model[range], transfer.port);
                } else {
                    let data = machine.read_block(range.len(), transfer.port);
                    prop_assert!(data == model[range], "{:?} at {}", transfer, lba);
                }
                lba += sectors;
                first = false;
            }
            if wanted > reachable {
                prop_assert!(machine.irq());
                prop_assert_eq!((machine.inb(7), machine.inb(1)), (0x51, 0x10), "{:?}", transfer);
                if lba > transfer.lba {
                    prop_assert_eq!(reported(&mut machine, transfer.address), SECTORS);
                }
            } else {
                // A read's last block is not followed by an interrupt, a write's is.
                prop_assert_eq!(machine.irq(), transfer.write);
                prop_assert_eq!(machine.inb(7), 0x50, "{:?}", transfer);
                prop_assert_eq!(reported(&mut machine, transfer.address), wanted - 1);
            }
        }
        prop_assert!(machine.disk == model);
        counts::add("property cases", 1);
    }

    /// A read stops at the first bad sector, having delivered all before it.
    #[test]
    fn reads_stop_at_bad_sectors(bad in 0..SECTORS, lba in 0..SECTORS, count in 1..256_u16) {
        let mut machine = Machine::new(vec![bad]);
        let address = Address::Lba28;
        machine.command(&Transfer { write: false, address, multiple: None, lba, count, port: Port::Strings, fill: 0 });
        let end = (lba + u64::from(count)).min(SECTORS);
        let stop = if (lba..end).contains(&bad) { bad } else { end };
        for _ in lba..stop {
            prop_assert_eq!(machine.inb(7), 0x58);
            machine.read_block(SECTOR_SIZE, Port::Strings);
        }
        if (lba..end).contains(&bad) {
            prop_assert_eq!((machine.inb(7), machine.inb(1)), (0x51, 0x40));
            prop_assert_eq!(reported(&mut machine, address), bad);
        }
        counts::add("property cases", 1);
    }

    /// Whatever a guest writes, the device asks only for sectors that exist, and a software reset brings it back.
    #[test]
    fn any_guest_is_survived(
        actions in prop::collection::vec((0..16_u16, any::<u8>(), any::<bool>()), 0..300),
        bad in prop::collection::vec(0..SECTORS, 0..3),
    ) {
        let mut machine = Machine::new(bad);
        machine.out(6, 0xF0);
        let commands = [0x20, 0x24, 0x29, 0x30, 0x34, 0x39, 0x40, 0x42, 0xC4, 0xC5, 0xC6, 0xEC, 0x90, 0x91, 0xE7, 0x70];
        for (action, value, flag) in actions {
            match action {
                // Mostly sensible commands to the disk with data.
                7 if flag => machine.out(7, commands[usize::from(value & 15)]),
                6 if flag => machine.out(6, 0x50 | value & 0x40),
                0..=7 => {
                    machine.with(|ide, cx| {
                        if action != 0 {
                            // The master's commands would ask for sectors this machine does not have.
                            let selects_master = action == 6 && value & 0x10 == 0;
                            let value = if selects_master { value | 0x10 } else { value };
                            ide.write(0x170 + action, Width::Byte, value.into(), cx).unwrap();
                        } else if flag {
                            ide.read_block(0x170, 700, &mut |_| {}, cx);
                        } else {
                            ide.write_block(0x170, 700, &mut |place| place.fill(value), cx);
                        }
                    });
                }
                8 if flag => machine.with(|ide, cx| ide.write(0x376, Width::Byte, value.into(), cx)).unwrap(),
                _ => { machine.inb(action & 7); }
            }
            // Diagnostics and resets select the master.
            machine.out(6, 0xF0);
        }
        for control in [0x04, 0x00] {
            machine.with(|ide, cx| ide.write(0x376, Width::Byte, control, cx)).unwrap();
        }
        machine.out(6, 0xF0);
        prop_assert_eq!(machine.inb(7), 0x50);
        counts::add("property cases", 1);
    }
}
