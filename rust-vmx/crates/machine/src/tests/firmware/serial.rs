//! INT 14h, and the port as a program finds it.

use super::program::{int, word};
use crate::control::Input;
use crate::testing::{Bench, bench};
use devices::Stream;
use vmx::state::gpr::{RAX, RDX};

/// AX of a call.
fn call(bench: &mut Bench, ax: u64, port: u64) -> u16 {
    int(bench, 0x14, &[(RAX, ax), (RDX, port)]);
    word(bench, RAX)
}

#[test]
fn the_port_is_left_at_8_data_bits() {
    let mut bench = bench();
    assert_eq!(bench.input(0x3FB), 0x03);
    bench.out(0x3F8, b'4').run();
    assert_eq!(bench.host.output_of(Stream::Serial), "4");
}

#[test]
fn parameters_are_programmed() {
    // AL, divisor, line control.
    for (parameters, divisor, format) in [
        (0xE3, 12u16, 0x03),
        (0x83, 96, 0x03),
        (0x1A, 1047, 0x1A),
        (0x27, 768, 0x07),
    ] {
        let mut bench = bench();
        // Line: empty twice. Modem: CTS, DSR, DCD.
        assert_eq!(call(&mut bench, parameters, 0), 0x60B0);
        assert_eq!(bench.input(0x3FB), format);
        bench.out(0x3FB, 0x80).run();
        let bytes = [bench.input(0x3F8), bench.input(0x3F9)];
        assert_eq!(u16::from_le_bytes(bytes), divisor);
    }
}

#[test]
fn bytes_go_and_come() {
    let mut bench = bench();
    assert_eq!(call(&mut bench, 0x0141, 0), 0x6041);
    assert_eq!(bench.host.output_of(Stream::Serial), "A");
    assert_eq!(bench.input(0x3FC) & 3, 3, "DTR and RTS");
    assert_eq!(call(&mut bench, 0x02FF, 0) >> 8, 0x80, "nothing has come");
    bench.machine.control().input.send(Input::Serial(b'z'));
    bench.run();
    assert_eq!(call(&mut bench, 0x0300, 0), 0x61B0, "a byte is there");
    assert_eq!(call(&mut bench, 0x02FF, 0), u16::from(b'z'));
}

#[test]
fn other_ports_time_out() {
    let mut bench = bench();
    for function in [0x00E3, 0x0141, 0x0200, 0x0300] {
        let expected = 0x8000 | function as u16 & 0xFF;
        assert_eq!(call(&mut bench, function, 1), expected);
    }
    assert_eq!(bench.host.output_of(Stream::Serial), "");
}
