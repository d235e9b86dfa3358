//! Bits of the 16550A's registers.

/// Interrupt enable register.
pub(super) mod ier {
    pub const RECEIVED: u8 = 1 << 0;
    pub const TRANSMITTER_EMPTY: u8 = 1 << 1;
    pub const LINE_STATUS: u8 = 1 << 2;
    pub const MODEM_STATUS: u8 = 1 << 3;
    pub const ALL: u8 = 0x0F;
}

/// Interrupt identification register, highest priority first.
pub(super) mod iir {
    pub const LINE_STATUS: u8 = 0x06;
    pub const RECEIVED: u8 = 0x04;
    pub const TIMEOUT: u8 = 0x0C;
    pub const TRANSMITTER_EMPTY: u8 = 0x02;
    pub const MODEM_STATUS: u8 = 0x00;
    pub const NONE: u8 = 0x01;
    pub const FIFOS: u8 = 0xC0;
}

/// FIFO control register.
pub(super) mod fcr {
    pub const ENABLE: u8 = 1 << 0;
    pub const CLEAR_RECEIVER: u8 = 1 << 1;
    /// Where the trigger level is; the transmitter's FIFO is always empty, so clearing it does nothing.
    pub const TRIGGER_SHIFT: u8 = 6;
}

/// Line control register.
pub(super) mod lcr {
    pub const TWO_STOP_BITS: u8 = 1 << 2;
    pub const PARITY: u8 = 1 << 3;
    pub const BREAK: u8 = 1 << 6;
    /// The divisor is at offsets 0 and 1.
    pub const DIVISOR_ACCESS: u8 = 1 << 7;
}

/// Modem control register.
pub(super) mod mcr {
    pub const DTR: u8 = 1 << 0;
    pub const RTS: u8 = 1 << 1;
    pub const OUT1: u8 = 1 << 2;
    /// On a PC this pin lets the interrupt through to the bus.
    pub const OUT2: u8 = 1 << 3;
    pub const LOOP: u8 = 1 << 4;
    pub const ALL: u8 = 0x1F;
}

/// Line status register.
pub(super) mod lsr {
    pub const DATA_READY: u8 = 1 << 0;
    pub const OVERRUN: u8 = 1 << 1;
    pub const FRAMING: u8 = 1 << 3;
    pub const BREAK: u8 = 1 << 4;
    pub const ERRORS: u8 = 0x1E;
    pub const HOLDING_EMPTY: u8 = 1 << 5;
    pub const TRANSMITTER_EMPTY: u8 = 1 << 6;
    /// Some character in the FIFO has an error.
    pub const FIFO_ERROR: u8 = 1 << 7;
}

/// Modem status register: changes in bits 0 to 3, lines in 4 to 7.
pub(super) mod msr {
    pub const RING_ENDED: u8 = 1 << 2;
    pub const CTS: u8 = 1 << 4;
    pub const DSR: u8 = 1 << 5;
    pub const RING: u8 = 1 << 6;
    pub const DCD: u8 = 1 << 7;
    pub const CHANGES: u8 = 0x0F;
    pub const LINES: u8 = 0xF0;
}
