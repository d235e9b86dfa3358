//! Protocols and commands, one by one. The reference model is in `tests/ide_model.rs`.

use super::*;
use crate::{Time, Wires};

const SECTORS: u64 = 3000;

/// A machine that carries requests out on memory.
struct Bench {
    ide: Ide,
    wires: Wires,
    disk: Vec<u8>,
    /// Sectors that cannot be read or written.
    bad: Vec<u64>,
    fails_to_flush: bool,
}

impl Bench {
    fn new(drives: [Option<DriveConfig>; 4]) -> Self {
        let mut disk = vec![0; SECTORS as usize * SECTOR_SIZE];
        for (lba, sector) in disk.chunks_exact_mut(SECTOR_SIZE).enumerate() {
            sector[..8].copy_from_slice(&(lba as u64).to_le_bytes());
        }
        Self {
            ide: Ide::new(drives),
            wires: Wires::default(),
            disk,
            bad: Vec::new(),
            fails_to_flush: false,
        }
    }

    fn master() -> Self {
        Self::new([
            Some(DriveConfig {
                sectors: SECTORS,
                read_only: false,
                serial: "42".into(),
            }),
            None,
            None,
            None,
        ])
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Ide, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.ide,
            &mut Context {
                now: Time::ZERO,
                wires: &mut self.wires,
            },
        )
    }

    fn serve(&mut self) {
        while let Some(request) = self.ide.take_request() {
            let range = request.lba..request.lba + u64::from(request.sectors);
            let bytes = range.start as usize * SECTOR_SIZE..range.end as usize * SECTOR_SIZE;
            let flush_fails = self.fails_to_flush && request.operation == DiskOperation::Flush;
            let result = if flush_fails || self.bad.iter().any(|lba| range.contains(lba)) {
                Err(DiskError::Unrecoverable)
            } else {
                match request.operation {
                    DiskOperation::Read => self.ide.buffer(request.drive).copy_from_slice(&self.disk[bytes]),
                    DiskOperation::Write => self.disk[bytes].copy_from_slice(self.ide.buffer(request.drive)),
                    DiskOperation::Flush => {}
                }
                Ok(())
            };
            self.with(|ide, cx| ide.complete(request.drive, result, cx));
        }
    }

    fn out(&mut self, port: u16, value: u8) {
        self.with(|ide, cx| ide.write(port, Width::Byte, value.into(), cx))
            .unwrap();
        self.serve();
    }

    fn inb(&mut self, port: u16) -> u8 {
        self.with(|ide, cx| ide.read(port, Width::Byte, cx)).unwrap() as u8
    }

    fn irq(&self) -> bool {
        self.wires.irq_levels() & 0x4000 != 0
    }

    fn command_28(&mut self, code: u8, lba: u32, count: u8) {
        let [low, mid, high, top] = lba.to_le_bytes();
        for (port, value) in [
            (0x1F2, count),
            (0x1F3, low),
            (0x1F4, mid),
            (0x1F5, high),
            (0x1F6, 0xE0 | top),
            (0x1F7, code),
        ] {
            self.out(port, value);
        }
    }

    fn command_48(&mut self, code: u8, lba: u64, count: u16) {
        let bytes = lba.to_le_bytes();
        self.out(0x1F6, 0x40);
        let [count_low, count_high] = count.to_le_bytes();
        for (port, value) in [
            (0x1F2, count_high),
            (0x1F3, bytes[3]),
            (0x1F4, bytes[4]),
            (0x1F5, bytes[5]),
            (0x1F2, count_low),
            (0x1F3, bytes[0]),
            (0x1F4, bytes[1]),
            (0x1F5, bytes[2]),
            (0x1F7, code),
        ] {
            self.out(port, value);
        }
    }

    /// Reads a block as a driver does: after DRQ.
    fn read(&mut self, bytes: usize) -> Vec<u8> {
        assert_eq!(self.inb(0x1F7), 0x58);
        let mut buffer = vec![0; bytes];
        assert_eq!(self.ide.readable(0x1F0, Width::Word), bytes);
        self.with(|ide, cx| ide.read_block(0x1F0, bytes, &mut |data| buffer.copy_from_slice(data), cx));
        self.serve();
        buffer
    }

    fn write(&mut self, data: &[u8]) {
        assert_eq!(self.inb(0x1F7), 0x58);
        assert_eq!(self.ide.writable(0x1F0, Width::Word), data.len());
        self.with(|ide, cx| ide.write_block(0x1F0, data.len(), &mut |place| place.copy_from_slice(data), cx));
        self.serve();
    }

    fn reported_lba(&mut self) -> u32 {
        u32::from_le_bytes([
            self.inb(0x1F3),
            self.inb(0x1F4),
            self.inb(0x1F5),
            self.inb(0x1F6) & 15,
        ])
    }
}

