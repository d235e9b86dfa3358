//! The 8042 with its keyboard against a model that keeps what each party still has to say, and that knows keys where the
//! device has translation tables; the mouse against what a driver relies on (IBM PS/2 Hardware Interface Technical
//! Reference, "Keyboard and Auxiliary Device Controller", "Keyboards (101- and 102-Key)", "Mouse").

use devices::{Context, Kbc, MouseEvent, PortDevice, Time, Width, Wires};
use proptest::prelude::*;

/// A key: whether its codes begin with E0, and its make codes in set 1 and set 2.
type Key = (bool, u8, u8);

/// The keys of a keyboard for the United States, row by row, then those between the blocks and the number block.
#[rustfmt::skip]
const KEYS: &[Key] = &[
    (false, 0x01, 0x76), (false, 0x3B, 0x05), (false, 0x3C, 0x06), (false, 0x3D, 0x04), (false, 0x3E, 0x0C),
    (false, 0x3F, 0x03), (false, 0x40, 0x0B), (false, 0x41, 0x83), (false, 0x42, 0x0A), (false, 0x43, 0x01),
    (false, 0x44, 0x09), (false, 0x57, 0x78), (false, 0x58, 0x07), (false, 0x46, 0x7E),
    (false, 0x29, 0x0E), (false, 0x02, 0x16), (false, 0x03, 0x1E), (false, 0x04, 0x26), (false, 0x05, 0x25),
    (false, 0x06, 0x2E), (false, 0x07, 0x36), (false, 0x08, 0x3D), (false, 0x09, 0x3E), (false, 0x0A, 0x46),
    (false, 0x0B, 0x45), (false, 0x0C, 0x4E), (false, 0x0D, 0x55), (false, 0x0E, 0x66),
    (false, 0x0F, 0x0D), (false, 0x10, 0x15), (false, 0x11, 0x1D), (false, 0x12, 0x24), (false, 0x13, 0x2D),
    (false, 0x14, 0x2C), (false, 0x15, 0x35), (false, 0x16, 0x3C), (false, 0x17, 0x43), (false, 0x18, 0x44),
    (false, 0x19, 0x4D), (false, 0x1A, 0x54), (false, 0x1B, 0x5B), (false, 0x2B, 0x5D),
    (false, 0x3A, 0x58), (false, 0x1E, 0x1C), (false, 0x1F, 0x1B), (false, 0x20, 0x23), (false, 0x21, 0x2B),
    (false, 0x22, 0x34), (false, 0x23, 0x33), (false, 0x24, 0x3B), (false, 0x25, 0x42), (false, 0x26, 0x4B),
    (false, 0x27, 0x4C), (false, 0x28, 0x52), (false, 0x1C, 0x5A),
    (false, 0x2A, 0x12), (false, 0x2C, 0x1A), (false, 0x2D, 0x22), (false, 0x2E, 0x21), (false, 0x2F, 0x2A),
    (false, 0x30, 0x32), (false, 0x31, 0x31), (false, 0x32, 0x3A), (false, 0x33, 0x41), (false, 0x34, 0x49),
    (false, 0x35, 0x4A), (false, 0x36, 0x59), (false, 0x56, 0x61),
    (false, 0x1D, 0x14), (true, 0x5B, 0x1F), (false, 0x38, 0x11), (false, 0x39, 0x29), (true, 0x38, 0x11),
    (true, 0x5C, 0x27), (true, 0x5D, 0x2F), (true, 0x1D, 0x14),
    (true, 0x52, 0x70), (true, 0x47, 0x6C), (true, 0x49, 0x7D), (true, 0x53, 0x71), (true, 0x4F, 0x69),
    (true, 0x51, 0x7A), (true, 0x48, 0x75), (true, 0x4B, 0x6B), (true, 0x50, 0x72), (true, 0x4D, 0x74),
    (false, 0x45, 0x77), (true, 0x35, 0x4A), (false, 0x37, 0x7C), (false, 0x4A, 0x7B), (false, 0x47, 0x6C),
    (false, 0x48, 0x75), (false, 0x49, 0x7D), (false, 0x4E, 0x79), (false, 0x4B, 0x6B), (false, 0x4C, 0x73),
    (false, 0x4D, 0x74), (false, 0x4F, 0x69), (false, 0x50, 0x72), (false, 0x51, 0x7A), (true, 0x1C, 0x5A),
    (false, 0x52, 0x70), (false, 0x53, 0x71),
    // Print Screen with Alt.
    (false, 0x54, 0x84),
];

