//! A guest's drives and the host's files behind them.

use crate::Stop;
use crate::testing::{Bench, Exit, NO_END, ScriptedExit, bench_with, exit};
use vmx::addr::Gva;
use vmx::exit::{IoAccess, StringIo};
use vmx::state::gpr::{RAX, RCX, RDI, RSI};
use vmx::state::{SegmentName, SystemRegister};

const DISK: &str = "/disk";
const SECTOR: usize = 512;
const SECTORS: usize = 16;
/// The one that the host's drive can neither read nor write.
const BAD: usize = 7;
/// Where the guest has its data.
const DATA: u64 = 0x8000;

const READ: u8 = 0x20;
const READ_MULTIPLE: u8 = 0xC4;
const WRITE: u8 = 0x30;
const WRITE_MULTIPLE: u8 = 0xC5;
const VERIFY: u8 = 0x40;
const SET_MULTIPLE: u8 = 0xC6;
const FLUSH: u8 = 0xE7;
const SET_FEATURES: u8 = 0xEF;

// Status and error register.
const READY: u8 = 0x50;
const DATA_REQUEST: u8 = 0x08;
const FAILED: u8 = 0x51;
const FAULT: u8 = 0x71;
const UNCORRECTABLE: u8 = 0x40;
const NOT_FOUND: u8 = 0x10;
const ABORTED: u8 = 0x04;
const PROTECTED: u8 = 0x44;

/// A sector that shows which one it is.
fn sector(number: usize) -> [u8; SECTOR] {
    [number as u8 + 1; SECTOR]
}

/// A machine with a disk whose sectors can be told apart.
fn with_disk(options: &str) -> Bench {
    let content: Vec<u8> = (0..SECTORS).flat_map(sector).collect();
    bench_with(&format!("disk = {DISK}{options}"), |host| {
        host.put(DISK, &content)
    })
}

fn string(input: bool) -> ScriptedExit {
    string_of(input, 8)
}

fn string_of(input: bool, address_size: u8) -> ScriptedExit {
    any_string(input, DATA, address_size)
}

fn string_at(input: bool, linear: u64) -> ScriptedExit {
    any_string(input, linear, 8)
}

fn any_string(input: bool, linear: u64, address_size: u8) -> ScriptedExit {
    let string = Some(StringIo {
        rep: true,
        linear: Gva(linear),
        segment: if input { SegmentName::Es } else { SegmentName::Ds },
        address_size,
    });
    exit(Exit::Io(IoAccess {
        port: 0x1F0,
        width: 2,
        input,
        string,
    }))
}

/// Gives the primary master a command with a count and an address, its interrupt off.
fn command(bench: &mut Bench, command: u8, first: usize, count: u8) {
    for (port, value) in [
        (0x3F6, 2),
        (0x1F6, 0xE0),
        (0x1F2, count),
        (0x1F3, first as u8),
        (0x1F4, 0),
        (0x1F5, 0),
        (0x1F7, command),
    ] {
        bench.out(port, value);
    }
    bench.run();
}

/// Moves a sector through the data port.
fn move_sector(bench: &mut Bench, input: bool) {
    let registers = &mut bench.cpu().registers.gpr;
    registers[RCX] = 256;
    registers[RSI] = DATA;
    registers[RDI] = DATA;
    bench.exit(string(input));
    assert_eq!(bench.cpu().registers.gpr[RCX], 0);
}

fn wants_data(bench: &mut Bench) -> bool {
    bench.input(0x1F7) & DATA_REQUEST != 0
}

/// Reads until the drive has no more; which sectors these were.
fn read(bench: &mut Bench, opcode: u8, first: usize, count: u8) -> Vec<usize> {
    command(bench, opcode, first, count);
    let mut numbers = Vec::new();
    while wants_data(bench) {
        move_sector(bench, true);
        let data = bench.machine.guest_mut().memory.bytes(DATA, SECTOR);
        let number = usize::from(data[0]) - 1;
        assert_eq!(data, sector(number));
        numbers.push(number);
    }
    numbers
}

/// Writes zeros until the drive wants no more.
fn write(bench: &mut Bench, opcode: u8, first: usize, count: u8) {
    command(bench, opcode, first, count);
    while wants_data(bench) {
        move_sector(bench, false);
    }
}

/// Which sectors of the host's file are not as they were.
fn written(bench: &Bench) -> Vec<usize> {
    let content = bench.host.get(DISK);
    let (sectors, _) = content.as_chunks::<SECTOR>();
    (0..SECTORS)
        .filter(|&number| sectors[number] != sector(number))
        .collect()
}

/// Status and error register; the address and the count, which tell where a command has ended.
fn outcome(bench: &mut Bench) -> ((u8, u8), usize, u8) {
    let status = bench.input(0x1F7);
    let error = bench.input(0x1F1);
    let address = usize::from(bench.input(0x1F3));
    ((status, error), address, bench.input(0x1F2))
}

