//! The commands that move data, by programmed I/O (ATA/ATAPI-6, 9.5 to 9.7).
//!
//! The guest moves data in blocks: one sector, or several in the MULTIPLE commands, each announced by DRQ and an interrupt.
//! The machine moves it in larger pieces: up to [`PIECE`] sectors are requested at once, and the guest is served from the
//! buffer. Between a request and its completion the disk is busy, and nothing waits inside the device.

use bounds::Clip;
use core::ops::Range;
use serde::{Deserialize, Serialize};

use super::buffer::Buffer;
use super::command::Width;
use super::drive::Drive;
use super::identify::{MAX_LBA_28, identify};
use super::registers::{DEVICE_LBA, error, status};
use super::{DiskError, DiskOperation, SECTOR_SIZE};
use crate::{Sink, Source};

/// Sectors of the largest request: 64 KiB, a multiple of every block size.
const PIECE: u32 = 128;

/// What the data port does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// The guest reads the block.
    In,
    /// The guest writes the block.
    Out,
}

/// What the machine's completion ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Work {
    Read,
    Verify,
    Write,
    /// The end of a write while the write cache is off: what the host keeps in its own cache has to reach its disk.
    WriteThrough,
    Flush,
    /// Nobody's any more: a software reset waits for it.
    Reset(DiskOperation),
}

/// A request to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    work: Work,
    pub(super) lba: u64,
    pub(super) sectors: u32,
    /// The machine has it.
    pub(super) taken: bool,
}

impl Pending {
    pub(super) fn operation(&self) -> DiskOperation {
        match self.work {
            Work::Read | Work::Verify => DiskOperation::Read,
            Work::Write => DiskOperation::Write,
            Work::WriteThrough | Work::Flush => DiskOperation::Flush,
            Work::Reset(operation) => operation,
        }
    }
}

/// Where a data command stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Transfer {
    phase: Phase,
    /// The present piece.
    buffer: Buffer,
    /// The part of it that the machine has been asked to fill or to store: all of it, or after an error one sector.
    requested: Range<usize>,
    /// The part of it that the guest may still move before the next block.
    block: Range<usize>,
    /// Bytes of a full block.
    block_size: usize,
    /// 48-bit registers are to be kept.
    wide: bool,
    /// The sector after the present piece.
    next: u64,
    /// Sectors after the present piece.
    remaining: u32,
    /// Sectors to ask for at once: a block after an error, to find the one that is to blame.
    piece: u32,
    pub(super) pending: Option<Pending>,
    /// A command has begun since somebody asked.
    used: bool,
}

impl Transfer {
    /// What the machine fills or stores.
    pub(super) fn requested(&mut self) -> &mut [u8] {
        self.buffer.part_mut(self.requested.clone())
    }

    fn width(&self) -> Width {
        if self.wide { Width::Bits48 } else { Width::Bits28 }
    }

    fn block_sectors(&self) -> u32 {
        (self.block_size / SECTOR_SIZE) as u32
    }

    /// Opens the next block of the buffer, from `start`.
    fn open(&mut self, start: usize) {
        self.block = start..self.buffer.length().min(start.saturating_add(self.block_size));
    }

    fn piece_is_moved(&self) -> bool {
        self.block.end >= self.buffer.length()
    }

    /// Gives the buffer's memory back if nobody has used it since the last time, and nobody does now. False if there is some still.
    pub(super) fn give_back_unused(&mut self) -> bool {
        let in_use = self.phase != Phase::Idle || self.pending.is_some();
        if !(core::mem::take(&mut self.used) || in_use) {
            self.buffer.give_back();
        }
        !self.buffer.has_memory()
    }
}

impl Drive {
    pub(super) fn start_identify(&mut self) {
        let data = identify(self);
        self.begin(Width::Bits28, 0, 0, 1);
        if !self.transfer.buffer.resize(data.len()) {
            return self.fail_without_buffer();
        }
        bounds::copy(self.transfer.buffer.part_mut(0..data.len()), &data);
        self.data_in();
    }

    pub(super) fn start_flush(&mut self) {
        self.begin(Width::Bits28, 0, 0, 1);
        self.ask(Work::Flush, 0, 0);
    }

    pub(super) fn start_read(&mut self, width: Width, multiple: bool) {
        if self.start(width, multiple) {
            self.next_piece_in(Work::Read);
        }
    }

    pub(super) fn start_verify(&mut self, width: Width) {
        if self.start(width, false) {
            self.next_piece_in(Work::Verify);
        }
    }

    pub(super) fn start_write(&mut self, width: Width, multiple: bool) {
        if self.read_only() {
            return self.fail(error::WP | error::ABRT);
        }
        // The first block is not announced by an interrupt.
        if self.start(width, multiple) && self.next_piece_out() {
            self.interrupt = false;
        }
    }

