//! What happens to devices from outside the guest: the machine's side of each.

use crate::input::Input;
use devices::{
    Context, DebugPort, DiskError, Dma, Ide, Kbc, MouseEvent, Pic, Pit, PortDevice, Power, Rtc, Uart, Vga,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A device that can be exercised.
pub(super) trait Outside: PortDevice + Clone + PartialEq + Serialize + DeserializeOwned {
    /// Something that the machine does to it.
    fn outside(&mut self, _input: &mut Input<'_>, _cx: &mut Context<'_>) {}
}

impl Outside for DebugPort {}

impl Outside for Dma {
    fn outside(&mut self, _input: &mut Input<'_>, _cx: &mut Context<'_>) {
        let _ = self.post_code();
    }
}

impl Outside for Pic {
    fn outside(&mut self, input: &mut Input<'_>, cx: &mut Context<'_>) {
        let choice = input.byte();
        match choice >> 4 {
            0..=3 if self.pending() => {
                let line = self.acknowledge().line;
                assert!(line.is_none_or(|line| line < 16));
            }
            4..=9 => cx.wires.set_irq(choice & 0xF, true),
            10 | 11 => cx.wires.set_irq(choice & 0xF, false),
            12 => cx.wires.pulse_irq(choice & 0xF),
            // The processor acknowledges what it saw, whatever became of it.
            13 => drop(self.acknowledge()),
            _ => {}
        }
        self.sync(cx.wires);
        assert_eq!(cx.wires.masked_irqs, self.masked());
    }
}

impl Outside for Pit {
    fn outside(&mut self, _input: &mut Input<'_>, cx: &mut Context<'_>) {
        self.interrupt_taken(cx);
        let _ = self.speaker();
    }
}

impl Outside for Rtc {
    fn outside(&mut self, input: &mut Input<'_>, cx: &mut Context<'_>) {
        let _ = self.nmi_masked();
        self.set_wall_clock(input.quad() as i64, cx);
    }
}

impl Outside for Kbc {
    fn outside(&mut self, input: &mut Input<'_>, cx: &mut Context<'_>) {
        let choice = input.byte();
        if choice & 1 == 0 {
            for scancode in input.bytes(usize::from(choice >> 4)) {
                self.key(*scancode, cx);
            }
        } else {
            let event = MouseEvent {
                dx: input.word() as i16,
                dy: input.word() as i16,
                dz: input.byte() as i8,
                buttons: choice >> 1,
            };
            self.mouse(event, cx);
        }
        let _ = (self.keys_read(), self.leds());
    }
}

impl Outside for Uart {
    fn outside(&mut self, input: &mut Input<'_>, cx: &mut Context<'_>) {
        let count = usize::from(input.byte());
        let (bytes, space) = (input.bytes(count), self.input_space());
        let taken = self.receive(bytes, cx);
        assert!(
            taken <= bytes.len().min(space),
            "{taken} of {} bytes",
            bytes.len()
        );
    }
}

impl Outside for Ide {
    fn outside(&mut self, input: &mut Input<'_>, cx: &mut Context<'_>) {
        let choice = input.byte();
        let result = match choice >> 4 {
            0 => Err(DiskError::Unrecoverable),
            1 => Err(DiskError::WriteProtected),
            _ => Ok(()),
        };
        if choice & 1 == 0 {
            while let Some(request) = self.take_request() {
                let buffer = self.buffer(request.drive);
                assert_eq!(buffer.len() as u64, u64::from(request.sectors) * 512);
                buffer.fill(choice);
                self.complete(request.drive, result, cx);
            }
        } else {
            // Whatever its owner says, also about requests that do not exist.
            self.complete(choice >> 1, result, cx);
        }
        let _ = self.statistics(choice);
    }
}

impl Outside for Power {
    fn outside(&mut self, _input: &mut Input<'_>, cx: &mut Context<'_>) {
        self.press_button(cx);
    }
}

impl Outside for Vga {
    fn outside(&mut self, _input: &mut Input<'_>, _cx: &mut Context<'_>) {
        let _ = (self.cursor(), self.start_cell(), self.cells_per_row());
        let _ = (self.columns(), self.rows(), self.text_address());
        let _ = (self.blink(), self.text_visible());
    }
}