fn set_feature(bench: &mut Bench, feature: u8) {
    bench.out(0x1F1, feature);
    command(bench, SET_FEATURES, 0, 0);
    assert_eq!(bench.input(0x1F7), READY);
}

#[test]
fn sectors_come_from_the_hosts_file_and_go_there() {
    let mut bench = with_disk("");
    assert_eq!(read(&mut bench, READ, 1, 3), [1, 2, 3]);
    write(&mut bench, WRITE, 5, 2);
    assert_eq!(outcome(&mut bench), ((READY, 0), 6, 0));
    assert_eq!(written(&bench), [5, 6]);
    let statistics = &bench.machine.control().statistics;
    assert_eq!(
        (statistics.sectors_read.get(), statistics.sectors_written.get()),
        (3, 2)
    );
}

#[test]
fn a_block_of_several_pages_is_one_exit() {
    let mut bench = with_disk("");
    command(&mut bench, SET_MULTIPLE, 0, SECTORS as u8);
    command(&mut bench, READ_MULTIPLE, 0, SECTORS as u8);
    let registers = &mut bench.cpu().registers.gpr;
    (registers[RCX], registers[RDI]) = (256 * SECTORS as u64, DATA);
    bench.exit(string(true));
    let registers = &bench.cpu().registers.gpr;
    let bytes = SECTORS * SECTOR;
    assert_eq!((registers[RCX], registers[RDI]), (0, DATA + bytes as u64));
    assert_eq!(
        bench.machine.guest_mut().memory.bytes(DATA, bytes),
        bench.host.get(DISK)
    );
}

/// Page `page` of linear memory lies in frame `frame`, in 32-bit paging with the directory at 0x1000 and a table behind it.
fn map(bench: &mut Bench, page: u64, frame: u32) {
    let memory = &mut bench.machine.guest_mut().memory;
    memory.set32(0x1000, 0x2003);
    memory.set32(0x2000 + page * 4, frame << 12 | 3);
    let cpu = bench.cpu();
    cpu.system.insert(SystemRegister::Cr0, 0x8001_0001);
    cpu.system.insert(SystemRegister::Cr3, 0x1000);
}

#[test]
fn the_pages_of_a_block_may_lie_anywhere_and_one_may_be_missing() {
    const MULTIPLE: u64 = SECTORS as u64;
    const PAGE: usize = 8 * SECTOR;
    let mut bench = with_disk("");
    command(&mut bench, SET_MULTIPLE, 0, SECTORS as u8);
    command(&mut bench, READ_MULTIPLE, 0, SECTORS as u8);
    map(&mut bench, DATA >> 12, 0x15);
    let registers = &mut bench.cpu().registers.gpr;
    (registers[RCX], registers[RDI]) = (256 * MULTIPLE, DATA);
    bench.exit(string(true));
    assert_eq!(bench.cpu().registers.gpr[RCX], 128 * MULTIPLE);
    bench.exit(string_at(true, DATA + PAGE as u64));
    let fault = bench.cpu().system[&SystemRegister::Cr2];
    assert_eq!((fault, bench.cpu().delivered.len()), (DATA + PAGE as u64, 1));

    map(&mut bench, (DATA >> 12) + 1, 0x14);
    bench.exit(string_at(true, DATA + PAGE as u64));
    assert_eq!(bench.cpu().registers.gpr[RCX], 0);
    let memory = &bench.machine.guest_mut().memory;
    let (first, second) = (memory.bytes(0x1_5000, PAGE), memory.bytes(0x1_4000, PAGE));
    assert_eq!([first, second].concat(), bench.host.get(DISK));
}

/// DI goes round at 64 KiB: what follows there does not follow in linear memory.
#[test]
fn a_block_ends_for_now_where_the_offset_wraps() {
    let mut bench = with_disk("");
    command(&mut bench, SET_MULTIPLE, 0, SECTORS as u8);
    command(&mut bench, READ_MULTIPLE, 0, SECTORS as u8);
    let registers = &mut bench.cpu().registers.gpr;
    (registers[RCX], registers[RDI]) = (256 * SECTORS as u64, 0xF000);
    bench.exit(string_of(true, 2));
    let registers = &bench.cpu().registers.gpr;
    let page = 8 * SECTOR;
    assert_eq!((registers[RCX], registers[RDI]), (128 * SECTORS as u64, 0));
    let memory = bench.machine.guest_mut().memory.bytes(DATA, 2 * page);
    assert_eq!(memory[..page], bench.host.get(DISK)[..page]);
    assert_eq!(memory[page..], [0; 8 * SECTOR]);
}