fn word(block: &[u8], index: usize) -> u16 {
    u16::from_le_bytes([block[2 * index], block[2 * index + 1]])
}

#[test]
fn signature_and_absent_drives() {
    let mut bench = Bench::master();
    assert_eq!(bench.inb(0x1F7), 0x50);
    assert_eq!(
        [
            bench.inb(0x1F1),
            bench.inb(0x1F2),
            bench.inb(0x1F3),
            bench.inb(0x1F4),
            bench.inb(0x1F5)
        ],
        [1, 1, 1, 0, 0]
    );
    bench.out(0x1F6, 0xB0);
    assert_eq!(
        (bench.inb(0x1F7), bench.inb(0x3F6)),
        (0, 0),
        "device 0 answers for an absent device 1"
    );
    bench.out(0x1F7, 0xEC);
    assert_eq!(bench.inb(0x1F7), 0);
    assert!(!bench.irq());
    let absent = bench.with(|ide, cx| ide.read(0x177, Width::Byte, cx));
    assert_eq!(absent, Err(AccessError::NoRegister), "an empty channel floats");
}

#[test]
fn identify_tells_the_truth() {
    let mut bench = Bench::master();
    bench.command_28(0xEC, 0, 0);
    assert!(bench.irq());
    let block = bench.read(512);
    assert!(!bench.irq(), "reading the status acknowledges");
    assert_eq!(bench.inb(0x1F7), 0x50);
    let model: Vec<u8> = (27..47)
        .flat_map(|index| word(&block, index).to_be_bytes())
        .collect();
    assert_eq!(
        String::from_utf8(model).unwrap().trim_end(),
        "SWEB-VMX VIRTUAL DISK"
    );
    assert_eq!([word(&block, 1), word(&block, 3), word(&block, 6)], [2, 16, 63]);
    assert_eq!(
        u32::from(word(&block, 60)) | u32::from(word(&block, 61)) << 16,
        SECTORS as u32
    );
    assert_eq!(word(&block, 100), SECTORS as u16);
    assert_eq!(block.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte)), 0);
}

#[test]
fn read_sectors_interrupts_once_a_sector() {
    let mut bench = Bench::master();
    bench.command_28(0x20, 7, 3);
    for lba in 7..10 {
        assert!(bench.irq());
        assert_eq!(bench.read(512)[..8], u64::to_le_bytes(lba));
    }
    assert!(!bench.irq(), "no interrupt after the last sector");
    assert_eq!(bench.inb(0x1F7), 0x50);
    assert_eq!((bench.reported_lba(), bench.inb(0x1F2)), (9, 0));
}

#[test]
fn zero_sectors_means_256() {
    let mut bench = Bench::master();
    bench.command_28(0x20, 100, 0);
    for lba in 100..356 {
        assert_eq!(bench.read(512)[..8], u64::to_le_bytes(lba));
    }
    assert_eq!(bench.inb(0x1F7), 0x50);
    assert_eq!(
        bench.ide.statistics(0).unwrap().requests,
        2,
        "128 sectors a request"
    );
}

#[test]
fn write_sectors_reaches_the_disk() {
    let mut bench = Bench::master();
    bench.command_28(0x30, 20, 2);
    assert!(!bench.irq(), "the first block is not announced by an interrupt");
    bench.write(&[0xAB; 512]);
    assert!(bench.irq());
    bench.write(&[0xCD; 512]);
    assert!(bench.irq(), "the end is");
    assert_eq!(bench.inb(0x1F7), 0x50);
    assert_eq!(bench.disk[20 * 512..21 * 512], [0xAB; 512]);
    assert_eq!(bench.disk[21 * 512..22 * 512], [0xCD; 512]);
    assert_eq!(bench.disk[22 * 512], 22);
    bench.command_28(0xE7, 0, 0);
    assert_eq!(
        (bench.inb(0x1F7), bench.ide.statistics(0).unwrap().flushes),
        (0x50, 1)
    );
}

#[test]
fn without_write_cache_a_write_ends_with_a_flush() {
    let mut bench = Bench::master();
    let flushes = |bench: &Bench| bench.ide.statistics(0).unwrap().flushes;
    let write = |bench: &mut Bench| {
        bench.command_28(0x30, 20, 2);
        bench.write(&[1; 512]);
        bench.write(&[2; 512]);
        assert!(bench.irq());
        (bench.inb(0x1F7), bench.reported_lba(), bench.inb(0x1F2))
    };
    assert_eq!((write(&mut bench), flushes(&bench)), ((0x50, 21, 0), 0));
    bench.out(0x1F1, 0x82);
    bench.out(0x1F7, 0xEF);
    assert_eq!((write(&mut bench), flushes(&bench)), ((0x50, 21, 0), 1));
    bench.fails_to_flush = true;
    bench.command_28(0x30, 20, 1);
    bench.write(&[3; 512]);
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x71, 0x04));
    bench.out(0x1F1, 0x02);
    bench.out(0x1F7, 0xEF);
    assert_eq!((write(&mut bench), flushes(&bench)), ((0x50, 21, 0), 1));
}

