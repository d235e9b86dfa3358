//! The 8259 pair against a second model, written from the data sheet in another way: lists instead of bit masks, a priority
//! order that is really rotated, and no cleverness.

use devices::{Acknowledged, Context, Pic, PortDevice, Time, Width, Wires};
use proptest::prelude::*;

/// One input of a chip.
#[derive(Clone, Copy, Default)]
struct Input {
    high: bool,
    edge: bool,
    in_service: bool,
    masked: bool,
    level_triggered: bool,
}

/// One chip. `order` lists the inputs from the highest priority to the lowest.
struct Chip {
    inputs: [Input; 8],
    order: Vec<usize>,
    words_expected: Vec<char>,
    initialised: bool,
    icw1: u8,
    icw2: u8,
    icw3: u8,
    icw4: u8,
    show_isr: bool,
    polled: bool,
    special_mask: bool,
    rotate_in_auto: bool,
}

impl Chip {
    fn new() -> Self {
        Self {
            inputs: [Input::default(); 8],
            order: (0..8).collect(),
            words_expected: Vec::new(),
            initialised: false,
            icw1: 0,
            icw2: 0,
            icw3: 0,
            icw4: 0,
            show_isr: false,
            polled: false,
            special_mask: false,
            rotate_in_auto: false,
        }
    }

    fn drive(&mut self, index: usize, high: bool) {
        let level_triggered = self.level_triggered(index);
        let input = &mut self.inputs[index];
        if high && !input.high {
            input.edge = true;
        }
        if !high && level_triggered {
            input.edge = false;
        }
        input.high = high;
    }

    /// The slave's INT, which has no latch of its own.
    fn drive_cascade(&mut self, high: bool) {
        self.drive(2, high);
        self.inputs[2].edge &= high;
    }

    fn level_triggered(&self, index: usize) -> bool {
        self.inputs[index].level_triggered || self.icw1 & 8 != 0
    }

    fn requests(&self, index: usize) -> bool {
        let input = self.inputs[index];
        if self.level_triggered(index) {
            input.high
        } else {
            input.edge
        }
    }

    fn byte(&self, bit: impl Fn(usize) -> bool) -> u8 {
        (0..8).filter(|&index| bit(index)).map(|index| 1 << index).sum()
    }

    fn cascaded(&self, index: usize) -> bool {
        self.icw1 & 2 == 0 && self.icw3 >> index & 1 == 1
    }

    /// Walks down the priorities: the first request wins, unless something in service comes first.
    fn winner(&self) -> Option<usize> {
        if !self.initialised || !self.words_expected.is_empty() {
            return None;
        }
        for &index in &self.order {
            let input = self.inputs[index];
            let blocks = input.in_service && !(self.special_mask && input.masked);
            let asks = self.requests(index) && !input.masked;
            if blocks {
                let nests = self.icw4 & 0x10 != 0 && self.cascaded(index);
                return (asks && nests).then_some(index);
            }
            if asks {
                return Some(index);
            }
        }
        None
    }

    fn make_lowest(&mut self, index: usize) {
        while self.order[7] != index {
            self.order.rotate_left(1);
        }
    }

    fn acknowledge(&mut self) -> Option<usize> {
        let index = self.winner()?;
        self.inputs[index].edge = false;
        if self.icw4 & 2 == 0 {
            self.inputs[index].in_service = true;
        } else if self.rotate_in_auto {
            self.make_lowest(index);
        }
        Some(index)
    }

    fn vector(&self, index: usize) -> u8 {
        match (self.icw4 & 1, self.icw1 & 4) {
            (1, _) => (self.icw2 & 0xF8) + index as u8,
            (_, 4) => (self.icw1 & 0xE0) + 4 * index as u8,
            _ => (self.icw1 & 0xC0) + 8 * index as u8,
        }
    }

    fn read(&mut self, odd: bool) -> u8 {
        if std::mem::take(&mut self.polled) {
            return self.acknowledge().map_or(0, |index| 0x80 + index as u8);
        }
        if odd {
            self.byte(|index| self.inputs[index].masked)
        } else if self.show_isr {
            self.byte(|index| self.inputs[index].in_service)
        } else {
            self.byte(|index| self.requests(index))
        }
    }