/// Nothing may be given to a drive that waits for the host's.
#[test]
fn a_string_stops_where_the_drive_is_busy() {
    let mut bench = with_disk("");
    command(&mut bench, SET_MULTIPLE, 0, SECTORS as u8);
    command(&mut bench, WRITE_MULTIPLE, 0, SECTORS as u8);
    let registers = &mut bench.cpu().registers.gpr;
    (registers[RCX], registers[RSI]) = (512 * SECTORS as u64, DATA);
    bench.exit(string(false));
    let left = bench.cpu().registers.gpr[RCX];
    assert_eq!(left, 256 * SECTORS as u64);
    assert_eq!(written(&bench), (0..SECTORS).collect::<Vec<_>>());
}

#[test]
fn a_sector_that_cannot_be_read_is_named() {
    for (opcode, block) in [(READ, 1), (READ_MULTIPLE, 4)] {
        let mut bench = with_disk("");
        bench.host.damage(DISK, BAD * SECTOR + 100..BAD * SECTOR + 101);
        command(&mut bench, SET_MULTIPLE, 0, 4);
        // A block is given as a whole or not at all, and named by its first sector.
        let good = (BAD - 4) / block * block;
        assert_eq!(read(&mut bench, opcode, 4, 8), (4..4 + good).collect::<Vec<_>>());
        let left = 8 - good as u8;
        assert_eq!(outcome(&mut bench), ((FAILED, UNCORRECTABLE), 4 + good, left));
        assert_eq!(
            read(&mut bench, opcode, BAD + 1, 2),
            [BAD + 1, BAD + 2],
            "the drive goes on"
        );
    }
    let mut bench = with_disk("");
    bench.host.damage(DISK, BAD * SECTOR..BAD * SECTOR + 1);
    command(&mut bench, VERIFY, 4, 8);
    assert_eq!(outcome(&mut bench), ((FAILED, UNCORRECTABLE), BAD, 5));
}

#[test]
fn a_sector_that_cannot_be_written_is_named() {
    for opcode in [WRITE, WRITE_MULTIPLE] {
        let mut bench = with_disk("");
        bench.host.damage(DISK, BAD * SECTOR + 100..BAD * SECTOR + 101);
        command(&mut bench, SET_MULTIPLE, 0, 4);
        write(&mut bench, opcode, 4, 8);
        assert_eq!(outcome(&mut bench), ((FAULT, ABORTED), BAD, 5));
        assert_eq!(
            written(&bench),
            [4, 5, 6],
            "what is before it is written, what is behind is not"
        );
        write(&mut bench, opcode, BAD + 1, 2);
        assert_eq!(outcome(&mut bench), ((READY, 0), BAD + 2, 0), "the drive goes on");
    }
}

#[test]
fn a_flush_is_the_hosts_and_so_is_its_error() {
    let mut bench = with_disk("");
    command(&mut bench, FLUSH, 0, 0);
    assert_eq!((bench.input(0x1F7), bench.host.flushes()), (READY, 1));
    write(&mut bench, WRITE, 1, 2);
    assert_eq!(bench.host.flushes(), 1, "the write cache is on");
    set_feature(&mut bench, 0x82);
    write(&mut bench, WRITE, 1, 2);
    assert_eq!(
        (outcome(&mut bench), bench.host.flushes()),
        (((READY, 0), 2, 0), 2)
    );
    bench.host.break_file(DISK);
    command(&mut bench, FLUSH, 0, 0);
    assert_eq!((bench.input(0x1F7), bench.input(0x1F1)), (FAULT, ABORTED));
}

#[test]
fn what_the_guest_may_not_or_cannot_reach_is_an_error_of_its_own() {
    let mut bench = with_disk(",ro");
    write(&mut bench, WRITE, 0, 1);
    assert_eq!((bench.input(0x1F7), bench.input(0x1F1)), (FAILED, PROTECTED));
    assert_eq!(written(&bench), []);
    assert_eq!(read(&mut bench, READ, SECTORS, 1), []);
    assert_eq!((bench.input(0x1F7), bench.input(0x1F1)), (FAILED, NOT_FOUND));
    bench.host.break_file(DISK);
    assert_eq!(read(&mut bench, READ, 0, 1), []);
    assert_eq!((bench.input(0x1F7), bench.input(0x1F1)), (FAILED, UNCORRECTABLE));
}

#[test]
fn a_guest_that_is_busy_with_its_disk_lets_the_host_have_a_turn() {
    let mut bench = with_disk("");
    // The command comes long after the run began, as when the disk had been busy all the time.
    bench.cpu().then(|cpu| {
        cpu.tsc += 1 << 40;
        cpu.registers.gpr[RAX] = READ.into();
        exit(Exit::Io(IoAccess {
            port: 0x1F7,
            width: 1,
            input: false,
            string: None,
        }))
    });
    bench
        .cpu()
        .then(|_| panic!("the guest goes on before the host had its turn"));
    assert_eq!(bench.machine.run(NO_END), Stop::Preempted);
    assert_eq!(bench.cpu().script.len(), 1);
}
