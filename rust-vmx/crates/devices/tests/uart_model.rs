//! The serial port against a model of what a driver relies on: no character is lost, doubled or out of order, and the
//! interrupt that is identified is the most urgent one there is (National Semiconductor PC16550D data sheet, table
//! "Interrupt Control Functions").

use devices::{ComPort, Context, PortDevice, Stream, Time, Uart, Width, Wires};
use proptest::prelude::*;
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Action {
    Receive(Vec<u8>),
    ReadData,
    ReadStatus,
    Identify,
    Send(u8),
    EnableInterrupts(u8),
    /// FIFOs on with this trigger code, or off.
    Fifo(Option<u8>),
    Wait(u64),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Action::Receive),
        6 => Just(Action::ReadData),
        2 => Just(Action::ReadStatus),
        3 => Just(Action::Identify),
        2 => any::<u8>().prop_map(Action::Send),
        2 => (0..16_u8).prop_map(Action::EnableInterrupts),
        1 => prop::option::of(0..4_u8).prop_map(Action::Fifo),
        2 => (0..800_000_u64).prop_map(Action::Wait),
    ]
}

/// What is known from outside. 115200 baud, 8N1: a character takes 86.8 microseconds.
struct Model {
    fifo: VecDeque<u8>,
    line: VecDeque<u8>,
    trigger: Option<u8>,
    enabled: u8,
    transmitter_noticed: bool,
    overrun: bool,
    /// When the receiver was last touched.
    touched: u64,
    last: u8,
}

const TIMEOUT: u64 = 4 * 10 * 1_000_000_000 / 115_200;
const LINE: usize = 4096;

impl Model {
    fn fill(&mut self, now: u64) {
        let depth = if self.trigger.is_some() { 16 } else { 1 };
        while self.fifo.len() < depth && !self.line.is_empty() {
            self.fifo.extend(self.line.pop_front());
            self.touched = now;
        }
    }

    fn identification(&self, now: u64) -> u8 {
        let level = [1, 4, 8, 14][usize::from(self.trigger.unwrap_or(0))];
        let waited = self.trigger.is_some() && !self.fifo.is_empty() && now - self.touched >= TIMEOUT;
        let causes = [
            (4, self.overrun, 0x06),
            (1, self.fifo.len() >= level, 0x04),
            (1, waited, 0x0C),
            (2, !self.transmitter_noticed, 0x02),
        ];
        let cause = causes
            .iter()
            .find(|(enable, active, _)| self.enabled & enable != 0 && *active);
        cause.map_or(0x01, |&(_, _, code)| code)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_models_agree(actions in prop::collection::vec(action(), 0..200)) {
        let mut uart = Uart::new(ComPort::Com1);
        let mut wires = Wires::default();
        let mut now = 0;
        let mut sent = Vec::new();
        let mut model = Model {
            fifo: VecDeque::new(),
            line: VecDeque::new(),
            trigger: None,
            enabled: 0,
            transmitter_noticed: true,
            overrun: false,
            touched: 0,
            last: 0,
        };
        for (offset, value) in [(3, 0x83), (0, 1), (1, 0), (3, 0x03), (4, 0x0B)] {
            let mut cx = Context { now: Time(now), wires: &mut wires };
            uart.write(0x3F8 + offset, Width::Byte, value, &mut cx).unwrap();
        }
        for action in actions {
            let mut cx = Context { now: Time(now), wires: &mut wires };
            match action {
                Action::Receive(bytes) => {
                    let room = LINE - model.line.len();
                    let taken = uart.receive(&bytes, &mut cx);
                    prop_assert_eq!(taken, bytes.len().min(room));
                    model.overrun |= taken < bytes.len();
                    model.line.extend(&bytes[..taken]);
                }
                Action::ReadData => {
                    if let Some(byte) = model.fifo.pop_front() {
                        model.last = byte;
                    }
                    model.touched = now;
                    prop_assert_eq!(uart.read(0x3F8, Width::Byte, &mut cx).unwrap(), u32::from(model.last));
                }
                Action::ReadStatus => {
                    let expected = 0x60 | u32::from(!model.fifo.is_empty()) | u32::from(model.overrun) << 1;
                    model.overrun = false;
                    prop_assert_eq!(uart.read(0x3FD, Width::Byte, &mut cx).unwrap(), expected);
                }
                Action::Identify => {
                    let fifos = if model.trigger.is_some() { 0xC0 } else { 0 };
                    let expected = model.identification(now);
                    model.transmitter_noticed |= expected == 0x02;
                    prop_assert_eq!(uart.read(0x3FA, Width::Byte, &mut cx).unwrap(), u32::from(expected | fifos));
                }
                Action::Send(byte) => {
                    uart.write(0x3F8, Width::Byte, byte.into(), &mut cx).unwrap();
                    sent.push((Stream::Serial, byte));
                    model.transmitter_noticed = false;
                }
                Action::EnableInterrupts(bits) => {
                    model.transmitter_noticed &= bits & !model.enabled & 2 == 0;
                    model.enabled = bits;
                    uart.write(0x3F9, Width::Byte, bits.into(), &mut cx).unwrap();
                }
                Action::Fifo(trigger) => {
                    if trigger.is_some() != model.trigger.is_some() {
                        model.fifo.clear();
                    }
                    model.trigger = trigger;
                    let value = trigger.map_or(0, |trigger| trigger << 6 | 1);
                    uart.write(0x3FA, Width::Byte, value.into(), &mut cx).unwrap();
                }
                Action::Wait(nanoseconds) => {
                    now += nanoseconds;
                    uart.advance(&mut Context { now: Time(now), wires: &mut wires });
                }
            }
            model.fill(now);
            prop_assert_eq!(wires.irq_levels() & 0x10 != 0, model.identification(now) != 0x01);
        }
        prop_assert_eq!(wires.output, sent);
        counts::add("property cases", 1);
    }
}