    fn write(&mut self, odd: bool, value: u8) {
        if !odd && value & 0x10 != 0 {
            let before = std::mem::replace(self, Self::new());
            for (input, old) in self.inputs.iter_mut().zip(before.inputs) {
                input.high = old.high;
                input.level_triggered = old.level_triggered;
            }
            self.initialised = true;
            self.icw1 = value;
            self.icw3 = 7;
            // In the order they are popped.
            self.words_expected = vec!['4', '3', '2'];
            self.words_expected
                .retain(|&word| (word != '3' || value & 2 == 0) && (word != '4' || value & 1 != 0));
        } else if !odd && value & 8 != 0 {
            if value & 0x40 != 0 {
                self.special_mask = value & 0x20 != 0;
            }
            if value & 4 != 0 {
                self.polled = true;
            } else if value & 2 != 0 {
                self.show_isr = value & 1 != 0;
            }
        } else if !odd {
            self.end_of_interrupt(value);
        } else {
            match self.words_expected.pop() {
                Some('2') => self.icw2 = value,
                Some('3') => self.icw3 = value,
                Some(_) => self.icw4 = value & 0x13,
                None => (0..8).for_each(|index| self.inputs[index].masked = value >> index & 1 == 1),
            }
        }
    }

    fn end_of_interrupt(&mut self, value: u8) {
        let named = usize::from(value & 7);
        let (rotate, specific, end) = (value & 0x80 != 0, value & 0x40 != 0, value & 0x20 != 0);
        let target = match (specific, end) {
            (false, false) => {
                self.rotate_in_auto = rotate;
                return;
            }
            (true, false) if !rotate => return,
            (true, _) => Some(named),
            (false, true) => self.order.iter().copied().find(|&index| {
                let input = self.inputs[index];
                input.in_service && !(self.special_mask && input.masked)
            }),
        };
        let Some(target) = target else { return };
        if end {
            self.inputs[target].in_service = false;
        }
        if rotate {
            self.make_lowest(target);
        }
    }
}

/// The pair.
struct Model {
    master: Chip,
    slave: Chip,
}

impl Model {
    fn settle(&mut self) {
        self.master.drive_cascade(self.slave.winner().is_some());
    }

    fn drive(&mut self, levels: u16) {
        (0..8).for_each(|index| self.slave.drive(index, levels >> (8 + index) & 1 == 1));
        (0..8)
            .filter(|&index| index != 2)
            .for_each(|index| self.master.drive(index, levels >> index & 1 == 1));
        self.settle();
    }

    fn acknowledge(&mut self) -> Acknowledged {
        let Some(index) = self.master.acknowledge() else {
            return Acknowledged {
                vector: self.master.vector(7),
                line: None,
            };
        };
        if !self.master.cascaded(index) {
            return Acknowledged {
                vector: self.master.vector(index),
                line: Some(index as u8),
            };
        }
        let listens = self.slave.initialised
            && self.slave.words_expected.is_empty()
            && self.slave.icw1 & 2 == 0
            && self.slave.icw3 & 7 == 2;
        if index != 2 || !listens {
            return Acknowledged {
                vector: 0xFF,
                line: None,
            };
        }
        let answer = match self.slave.acknowledge() {
            Some(index) => Acknowledged {
                vector: self.slave.vector(index),
                line: Some(8 + index as u8),
            },
            None => Acknowledged {
                vector: self.slave.vector(7),
                line: None,
            },
        };
        self.master.drive_cascade(false);
        self.settle();
        answer
    }

    fn write(&mut self, port: u16, value: u8) {
        match port {
            0x20 | 0x21 => self.master.write(port & 1 == 1, value),
            0xA0 | 0xA1 => self.slave.write(port & 1 == 1, value),
            _ => {
                let (chip, fixed) = if port == 0x4D0 {
                    (&mut self.master, 0x07)
                } else {
                    (&mut self.slave, 0x21)
                };
                let value = value & !fixed;
                (0..8).for_each(|index| chip.inputs[index].level_triggered = value >> index & 1 == 1);
            }
        }
        self.settle();
    }