/// What a key sends in a set.
fn codes(key: Key, released: bool, set: u8) -> Vec<u8> {
    let (extended, one, two) = key;
    let mut codes = Vec::new();
    if extended {
        codes.push(0xE0);
    }
    match (set, released) {
        (1, _) => codes.push(one | u8::from(released) << 7),
        (_, true) => codes.extend([0xF0, two]),
        (_, false) => codes.push(two),
    }
    codes
}

/// The controller's translation: a key's code in set 2 becomes the same key's in set 1, and likewise what says that keys were
/// lost. The number of set 2, which a keyboard tells in the same way, is known as 41. Nothing is known about the codes of
/// keys that no keyboard has; all else passes.
fn translated(code: u8) -> Option<u8> {
    if let Some(&(_, one, _)) = KEYS.iter().find(|&&(_, _, two)| two == code) {
        return Some(one);
    }
    match code {
        0x00 => Some(0xFF),
        0x02 => Some(0x41),
        0x80.. => Some(code),
        _ => None,
    }
}

const ACK: u8 = 0xFA;

/// The keyboard: what it has to say, answers first.
#[derive(Default)]
struct Keyboard {
    answers: Vec<u8>,
    keys: Vec<u8>,
    /// A key was lost, which has been said.
    lost: bool,
    set: u8,
    silent: bool,
    lights: u8,
    /// The command whose parameter is to come.
    asked: Option<u8>,
    /// The last byte it said.
    last: u8,
}

impl Keyboard {
    fn new() -> Self {
        Self {
            set: 2,
            ..Self::default()
        }
    }

    /// Sixteen bytes of keys are kept; for the first key that does not fit there is a sign.
    fn press(&mut self, codes: &[u8]) {
        let fits = self.keys.len() + codes.len() <= 16;
        if fits {
            self.keys.extend(codes);
        } else if !self.lost {
            self.keys.push(if self.set == 1 { 0xFF } else { 0x00 });
        }
        self.lost = !fits;
    }
}

/// The two of them.
struct Model {
    keyboard: Keyboard,
    /// The controller's answers.
    answers: Vec<u8>,
    command_byte: u8,
    /// Whether port 60 has something new, from keyboard or controller, and what it reads as far as that is known.
    full: bool,
    data: Option<u8>,
    released: bool,
    command_last: bool,
}

impl Model {
    fn say(&mut self) -> Option<Option<u8>> {
        if !self.answers.is_empty() {
            return Some(Some(self.answers.remove(0)));
        }
        while self.command_byte & 0x10 == 0 {
            let queue = if self.keyboard.answers.is_empty() {
                &mut self.keyboard.keys
            } else {
                &mut self.keyboard.answers
            };
            if queue.is_empty() {
                break;
            }
            let code = queue.remove(0);
            self.keyboard.last = code;
            if self.command_byte & 0x40 == 0 {
                self.released = false;
                return Some(Some(code));
            }
            if code != 0xF0 {
                let released = u8::from(std::mem::take(&mut self.released)) << 7;
                return Some(translated(code).map(|code| code | released));
            }
            self.released = true;
        }
        None
    }

    fn settle(&mut self) {
        if !self.full
            && let Some(data) = self.say()
        {
            (self.full, self.data) = (true, data);
        }
    }

    /// A byte to the keyboard, which switches its interface on.
    fn tell(&mut self, byte: u8) {
        self.command_byte &= !0x10;
        let keyboard = &mut self.keyboard;
        // Whoever is interrupted forgets what else it had to answer.
        keyboard.answers = match (keyboard.asked.take(), byte) {
            (Some(0xED), lights @ 0..0xED) => {
                keyboard.lights = lights & 7;
                vec![ACK]
            }
            (Some(0xF0), 0) => vec![ACK, keyboard.set],
            (Some(0xF0), set @ (1 | 2)) => {
                keyboard.set = set;
                keyboard.keys.clear();
                vec![ACK]
            }
            (Some(0xF3), 0..0xED) => vec![ACK],
            (_, 0xEE) => vec![0xEE],
            (_, 0xFE) => vec![keyboard.last],
            (_, 0xF2) => vec![ACK, 0xAB, 0x83],
            (_, 0xED | 0xF0 | 0xF3) => {
                keyboard.asked = Some(byte);
                vec![ACK]
            }
            (_, 0xF4..=0xF6) => {
                keyboard.keys.clear();
                if byte != 0xF4 {
                    keyboard.set = 2;
                }
                keyboard.silent = byte == 0xF5;
                vec![ACK]
            }
            (_, 0xFF) => {
                *keyboard = Keyboard::new();
                vec![ACK, 0xAA]
            }
            _ => vec![0xFE],
        };
    }
}

