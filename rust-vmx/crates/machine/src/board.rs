//! The mainboard: the devices of a PC, wired to each other.
//!
//! The A20 gate is a register without effect: EPT cannot hold an address line down, and what relied on addresses wrapping at
//! 1 MiB ran on the 8086.

use crate::bus::{AttachError, DeviceIndex, DeviceSet, Overlap, PortBus};
use crate::exits::io::LONGEST_BY_ITEMS;
use crate::memory::MemoryError;
use crate::unowned::{Place, Unowned};
use alloc::vec::Vec;
use bounds::Cyclic;
use core::fmt;
use devices::uart::ComPort;
use devices::{
    Cursor, DebugPort, DiskError, DiskRequest, Dma, DriveConfig, Ide, Kbc, Pic, Pit, PortDevice, Power,
    PowerEvent, Rtc, RtcConfig, Sink, Source, Stream, Time, Uart, Vga, Width, Wires,
};

/// What distinguishes one board from another.
#[derive(Clone, Debug)]
pub struct BoardConfig {
    /// Seconds since 1970-01-01 UTC at the machine's time zero.
    pub wall_clock: i64,
    /// RAM in bytes.
    pub memory: u64,
    /// The drives: primary master and slave, secondary master and slave.
    pub drives: [Option<DriveConfig>; 4],
}

/// Why there is no board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardError {
    /// The host's memory is used up.
    Memory(MemoryError),
    /// Two devices want one port: a mistake of this crate.
    Ports(Overlap),
}

impl From<AttachError> for BoardError {
    fn from(error: AttachError) -> Self {
        match error {
            AttachError::Overlap(overlap) => Self::Ports(overlap),
            AttachError::Memory(error) => Self::Memory(error),
        }
    }
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(error) => write!(f, "{error}"),
            Self::Ports(overlap) => write!(f, "{overlap}"),
        }
    }
}

/// The devices.
struct Devices {
    pic: Pic,
    pit: Pit,
    rtc: Rtc,
    kbc: Kbc,
    com1: Uart,
    ide: Ide,
    vga: Vga,
    dma: Dma,
    power: Power,
    debug: DebugPort,
}

/// Numbers on the bus.
const PIC: DeviceIndex = 0;
const PIT: DeviceIndex = 1;
const RTC: DeviceIndex = 2;
const KBC: DeviceIndex = 3;
const COM1: DeviceIndex = 4;
const IDE: DeviceIndex = 5;
const VGA: DeviceIndex = 6;
const DMA: DeviceIndex = 7;
const POWER: DeviceIndex = 8;
const DEBUG: DeviceIndex = 9;
/// So many bytes of output are worth a look of the host; fewer wait for the next one, at the end of the slice at the latest.
const OUTPUT: usize = 64;
/// What waits at most: not quite enough for a look, and one string instruction.
pub const MOST_OUTPUT: usize = OUTPUT + LONGEST_BY_ITEMS;

/// How many there are.
const COUNT: DeviceIndex = 10;

impl DeviceSet for Devices {
    #[inline]
    fn device(&mut self, index: DeviceIndex) -> Option<&mut dyn PortDevice> {
        Some(match index {
            PIC => &mut self.pic,
            PIT => &mut self.pit,
            RTC => &mut self.rtc,
            KBC => &mut self.kbc,
            COM1 => &mut self.com1,
            IDE => &mut self.ide,
            VGA => &mut self.vga,
            DMA => &mut self.dma,
            POWER => &mut self.power,
            DEBUG => &mut self.debug,
            _ => return None,
        })
    }
}

/// The board.
pub struct Board {
    bus: PortBus,
    devices: Devices,
    wires: Wires,
    /// When each device will next act by itself, or [`Time::NEVER`].
    deadlines: Cyclic<Time, { COUNT as usize }>,
    /// The first of them.
    deadline: Time,
    /// The interrupt lines as the controllers saw them last.
    levels: u16,
    /// The controllers' INT output.
    interrupt: bool,
    /// The guest has not read all that was typed.
    key_unread: bool,
    /// Something happened that concerns more than the devices.
    attention: bool,
    /// Accesses where nobody answers.
    pub unowned: Unowned,
}

