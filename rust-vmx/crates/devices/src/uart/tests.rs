//! The data sheet's sentences. The reference model is in `tests/uart_model.rs`.

use super::*;

struct Bench {
    uart: Uart,
    wires: Wires,
    now: Time,
}

impl Bench {
    fn new() -> Self {
        Self {
            uart: Uart::default(),
            wires: Wires::default(),
            now: Time::ZERO,
        }
    }

    /// 115200 8N1, FIFOs on with trigger 4, OUT2.
    fn programmed() -> Self {
        let mut bench = Self::new();
        for (offset, value) in [(3, 0x83), (0, 1), (1, 0), (3, 0x03), (2, 0x41), (4, 0x0B)] {
            bench.out(offset, value);
        }
        bench
    }

    fn with<R>(&mut self, action: impl FnOnce(&mut Uart, &mut Context<'_>) -> R) -> R {
        action(
            &mut self.uart,
            &mut Context {
                now: self.now,
                wires: &mut self.wires,
            },
        )
    }

    fn out(&mut self, offset: u16, value: u8) {
        self.with(|uart, cx| uart.write(0x3F8 + offset, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn inb(&mut self, offset: u16) -> u8 {
        self.with(|uart, cx| uart.read(0x3F8 + offset, Width::Byte, cx))
            .unwrap() as u8
    }

    fn receive(&mut self, bytes: &[u8]) -> usize {
        self.with(|uart, cx| uart.receive(bytes, cx))
    }

    fn irq(&self) -> bool {
        self.wires.irq_levels() & 0x10 != 0
    }
}

#[test]
fn sends_at_once_and_says_so() {
    let mut bench = Bench::programmed();
    bench.out(0, b'x');
    assert_eq!(bench.wires.output, [(Stream::Serial, b'x')]);
    assert_eq!(bench.inb(5), 0x60);
    bench.out(3, 0x00);
    bench.out(0, 0xFF);
    assert_eq!(bench.wires.output[1].1, 0x1F, "five data bits");
}

#[test]
fn a_string_is_as_its_bytes_one_by_one() {
    const TEXT: &[u8] = b"a line of text\xFF";
    for line_control in [0x03, 0x02, 0x83, 0x00] {
        let prepared = || {
            let mut bench = Bench::programmed();
            bench.out(1, 2);
            bench.out(3, line_control);
            bench
        };
        let (mut one, mut other) = (prepared(), prepared());
        let room = other.uart.writable(0x3F8, Width::Byte);
        assert_eq!(room > 0, line_control & 0x80 == 0, "not the divisor's register");
        if room == 0 {
            continue;
        }
        for &byte in TEXT {
            one.out(0, byte);
        }
        let mut source = |bytes: &mut [u8]| bytes.copy_from_slice(TEXT);
        other.with(|uart, cx| uart.write_block(0x3F8, TEXT.len(), &mut source, cx));
        assert_eq!((one.uart, one.wires), (other.uart, other.wires));
    }
    let mut looped = Bench::programmed();
    looped.out(4, 0x1B);
    assert_eq!(
        looped.uart.writable(0x3F8, Width::Byte),
        0,
        "it receives them itself"
    );
    assert_eq!(looped.uart.writable(0x3F9, Width::Byte), 0);
}

#[test]
fn transmitter_empty_interrupt() {
    let mut bench = Bench::programmed();
    assert!(!bench.irq());
    bench.out(1, 0x02);
    assert!(bench.irq(), "enabling it with an empty transmitter raises it");
    assert_eq!(bench.inb(2), 0xC2);
    assert!(!bench.irq(), "reading IIR acknowledges");
    assert_eq!(bench.inb(2), 0xC1);
    bench.out(0, b'a');
    assert!(bench.irq());
    let _ = bench.wires.take_dips();
    bench.out(0, b'b');
    assert_eq!(
        (bench.irq(), bench.wires.take_dips()),
        (true, 0x10),
        "each character gives an edge"
    );
}

#[test]
fn receiver_trigger_and_timeout() {
    let mut bench = Bench::programmed();
    bench.out(1, 0x01);
    bench.receive(b"abc");
    assert!(!bench.irq());
    assert_eq!(
        bench.uart.deadline(),
        Some(Time(347_222)),
        "four characters of ten bits"
    );
    bench.now = Time(347_222);
    bench.with(|uart, cx| uart.advance(cx));
    assert_eq!(bench.inb(2), 0xCC);
    assert_eq!(bench.inb(0), b'a');
    assert_eq!(bench.inb(2), 0xC1, "a read restarts the time-out");
    bench.receive(b"de");
    assert_eq!(bench.inb(2), 0xC4);
    assert!(bench.irq());
    for &byte in b"bcde" {
        assert_eq!(bench.inb(5) & 1, 1);
        assert_eq!(bench.inb(0), byte);
    }
    assert_eq!(
        (bench.inb(5) & 1, bench.irq(), bench.uart.deadline()),
        (0, false, None)
    );
}

#[test]
fn what_the_fifo_cannot_hold_waits_on_the_line() {
    let mut bench = Bench::programmed();
    let text: Vec<u8> = (0..=255).collect();
    assert_eq!(bench.receive(&text), 256);
    let mut read = Vec::new();
    while bench.inb(5) & 1 != 0 {
        read.push(bench.inb(0));
    }
    assert_eq!(read, text);
    assert_eq!(bench.receive(&vec![0; 5000]), receiver::LINE);
    assert_eq!(bench.inb(5) & 0x02, 0x02, "the rest is an overrun");
    assert_eq!(bench.inb(5) & 0x02, 0, "which reading clears");
}

#[test]
fn priorities() {
    let mut bench = Bench::programmed();
    bench.out(1, 0x0F);
    bench.out(4, 0x10);
    bench.out(4, 0x0B);
    bench.receive(&[0; 6000]);
    assert_eq!(bench.inb(2) & 0x0F, 0x06);
    bench.inb(5);
    assert_eq!(bench.inb(2) & 0x0F, 0x04);
    while bench.inb(5) & 1 != 0 {
        bench.inb(0);
    }
    assert_eq!(bench.inb(2) & 0x0F, 0x02);
    assert_eq!(
        bench.inb(2) & 0x0F,
        0x00,
        "DSR, CTS and DCD changed with loopback"
    );
    assert_eq!(bench.inb(6), 0xBB);
    assert_eq!(bench.inb(2) & 0x0F, 0x01);
}

#[test]
fn loopback() {
    let mut bench = Bench::programmed();
    bench.out(4, 0x1F);
    bench.inb(6);
    bench.out(0, 0x5A);
    assert!(bench.wires.output.is_empty());
    assert_eq!((bench.inb(5) & 1, bench.inb(0)), (1, 0x5A));
    assert_eq!(bench.inb(6), 0xF0);
    bench.out(4, 0x1A);
    assert_eq!(bench.inb(6), 0x96, "DSR changed, ring ended");
    bench.out(3, 0x43);
    assert_eq!(bench.inb(5), 0xF9, "a break is a character with errors");
    bench.receive(b"z");
    assert_eq!(bench.inb(0), 0);
    assert_eq!(bench.inb(5) & 1, 0, "cut off from the line");
    bench.out(4, 0x0B);
    assert_eq!(bench.inb(0), b'z');
}

#[test]
fn interrupts_need_out2() {
    let mut bench = Bench::programmed();
    bench.out(1, 0x01);
    bench.out(2, 0x00);
    bench.receive(b"q");
    assert!(bench.irq());
    bench.out(4, 0x03);
    assert!(!bench.irq());
    assert_eq!(
        bench.inb(2),
        0x04,
        "pending all the same; no FIFO bits in 16450 mode"
    );
}

#[test]
fn registers_read_back() {
    let mut bench = Bench::new();
    bench.out(7, 0xA5);
    bench.out(3, 0x83);
    bench.out(0, 0x34);
    bench.out(1, 0x12);
    assert_eq!(
        [bench.inb(0), bench.inb(1), bench.inb(7), bench.inb(3)],
        [0x34, 0x12, 0xA5, 0x83]
    );
    bench.out(3, 0x03);
    bench.out(1, 0xFF);
    bench.out(4, 0xFF);
    assert_eq!([bench.inb(1), bench.inb(4)], [0x0F, 0x1F]);
}