#[derive(Clone, Debug)]
enum Action {
    Key(Key, bool),
    Read,
    /// A byte to the keyboard.
    Tell(u8),
    /// The command byte.
    Configure(u8),
    ReadConfiguration,
    SelfTest,
    Interface(bool),
}

/// A few actions that belong together.
fn actions() -> impl Strategy<Value = Vec<Action>> {
    // Echo, resend, identify, defaults with and without scanning, reset, and what is no command.
    let command = prop::sample::select(vec![
        0xEE_u8, 0xFE, 0xF2, 0xF4, 0xF4, 0xF5, 0xF6, 0xFF, 0x77, 0xEF,
    ]);
    // Lights, code set, typematic rate, with a parameter or what is none.
    let with_parameter = (
        prop::sample::select(vec![0xED_u8, 0xF0, 0xF3]),
        prop_oneof![0..8_u8, any::<u8>()]
            .prop_filter("set 3's key types", |byte| !(0xF7..=0xFD).contains(byte)),
        any::<bool>(),
    );
    let alone = prop_oneof![
        10 => (prop::sample::select(KEYS), any::<bool>()).prop_map(|(key, released)| Action::Key(key, released)),
        10 => Just(Action::Read),
        2 => command.prop_map(Action::Tell),
        // Interrupt, system flag, keyboard off, translation; the mouse stays off.
        2 => prop::sample::subsequence(vec![0x01_u8, 0x04, 0x10, 0x40], 0..=4)
            .prop_map(|bits| Action::Configure(bits.iter().sum::<u8>() | 0x20)),
        1 => Just(Action::ReadConfiguration),
        1 => Just(Action::SelfTest),
        2 => any::<bool>().prop_map(Action::Interface),
    ];
    prop_oneof![
        20 => alone.prop_map(|action| vec![action]),
        1 => with_parameter.prop_map(|(command, parameter, read)| {
            let mut actions = vec![Action::Tell(command), Action::Tell(parameter)];
            if read {
                actions.insert(1, Action::Read);
            }
            actions
        }),
    ]
}

#[derive(Default)]
struct Bench {
    kbc: Kbc,
    wires: Wires,
}

impl Bench {
    fn with<R>(&mut self, action: impl FnOnce(&mut Kbc, &mut Context<'_>) -> R) -> R {
        let mut cx = Context {
            now: Time::ZERO,
            wires: &mut self.wires,
        };
        action(&mut self.kbc, &mut cx)
    }

    fn out(&mut self, port: u16, value: u8) {
        self.with(|kbc, cx| kbc.write(port, Width::Byte, value.into(), cx))
            .unwrap();
    }

    fn tell_mouse(&mut self, byte: u8) {
        self.out(0x64, 0xD4);
        self.out(0x60, byte);
    }

    /// Up to so many bytes from the mouse.
    fn mouse_bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < most && self.inb(0x64) & 0x21 == 0x21 {
            bytes.push(self.inb(0x60));
        }
        bytes
    }