#[test]
fn lba48_multiple_moves_blocks() {
    let mut bench = Bench::master();
    bench.command_48(0x29, 1, 4);
    assert_eq!(
        (bench.inb(0x1F7), bench.inb(0x1F1)),
        (0x51, 0x04),
        "SET MULTIPLE comes first"
    );
    bench.out(0x1F2, 3);
    bench.out(0x1F7, 0xC6);
    assert_eq!(bench.inb(0x1F7), 0x51);
    bench.out(0x1F2, 4);
    bench.out(0x1F7, 0xC6);
    assert_eq!(bench.inb(0x1F7), 0x50);
    bench.command_48(0x39, 1000, 6);
    bench.write(&[1; 2048]);
    bench.write(&[2; 1024]);
    assert_eq!(bench.inb(0x1F7), 0x50);
    bench.command_48(0x29, 1000, 6);
    assert_eq!(bench.read(2048), [1; 2048]);
    assert_eq!(bench.read(1024), [2; 1024]);
    assert_eq!(bench.inb(0x1F7), 0x50);
}

#[test]
fn chs_addresses_follow_initialize_parameters() {
    let mut bench = Bench::master();
    let read = |bench: &mut Bench, cylinder: u8, head: u8, sector: u8| {
        let registers = [
            (0x1F2, 1),
            (0x1F3, sector),
            (0x1F4, cylinder),
            (0x1F5, 0),
            (0x1F6, 0xA0 | head),
            (0x1F7, 0x20),
        ];
        for (port, value) in registers {
            bench.out(port, value);
        }
    };
    read(&mut bench, 1, 2, 3);
    assert_eq!(bench.read(512)[..8], u64::to_le_bytes((16 + 2) * 63 + 2));
    read(&mut bench, 1, 2, 0);
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x51, 0x10));
    bench.out(0x1F2, 10);
    bench.out(0x1F6, 0xA3);
    bench.out(0x1F7, 0x91);
    assert_eq!(bench.inb(0x1F7), 0x50);
    read(&mut bench, 5, 3, 10);
    assert_eq!(bench.read(512)[..8], u64::to_le_bytes((5 * 4 + 3) * 10 + 9));
    read(&mut bench, 5, 4, 1);
    assert_eq!(bench.inb(0x1F1), 0x10, "no head 4");
}

#[test]
fn errors_name_the_sector() {
    let mut bench = Bench::master();
    bench.bad = vec![52];
    bench.command_28(0x20, 50, 10);
    bench.read(512);
    bench.read(512);
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x51, 0x40));
    assert_eq!(bench.reported_lba(), 52);
    bench.command_28(0x20, SECTORS as u32 - 1, 2);
    bench.read(512);
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x51, 0x10));
    assert_eq!(bench.reported_lba(), SECTORS as u32);
    bench.command_28(0x30, 52, 1);
    bench.write(&[0; 512]);
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x71, 0x04));
    bench.command_28(0x30, 50, 4);
    for byte in 1..=4 {
        bench.write(&[byte; 512]);
    }
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x71, 0x04));
    assert_eq!((bench.reported_lba(), bench.inb(0x1F2)), (52, 2));
    assert_eq!(bench.disk[50 * 512..52 * 512], [[1; 512], [2; 512]].concat());
    assert_eq!(
        bench.disk[53 * 512],
        53,
        "nothing behind the bad sector is written"
    );
    bench.command_28(0x40, 0, 60);
    assert_eq!(
        (bench.inb(0x1F7), bench.inb(0x1F1), bench.reported_lba()),
        (0x51, 0x40, 52)
    );
}

#[test]
fn read_only_disks_refuse_writes() {
    let disk = DriveConfig {
        sectors: SECTORS,
        read_only: true,
        serial: String::new(),
    };
    let mut bench = Bench::new([Some(disk), None, None, None]);
    bench.command_28(0x30, 0, 1);
    assert!(bench.irq());
    assert_eq!((bench.inb(0x1F7), bench.inb(0x1F1)), (0x51, 0x44));
}

#[test]
fn unknown_and_packet_commands_are_aborted() {
    let mut bench = Bench::master();
    for code in [0x00, 0x08, 0xA0, 0xA1, 0xB0, 0xC8, 0xCA, 0x25, 0x35] {
        bench.command_28(code, 0, 1);
        assert_eq!(
            (bench.inb(0x1F7), bench.inb(0x1F1)),
            (0x51, 0x04),
            "command {code:#x}"
        );
    }
}