impl Board {
    /// A board after power-on.
    pub fn new(config: BoardConfig) -> Result<Self, BoardError> {
        let disks = config.drives.iter().take(2).flatten().count() as u8;
        let rtc = RtcConfig {
            wall_clock: config.wall_clock,
            memory_bytes: config.memory,
            disks,
        };
        let mut devices = Devices {
            pic: Pic::new(),
            pit: Pit::new(),
            rtc: Rtc::new(rtc),
            kbc: Kbc::new(),
            com1: Uart::new(ComPort::Com1),
            ide: Ide::new(config.drives),
            vga: Vga::new(),
            dma: Dma::new(),
            power: Power::new(),
            debug: DebugPort::new(),
        };
        let mut wires = Wires::default();
        // No later output has to allocate.
        wires
            .output
            .try_reserve(MOST_OUTPUT)
            .map_err(|_| BoardError::Memory(MemoryError::OutOfFrames))?;
        let mut bus = PortBus::new().map_err(BoardError::Memory)?;
        for index in 0..COUNT {
            if let Some(device) = devices.device(index) {
                bus.attach(index, device.ports())?;
            }
        }
        let mut board = Self {
            bus,
            devices,
            wires,
            deadlines: Cyclic([Time::NEVER; COUNT as usize]),
            deadline: Time::NEVER,
            levels: 0,
            interrupt: false,
            key_unread: false,
            attention: true,
            unowned: Unowned::default(),
        };
        board.settle_all();
        Ok(board)
    }

    /// Whether something happened, since the last [`attended`](Self::attended), that the devices cannot settle among themselves: an
    /// interrupt, a deadline, work for a disk, output, the power switch. A guest that is entered again without a look at it misses
    /// nothing while this says no.
    #[inline]
    #[must_use]
    pub fn wants_attention(&self) -> bool {
        self.attention
    }

    /// All of it has been seen to.
    pub fn attended(&mut self) {
        self.attention = false;
    }

    /// IN.
    #[inline]
    pub fn read(&mut self, port: u16, width: Width, now: Time) -> u32 {
        const NOBODY: u32 = 0xFF;
        if width != Width::Byte {
            return self.read_wide(port, width, now);
        }
        let Some(owner) = self.bus.owner(port) else {
            self.unowned.note(Place::port(port, false));
            return NOBODY;
        };
        let value = self.touch(owner, now, |device, cx| device.read(port, width, cx));
        match owner {
            // A poll acknowledges; nothing else that is read there changes anything.
            PIC => self.interrupt_output(),
            KBC => self.keyboard_touched(),
            _ => {}
        }
        value.and_then(Result::ok).map_or(NOBODY, |value| value & 0xFF)
    }

    /// OUT.
    #[inline]
    pub fn write(&mut self, port: u16, width: Width, value: u32, now: Time) {
        if width != Width::Byte {
            return self.write_wide(port, width, value, now);
        }
        let Some(owner) = self.bus.owner(port) else {
            self.unowned.note(Place::port(port, true));
            return;
        };
        // Where no register is the value is lost, as on an empty bus.
        let _ = self.touch(owner, now, |device, cx| {
            device.write(port, width, value & 0xFF, cx)
        });
        match owner {
            PIC => self.interrupt_output(),
            KBC => self.keyboard_touched(),
            _ => {}
        }
    }

    /// An access that may meet several devices.
    #[inline(never)]
    fn read_wide(&mut self, port: u16, width: Width, now: Time) -> u32 {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        let value = self.bus.read(&mut self.devices, port, width, &mut cx);
        self.settle_wide(port, width, false);
        value
    }

    #[inline(never)]
    fn write_wide(&mut self, port: u16, width: Width, value: u32, now: Time) {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        self.bus.write(&mut self.devices, port, width, value, &mut cx);
        self.settle_wide(port, width, true);
    }

    /// Sets the video controller to 80 by 25 text, as its firmware does.
    pub fn set_text_mode(&mut self, now: Time) {
        self.touch(VGA, now, |device, cx| device.reset(cx));
    }

    /// How many bytes several IN may take in one go; 0 when the device has no fast path for this.
    pub fn readable(&mut self, port: u16, width: Width) -> usize {
        self.owner(port).map_or(0, |device| device.readable(port, width))
    }

