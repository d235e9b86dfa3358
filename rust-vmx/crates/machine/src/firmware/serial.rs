//! INT 14h: the serial port.

use super::caller::Caller;
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use vmx::state::gpr::RAX;

/// The first port, which is the only one; its registers.
const COM1: u16 = 0x3F8;
const INTERRUPTS: u16 = COM1 + 1;
const LINE_CONTROL: u16 = COM1 + 3;
const MODEM_CONTROL: u16 = COM1 + 4;
const LINE_STATUS: u16 = COM1 + 5;
const MODEM_STATUS: u16 = COM1 + 6;

/// In the line control register: the divisor is at the first two ports.
const DIVISOR_ACCESS: u8 = 1 << 7;
/// In the modem control register: DTR and RTS.
const READY: u8 = 0b11;
/// In the line status: a byte has come; errors of it.
const RECEIVED: u8 = 1;
const ERRORS: u8 = 0x1E;
/// In AH: the call timed out.
const TIMED_OUT: u8 = 1 << 7;

/// Divisors of 110, 150, 300, 600, 1200, 2400, 4800 and 9600 bits a second.
const DIVISORS: [u16; 8] = [1047, 768, 384, 192, 96, 48, 24, 12];

/// What firmware leaves in the line control register: 8 data bits, no parity, 1 stop bit.
pub const LEFT_AS: (u16, u8) = (LINE_CONTROL, 0b11);

/// Carries out a service.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    match (caller.dx(), caller.ah()) {
        (0, 0x00) => {
            initialise(caller);
            status(caller);
        }
        (0, 0x01) => {
            let byte = caller.al();
            raise_lines(caller);
            caller.output(COM1, byte);
            let line = caller.input(LINE_STATUS);
            caller.set_high(RAX, line & !TIMED_OUT);
        }
        (0, 0x02) => {
            raise_lines(caller);
            receive(caller);
        }
        (0, 0x03) => status(caller),
        // No such port, or no such function.
        _ => caller.set_high(RAX, TIMED_OUT),
    }
}

/// AH=00h: AL is the rate, the parity, stop bits and data bits, the last three as the line control register has them.
fn initialise<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const FORMAT: u8 = 0x1F;
    let parameters = caller.al();
    let [low, high] = DIVISORS
        .get(usize::from(parameters >> 5))
        .map_or([0; 2], |divisor| divisor.to_le_bytes());
    caller.output(LINE_CONTROL, DIVISOR_ACCESS);
    caller.output(COM1, low);
    caller.output(COM1 + 1, high);
    caller.output(LINE_CONTROL, parameters & FORMAT);
    caller.output(INTERRUPTS, 0);
}

fn raise_lines<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let lines = caller.input(MODEM_CONTROL);
    caller.output(MODEM_CONTROL, lines | READY);
}

/// A byte that has come, or none within the time allowed: whoever sends to a guest does not keep it waiting.
fn receive<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let line = caller.input(LINE_STATUS);
    if line & RECEIVED == 0 {
        caller.set_high(RAX, TIMED_OUT);
        return;
    }
    let byte = caller.input(COM1);
    caller.set_word(RAX, u16::from(line & ERRORS) << 8 | u16::from(byte));
}

/// AH=03h: the line's status in AH, the modem's in AL.
fn status<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let (line, modem) = (caller.input(LINE_STATUS), caller.input(MODEM_STATUS));
    caller.set_word(RAX, u16::from(line & !TIMED_OUT) << 8 | u16::from(modem));
}