    fn inb(&mut self, port: u16) -> u8 {
        self.with(|kbc, cx| kbc.read(port, Width::Byte, cx)).unwrap() as u8
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_models_agree(actions in prop::collection::vec(actions(), 0..150)) {
        let mut bench = Bench::default();
        let mut model = Model {
            keyboard: Keyboard::new(),
            answers: Vec::new(),
            command_byte: 0x45,
            full: false,
            data: Some(0),
            released: false,
            command_last: false,
        };
        for action in actions.into_iter().flatten() {
            let _ = bench.wires.take_dips();
            let mut edge = false;
            match action.clone() {
                Action::Key(key, released) => {
                    if !model.keyboard.silent {
                        let codes = codes(key, released, model.keyboard.set);
                        model.keyboard.press(&codes);
                    }
                    // The host speaks set 1.
                    for code in codes(key, released, 1) {
                        bench.with(|kbc, cx| kbc.key(code, cx));
                    }
                }
                Action::Read => {
                    let data = bench.inb(0x60);
                    prop_assert_eq!(data, *model.data.get_or_insert(data));
                    // The next byte, if any, has an edge of its own.
                    edge = model.full;
                    model.full = false;
                }
                Action::Tell(byte) => {
                    bench.out(0x60, byte);
                    model.tell(byte);
                    model.command_last = false;
                }
                Action::Configure(value) => {
                    bench.out(0x64, 0x60);
                    bench.out(0x60, value);
                    (model.command_byte, model.command_last) = (value, false);
                }
                Action::ReadConfiguration => {
                    bench.out(0x64, 0x20);
                    model.answers.push(model.command_byte);
                    model.command_last = true;
                }
                Action::SelfTest => {
                    bench.out(0x64, 0xAA);
                    model.command_byte |= 0x04;
                    model.answers.push(0x55);
                    model.command_last = true;
                }
                Action::Interface(on) => {
                    bench.out(0x64, if on { 0xAE } else { 0xAD });
                    model.command_byte = model.command_byte & !0x10 | u8::from(!on) << 4;
                    model.command_last = true;
                }
            }
            model.settle();
            let status = 0x10 | u8::from(model.full) | model.command_byte & 4 | u8::from(model.command_last) << 3;
            prop_assert_eq!(bench.inb(0x64), status, "after {:?}", action);
            let interrupt = model.full && model.command_byte & 1 != 0;
            prop_assert_eq!(bench.wires.irq_levels() == 2, interrupt, "after {:?}", action);
            if edge && interrupt {
                prop_assert_eq!(bench.wires.take_dips(), 2, "after {:?}", action);
            }
            prop_assert_eq!(bench.kbc.leds(), model.keyboard.lights, "after {:?}", action);
        }
        counts::add("property cases", 1);
    }

    /// Movement is told when the driver reads, in whatever pieces: none is lost or told twice, and neither are the buttons.
    #[test]
    fn packets_add_up_to_the_movement(
        knock in prop::sample::select(vec![vec![], vec![200_u8, 100, 80], vec![200, 200, 80]]),
        moves in prop::collection::vec((any::<i16>(), -300..300_i16, -20..20_i8, 0..32_u8, 0..9_usize), 0..60),
    ) {
        let mut bench = Bench::default();
        for byte in knock.iter().flat_map(|&rate| [0xF3, rate]).chain([0xF4]) {
            bench.tell_mouse(byte);
            prop_assert_eq!(bench.mouse_bytes(usize::MAX), [ACK]);
        }
        let mut bytes = Vec::new();
        let mut moved = [0_i32; 3];
        let mut held = 0;
        for (dx, dy, dz, buttons, reads) in moves {
            bench.with(|kbc, cx| kbc.mouse(MouseEvent { dx, dy, dz, buttons }, cx));
            let step = [i32::from(dx), i32::from(dy), i32::from(dz)];
            moved.iter_mut().zip(step).for_each(|(sum, step)| *sum += step);
            held = buttons;
            bytes.extend(bench.mouse_bytes(reads));
        }
        bytes.extend(bench.mouse_bytes(usize::MAX));
        let length = if knock.is_empty() { 3 } else { 4 };
        prop_assert_eq!(bytes.len() % length, 0);
        let packets = bytes.chunks(length).map(packet);
        let (told, down) = packets.fold(([0; 3], 0), |(mut sum, _), (step, buttons)| {
            sum.iter_mut().zip(step).for_each(|(sum, step)| *sum += step);
            (sum, buttons)
        });
        let side_buttons = if knock.starts_with(&[200, 200]) { 0x1F } else { 0x07 };
        prop_assert_eq!(down & side_buttons, held & side_buttons);
        prop_assert_eq!(told[..2].to_vec(), moved[..2].to_vec());
        prop_assert_eq!(told[2], if length == 4 { moved[2] } else { 0 });
        counts::add("property cases", 1);
    }
}

/// What a packet says: movement, and buttons held. The wheel is told as -8 to 7, in all of the fourth byte or below the side
/// buttons; without side buttons their place says nothing.
fn packet(bytes: &[u8]) -> ([i32; 3], u8) {
    let [first, dx, dy] = [0, 1, 2].map(|index| i32::from(bytes[index]));
    assert_eq!(first & 0xC8, 8, "bit 3 is set, and nothing overflows");
    let movement = |low: i32, sign: i32| low - (first >> sign & 1) * 256;
    let fourth = bytes.get(3).copied().unwrap_or(0);
    let wheel = i32::from((fourth << 4) as i8 >> 4);
    (
        [movement(dx, 4), movement(dy, 5), wheel],
        bytes[0] & 7 | fourth >> 1 & 0x18,
    )
}