    /// Several IN in one go, of bytes that are [`readable`](Self::readable): `sink` is called once with `length` of them.
    pub fn read_block(&mut self, port: u16, length: usize, sink: Sink<'_>, now: Time) {
        if let Some(owner) = self.bus.owner(port) {
            self.touch(owner, now, |device, cx| device.read_block(port, length, sink, cx));
        }
    }

    /// How many bytes several OUT may give in one go; 0 when the device has no fast path for this.
    pub fn writable(&mut self, port: u16, width: Width) -> usize {
        self.owner(port).map_or(0, |device| device.writable(port, width))
    }

    /// Several OUT in one go, of bytes that are [`writable`](Self::writable): `source` is called once to fill `length` of them.
    pub fn write_block(&mut self, port: u16, length: usize, source: Source<'_>, now: Time) {
        if let Some(owner) = self.bus.owner(port) {
            self.touch(owner, now, |device, cx| {
                device.write_block(port, length, source, cx);
            });
        }
    }

    /// Brings the devices that have something due up to the present. The others look at the time when they are touched.
    pub fn advance(&mut self, now: Time) {
        if self.deadline > now {
            return;
        }
        for index in 0..COUNT {
            let due = self.deadlines[usize::from(index)] <= now;
            if due && let Some(device) = self.devices.device(index) {
                device.advance(&mut devices::Context {
                    now,
                    wires: &mut self.wires,
                });
                self.settle(index);
            }
        }
    }

    /// When a device will next act by itself, or [`Time::NEVER`].
    #[must_use]
    pub fn deadline(&self) -> Time {
        self.deadline
    }

    /// Whether the interrupt controllers' INT output is high.
    #[must_use]
    pub fn interrupt_pending(&self) -> bool {
        self.interrupt
    }

    /// The processor's interrupt acknowledge cycle: the vector.
    pub fn acknowledge(&mut self, now: Time) -> u8 {
        let acknowledged = self.devices.pic.acknowledge();
        if acknowledged.line == Some(0) {
            let mut cx = devices::Context {
                now,
                wires: &mut self.wires,
            };
            self.devices.pit.interrupt_taken(&mut cx);
            self.settle(PIT);
        }
        self.interrupt_output();
        acknowledged.vector
    }

    /// Whether the guest has not read all that was typed.
    #[must_use]
    pub fn key_unread(&self) -> bool {
        self.key_unread
    }

    /// A byte of a scancode from the host's keyboard.
    pub fn key(&mut self, scancode: u8, now: Time) {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        self.devices.kbc.key(scancode, &mut cx);
        self.settle(KBC);
        self.key_unread = !self.devices.kbc.keys_read();
    }

    /// The guest may have read what was typed, or told the keyboard to forget it: who types wants to know.
    #[inline]
    fn keyboard_touched(&mut self) {
        if self.key_unread && self.devices.kbc.keys_read() {
            self.key_unread = false;
            self.attention = true;
        }
    }

    /// A byte on the serial line; false when the port's queue is full.
    pub fn serial(&mut self, byte: u8, now: Time) -> bool {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        let taken = self.devices.com1.receive(&[byte], &mut cx);
        self.settle(COM1);
        taken == 1
    }

    /// Work the disk controller wants done.
    pub fn take_disk_request(&mut self) -> Option<DiskRequest> {
        self.devices.ide.take_request()
    }

    /// The data of the request outstanding on a drive.
    pub fn disk_buffer(&mut self, drive: u8) -> &mut [u8] {
        self.devices.ide.buffer(drive)
    }

    /// Ends the request outstanding on a drive.
    pub fn complete_disk(&mut self, drive: u8, result: Result<(), DiskError>, now: Time) {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        self.devices.ide.complete(drive, result, &mut cx);
        self.settle(IDE);
    }