    fn read(&mut self, port: u16) -> u8 {
        let value = match port {
            0x20 | 0x21 => self.master.read(port & 1 == 1),
            0xA0 | 0xA1 => self.slave.read(port & 1 == 1),
            0x4D0 => self
                .master
                .byte(|index| self.master.inputs[index].level_triggered),
            _ => self.slave.byte(|index| self.slave.inputs[index].level_triggered),
        };
        self.settle();
        value
    }
}

/// What a guest and its devices do.
#[derive(Clone, Copy, Debug)]
enum Action {
    Toggle(u8),
    Pulse(u8),
    Write(u16, u8),
    Read(u16),
    /// The processor takes an interrupt if INT is high.
    Take,
    /// And if it is not.
    Acknowledge,
    /// ICW1 to ICW4 as a kernel writes them.
    Initialise(u8, u8),
}

const PORTS: [u16; 6] = [0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1];

fn action() -> impl Strategy<Value = Action> {
    let port = prop::sample::select(PORTS.to_vec());
    // OCW2 of every kind, and the usual OCW3s.
    let command = prop_oneof![
        (0..8_u8, 0..8_u8).prop_map(|(kind, level)| kind << 5 | level),
        prop::sample::select(vec![0x0A, 0x0B, 0x0C, 0x48, 0x68]),
    ];
    prop_oneof![
        6 => (0..16_u8).prop_map(Action::Toggle),
        3 => (0..16_u8).prop_map(Action::Pulse),
        6 => Just(Action::Take),
        1 => Just(Action::Acknowledge),
        4 => (prop::sample::select(vec![0x20, 0xA0]), command).prop_map(|(port, value)| Action::Write(port, value)),
        2 => (prop::sample::select(vec![0x21, 0xA1]), any::<u8>(), any::<u8>())
            .prop_map(|(port, value, other)| Action::Write(port, value & other)),
        1 => (port.clone(), any::<u8>()).prop_map(|(port, value)| Action::Write(port, value)),
        2 => port.prop_map(Action::Read),
        1 => (0..32_u8, 0..32_u8).prop_map(|(icw1, icw4)| Action::Initialise(icw1, icw4)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_models_agree(actions in prop::collection::vec(action(), 0..120)) {
        let mut pic = Pic::new();
        let mut model = Model { master: Chip::new(), slave: Chip::new() };
        let mut wires = Wires::default();
        let mut pending = vec![Action::Initialise(0x11, 0x01)];
        pending.extend(actions);
        for action in pending {
            let mut writes = Vec::new();
            match action {
                Action::Toggle(line) => {
                    let level = wires.irq_levels() >> line & 1 == 0;
                    wires.set_irq(line, level);
                    pic.sync(&mut wires);
                    model.drive(wires.irq_levels());
                }
                Action::Pulse(line) => {
                    let high = wires.irq_levels() | 1 << line;
                    wires.pulse_irq(line);
                    pic.sync(&mut wires);
                    model.drive(high & !(1 << line));
                    model.drive(high);
                }
                Action::Write(port, value) => writes.push((port, value)),
                Action::Initialise(icw1, icw4) => {
                    for (port, base, icw3) in [(0x20, 0x20, 4), (0xA0, 0x28, 2)] {
                        writes.push((port, 0x10 | icw1));
                        writes.push((port + 1, base));
                        if icw1 & 2 == 0 {
                            writes.push((port + 1, icw3));
                        }
                        if icw1 & 1 != 0 {
                            writes.push((port + 1, icw4));
                        }
                    }
                }
                Action::Read(port) => {
                    let mut cx = Context { now: Time::ZERO, wires: &mut wires };
                    let value = pic.read(port, Width::Byte, &mut cx).unwrap();
                    prop_assert_eq!(value, u32::from(model.read(port)), "read of {:#x}", port);
                }
                Action::Take if !pic.pending() => {}
                Action::Take | Action::Acknowledge => prop_assert_eq!(pic.acknowledge(), model.acknowledge()),
            }
            for (port, value) in writes {
                let mut cx = Context { now: Time::ZERO, wires: &mut wires };
                pic.write(port, Width::Byte, value.into(), &mut cx).unwrap();
                model.write(port, value);
            }
            prop_assert_eq!(pic.pending(), model.master.winner().is_some(), "after {:?}", action);
        }
        counts::add("property cases", 1);
    }
}