#[test]
fn software_reset_keeps_what_was_accepted() {
    let mut bench = Bench::master();
    bench.command_28(0x30, 30, 3);
    bench.write(&[0x11; 512]);
    bench.write(&[0x22; 512]);
    bench.out(0x3F6, 0x04);
    assert_eq!(bench.inb(0x3F6), 0x80);
    bench.out(0x3F6, 0x00);
    assert_eq!(
        (bench.inb(0x1F7), bench.inb(0x1F1), bench.inb(0x1F2)),
        (0x50, 0x01, 0x01)
    );
    assert_eq!(
        (bench.disk[30 * 512], bench.disk[31 * 512], bench.disk[32 * 512]),
        (0x11, 0x22, 32)
    );
}

#[test]
fn no_interrupt_while_nien() {
    let mut bench = Bench::master();
    bench.out(0x3F6, 0x02);
    bench.command_28(0x20, 0, 1);
    assert!(!bench.irq());
    bench.out(0x3F6, 0x00);
    assert!(bench.irq(), "it was pending all along");
    bench.inb(0x3F6);
    assert!(bench.irq(), "the alternate status does not acknowledge");
    bench.inb(0x1F7);
    assert!(!bench.irq());
}

#[test]
fn diagnostics_native_size_power_and_hob() {
    let disk = |sectors| {
        Some(DriveConfig {
            sectors,
            read_only: false,
            serial: String::new(),
        })
    };
    let mut bench = Bench::new([disk(SECTORS), disk(1 << 40), None, None]);
    bench.out(0x1F6, 0xB0);
    bench.out(0x1F7, 0x90);
    assert_eq!((bench.inb(0x1F6) & 0x10, bench.inb(0x1F1)), (0, 1));
    assert!(bench.irq());
    bench.out(0x1F6, 0xF0);
    bench.out(0x1F7, 0x27);
    assert_eq!([bench.inb(0x1F3), bench.inb(0x1F4), bench.inb(0x1F5)], [0xFF; 3]);
    bench.out(0x3F6, 0x80);
    assert_eq!(
        [bench.inb(0x1F3), bench.inb(0x1F4), bench.inb(0x1F5)],
        [0xFF, 0xFF, 0]
    );
    bench.out(0x1F7, 0xE0);
    bench.out(0x1F7, 0xE5);
    assert_eq!(bench.inb(0x1F2), 0);
    bench.out(0x1F7, 0xE1);
    bench.out(0x1F7, 0xE5);
    assert_eq!(bench.inb(0x1F2), 0xFF);
}

#[test]
fn data_port_in_every_width() {
    let mut bench = Bench::master();
    bench.command_28(0x20, 0x0123, 1);
    let read = |bench: &mut Bench, width| bench.with(|ide, cx| ide.read(0x1F0, width, cx)).unwrap();
    assert_eq!(
        read(&mut bench, Width::Byte) & 0xFF,
        0x23,
        "a byte access moves a word"
    );
    assert_eq!(read(&mut bench, Width::Word), 0);
    assert_eq!(read(&mut bench, Width::Dword), 0);
    assert_eq!(bench.ide.readable(0x1F0, Width::Byte), 0, "by items only");
    assert_eq!(bench.ide.readable(0x1F0, Width::Dword), 504);
    let mut given = 0;
    bench.with(|ide, cx| ide.read_block(0x1F0, 504, &mut |data| given += data.len(), cx));
    assert_eq!((given, bench.ide.readable(0x1F0, Width::Dword)), (504, 0));
    assert_eq!(read(&mut bench, Width::Word), 0xFFFF);
}

#[test]
fn unused_memory_goes_back_to_the_host() {
    const SECOND: u64 = 1_000_000_000;
    let mut bench = Bench::master();
    let second = |bench: &mut Bench, number: u64| {
        let Bench { ide, wires, .. } = bench;
        let now = Time(number * SECOND);
        ide.advance(&mut Context { now, wires });
        ide.deadline().map(|time| time.0 / SECOND)
    };
    assert_eq!(second(&mut bench, 0), None, "no command, no memory");
    bench.command_28(0x20, 7, 2);
    assert_eq!(second(&mut bench, 0), Some(1));
    assert_eq!(second(&mut bench, 1), Some(2), "there was a command since");
    bench.read(SECTOR_SIZE);
    assert_eq!(second(&mut bench, 2), Some(3), "the guest has not read it all");
    bench.read(SECTOR_SIZE);
    assert_eq!(second(&mut bench, 3), None, "nobody uses it");
    bench.command_28(0x20, 9, 1);
    assert_eq!(
        bench.read(SECTOR_SIZE),
        bench.disk[9 * SECTOR_SIZE..10 * SECTOR_SIZE]
    );
}