    /// Where the cursor is, in cells from the start of text memory's visible part.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        self.devices.vga.cursor()
    }

    /// The first visible cell of text memory, and the cells from one row to the next.
    #[must_use]
    pub fn text_window(&self) -> (u16, u16) {
        (self.devices.vga.start_cell(), self.devices.vga.cells_per_row())
    }

    /// Whether a text mode is on.
    #[must_use]
    pub fn text_visible(&self) -> bool {
        self.devices.vga.text_visible()
    }

    /// The output bytes since the last call, oldest first. The vector's memory comes back with
    /// [`return_output`](Self::return_output).
    pub fn take_output(&mut self) -> Vec<(Stream, u8)> {
        core::mem::take(&mut self.wires.output)
    }

    /// Gives the vector of [`take_output`](Self::take_output) back, so that the next output allocates nothing.
    pub fn return_output(&mut self, mut output: Vec<(Stream, u8)>) {
        if self.wires.output.is_empty() {
            output.clear();
            self.wires.output = output;
        }
    }

    /// Whether there is output to take.
    #[must_use]
    pub fn has_output(&self) -> bool {
        !self.wires.output.is_empty()
    }

    /// What the guest did to the machine's power since the last call.
    pub fn take_power_event(&mut self) -> Option<PowerEvent> {
        self.wires.power.take()
    }

    /// The hardware reset line.
    pub fn reset(&mut self, now: Time) {
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        for index in 0..COUNT {
            if let Some(device) = self.devices.device(index) {
                device.reset(&mut cx);
            }
        }
        self.wires.power = None;
        self.key_unread = false;
        self.settle_all();
    }

    fn owner(&mut self, port: u16) -> Option<&mut dyn PortDevice> {
        self.devices.device(self.bus.owner(port)?)
    }

    /// An access to one device, and what follows from it.
    #[inline]
    fn touch<R>(
        &mut self,
        index: DeviceIndex,
        now: Time,
        access: impl FnOnce(&mut dyn PortDevice, &mut devices::Context<'_>) -> R,
    ) -> Option<R> {
        let device = self.devices.device(index)?;
        let mut cx = devices::Context {
            now,
            wires: &mut self.wires,
        };
        let result = access(device, &mut cx);
        let deadline = device.deadline();
        self.settled(index, deadline);
        Some(result)
    }

    /// After an access that is wider than a byte. Only the drives have a port of two or four bytes; elsewhere it met several ports, and
    /// perhaps several devices.
    fn settle_wide(&mut self, port: u16, width: Width, write: bool) {
        let all = |owner| {
            let mut ports = (port..=u16::MAX).take(width.bytes());
            ports.all(|port| self.bus.owner(port) == owner)
        };
        if all(Some(IDE)) {
            self.settle(IDE);
        } else if all(None) {
            self.unowned.note(Place::port(port, write));
        } else {
            self.settle_all();
            self.keyboard_touched();
        }
    }

    /// After something happened to a device.
    fn settle(&mut self, index: DeviceIndex) {
        let deadline = self.devices.device(index).and_then(|device| device.deadline());
        self.settled(index, deadline);
    }

    /// A device's deadline is known, and the interrupt controllers see the lines.
    #[inline]
    fn settled(&mut self, index: DeviceIndex, deadline: Option<Time>) {
        let deadline = deadline.unwrap_or(Time::NEVER);
        if self.deadlines[usize::from(index)] != deadline {
            self.reschedule(index, deadline);
        }
        if self.wires.irqs_changed(self.levels) {
            self.interrupt_lines();
        }
        let request = index == IDE && self.devices.ide.has_request();
        let full = self.wires.output.len() >= OUTPUT;
        self.attention |= request || full || self.wires.power.is_some();
    }

    /// A device will act by itself at another time than was known.
    #[inline(never)]
    fn reschedule(&mut self, index: DeviceIndex, deadline: Time) {
        self.deadlines[usize::from(index)] = deadline;
        let first = self
            .deadlines
            .iter()
            .fold(Time::NEVER, |first, &next| first.min(next));
        self.attention |= first != self.deadline;
        self.deadline = first;
    }

    /// The interrupt controllers see the lines.
    #[inline(never)]
    fn interrupt_lines(&mut self) {
        self.levels = self.wires.irq_levels();
        self.devices.pic.sync(&mut self.wires);
        self.interrupt_output();
    }

    /// The processor sees the controllers' INT output.
    #[inline]
    fn interrupt_output(&mut self) {
        let interrupt = self.devices.pic.pending();
        self.attention |= interrupt != self.interrupt;
        self.interrupt = interrupt;
    }

    /// After something happened to all of them.
    #[inline(never)]
    fn settle_all(&mut self) {
        for index in 0..COUNT {
            self.settle(index);
        }
        self.interrupt_lines();
    }
}