    /// Checks and notes the command's address. False when the command has failed.
    fn start(&mut self, width: Width, multiple: bool) -> bool {
        let wide_chs = width == Width::Bits48 && self.task.device & DEVICE_LBA == 0;
        if wide_chs || (multiple && self.multiple() == 0) {
            self.fail(error::ABRT);
            return false;
        }
        let Some(first) = self.address(width) else {
            self.fail(error::IDNF);
            return false;
        };
        let count = match width {
            Width::Bits28 => self.task.count_28(),
            Width::Bits48 => self.task.count_48(),
        };
        self.begin(width, first, count, if multiple { self.multiple() } else { 1 });
        true
    }

    fn begin(&mut self, width: Width, first: u64, count: u32, block_sectors: u8) {
        let mut buffer = core::mem::take(&mut self.transfer.buffer);
        buffer.clear();
        self.transfer = Transfer {
            buffer,
            block_size: usize::from(block_sectors) * SECTOR_SIZE,
            wide: width == Width::Bits48,
            next: first,
            remaining: count,
            piece: PIECE,
            used: true,
            ..Transfer::default()
        };
    }

    /// Asks for the whole buffer, or for a flush.
    fn ask(&mut self, work: Work, lba: u64, sectors: u32) {
        self.transfer.requested = 0..self.transfer.buffer.length();
        self.request(work, lba, sectors);
    }

    fn request(&mut self, work: Work, lba: u64, sectors: u32) {
        self.status = status::BSY;
        self.transfer.phase = Phase::Idle;
        self.transfer.pending = Some(Pending {
            work,
            lba,
            sectors,
            taken: false,
        });
    }

    /// Sectors of the next piece; none when the next sector does not exist.
    fn next_piece(&self) -> Option<u32> {
        let end = if self.transfer.wide {
            self.capacity()
        } else {
            self.capacity().min(MAX_LBA_28 + 1)
        };
        let left = end.saturating_sub(self.transfer.next);
        let sectors = u64::from(self.transfer.remaining.min(self.transfer.piece)).min(left) as u32;
        (sectors > 0).then_some(sectors)
    }

    fn next_piece_in(&mut self, work: Work) {
        let Some(sectors) = self.next_piece() else {
            return self.fail_at(error::IDNF);
        };
        if !self.transfer.buffer.resize(sectors as usize * SECTOR_SIZE) {
            return self.fail_without_buffer();
        }
        self.ask(work, self.transfer.next, sectors);
    }

    /// Opens the buffer for the guest's data. False when there is no such sector.
    fn next_piece_out(&mut self) -> bool {
        let Some(sectors) = self.next_piece() else {
            self.fail_at(error::IDNF);
            return false;
        };
        if !self.transfer.buffer.resize(sectors as usize * SECTOR_SIZE) {
            self.fail_without_buffer();
            return false;
        }
        self.transfer.phase = Phase::Out;
        self.transfer.open(0);
        self.announce();
        true
    }

    /// The host's heap is full: to the guest a drive whose buffer is broken, a device fault. Its size is the guest's choice,
    /// so the host cannot be the one to fall.
    fn fail_without_buffer(&mut self) {
        self.fail_at(error::ABRT);
        self.status |= status::DF;
    }

    fn data_in(&mut self) {
        self.transfer.phase = Phase::In;
        self.transfer.open(0);
        self.announce();
    }

    /// A block is ready to be moved.
    fn announce(&mut self) {
        self.status = status::READY | status::DRQ;
        self.interrupt = true;
    }

    fn end_transfer(&mut self) {
        self.transfer.phase = Phase::Idle;
        self.transfer.buffer.clear();
        self.transfer.block = 0..0;
    }

    /// The command is over; the registers show the last sector and that none is left.
    fn succeed_at_end(&mut self) {
        self.end_transfer();
        self.set_address(self.transfer.width(), self.transfer.next.saturating_sub(1));
        self.task.set_count_48(0);
        self.succeed();
    }

    /// The command ends at the next sector, which the registers show, with the number of sectors not moved.
    fn fail_at(&mut self, bits: u8) {
        self.end_transfer();
        self.set_address(self.transfer.width(), self.transfer.next);
        self.task.set_count_48(self.transfer.remaining as u16);
        self.fail(bits);
    }

    /// What is left of the block that the guest reads.
    pub(super) fn readable(&self) -> usize {
        if self.transfer.phase == Phase::In {
            self.transfer.block.len()
        } else {
            0
        }
    }

    /// The guest reads from the data port: `sink` gets up to `length` bytes, fewer at the end of a block.
    pub(super) fn read_data(&mut self, length: usize, sink: Sink<'_>) {
        if self.transfer.phase != Phase::In {
            return;
        }
        let data = self
            .transfer
            .buffer
            .part(self.transfer.block.clone())
            .upto(length);
        sink(data);
        self.transfer.block.start += data.len();
        if self.transfer.block.is_empty() {
            self.block_read();
        }
    }

    fn block_read(&mut self) {
        if !self.transfer.piece_is_moved() {
            self.transfer.open(self.transfer.block.end);
            self.announce();
        } else if self.transfer.remaining > 0 {
            self.next_piece_in(Work::Read);
        } else {
            // No interrupt follows the last block; IDENTIFY has no address to show.
            self.status = status::READY;
            if self.transfer.next > 0 {
                self.set_address(self.transfer.width(), self.transfer.next - 1);
                self.task.set_count_48(0);
            }
            self.end_transfer();
        }
    }

    /// What is left of the block that the guest writes.
    pub(super) fn writable(&self) -> usize {
        if self.transfer.phase == Phase::Out {
            self.transfer.block.len()
        } else {
            0
        }
    }

    /// The guest writes to the data port: `source` fills up to `length` bytes, fewer at the end of a block.
    pub(super) fn write_data(&mut self, length: usize, source: Source<'_>) {
        if self.transfer.phase != Phase::Out {
            return;
        }
        let block = self.transfer.block.clone();
        let place = self.transfer.buffer.part_mut(block).upto_mut(length);
        source(place);
        self.transfer.block.start += place.len();
        if self.transfer.block.is_empty() {
            self.block_written();
        }
    }

    fn block_written(&mut self) {
        if self.transfer.piece_is_moved() {
            let sectors = (self.transfer.buffer.length() / SECTOR_SIZE) as u32;
            self.ask(Work::Write, self.transfer.next, sectors);
        } else {
            self.transfer.open(self.transfer.block.end);
            self.announce();
        }
    }

    /// Asks for the sector at byte `start` of the buffer to be written: one of several was refused, and the guest has to
    /// know which.
    fn write_sector(&mut self, start: usize) {
        self.transfer.requested = start..start.saturating_add(SECTOR_SIZE);
        self.request(Work::Write, self.transfer.next, 1);
    }

    /// What the guest has written so far is stored.
    fn written(&mut self) {
        let stored = self.transfer.requested.end;
        if stored < self.transfer.buffer.length() {
            self.write_sector(stored);
        } else if self.transfer.remaining > 0 {
            self.next_piece_out();
        } else if self.write_cache() {
            self.succeed_at_end();
        } else {
            self.end_transfer();
            self.ask(Work::WriteThrough, 0, 0);
        }
    }

    /// The machine has done what was asked.
    pub(super) fn complete(&mut self, result: Result<(), DiskError>) {
        let Some(done) = self.transfer.pending.take() else {
            return;
        };
        self.statistics.count(&done, result);
        match (done.work, result) {
            (Work::Reset(_), _) => {
                self.end_transfer();
                self.sign();
            }
            (Work::Flush, Ok(())) => self.succeed(),
            (Work::WriteThrough, Ok(())) => self.succeed_at_end(),
            (Work::Flush | Work::WriteThrough, Err(_)) => {
                self.fail(error::ABRT);
                self.status |= status::DF;
            }
            (Work::Read, Ok(())) => {
                self.moved(done.sectors);
                self.data_in();
            }
            (Work::Verify, Ok(())) => {
                self.moved(done.sectors);
                if self.transfer.remaining == 0 {
                    self.succeed_at_end();
                } else {
                    self.next_piece_in(Work::Verify);
                }
            }
            (Work::Write, Ok(())) => {
                self.moved(done.sectors);
                self.written();
            }
            (Work::Read | Work::Verify, Err(_)) if done.sectors > self.transfer.block_sectors() => {
                self.transfer.piece = self.transfer.block_sectors();
                self.next_piece_in(done.work);
            }
            (Work::Read | Work::Verify, Err(_)) => self.fail_at(error::UNC),
            (Work::Write, Err(_)) if done.sectors > 1 => self.write_sector(0),
            (Work::Write, Err(DiskError::WriteProtected)) => self.fail_at(error::WP | error::ABRT),
            (Work::Write, Err(DiskError::Unrecoverable)) => {
                self.fail_at(error::ABRT);
                self.status |= status::DF;
            }
        }
    }

    fn moved(&mut self, sectors: u32) {
        self.transfer.next += u64::from(sectors);
        self.transfer.remaining = self.transfer.remaining.saturating_sub(sectors);
    }

    /// Software reset: the command in progress ends. Sectors the disk has already accepted still reach the medium, during
    /// which the disk stays busy.
    pub(super) fn soft_reset(&mut self) {
        self.interrupt = false;
        match &mut self.transfer.pending {
            Some(pending) if pending.taken || pending.operation() == DiskOperation::Write => {
                pending.work = Work::Reset(pending.operation());
            }
            _ => self.transfer.pending = None,
        }
        let accepted = if self.transfer.phase == Phase::Out {
            self.transfer.block.start / SECTOR_SIZE
        } else {
            0
        };
        if accepted > 0 {
            self.transfer.buffer.truncate(accepted * SECTOR_SIZE);
            self.ask(
                Work::Reset(DiskOperation::Write),
                self.transfer.next,
                accepted as u32,
            );
        } else if self.transfer.pending.is_none() {
            self.end_transfer();
            self.sign();
        }
    }
}
