//! Halting, waking, injecting.

use crate::Stop;
use crate::control::{Input, Requests};
use crate::testing::{Bench, NO_END, bench, plain};
use vmx::event::Event;
use vmx::exit::reason;
use vmx::state::SystemRegister;

const KEYBOARD_ONLY: u16 = !0b10;
const TIMER_ONLY: u16 = !0b1;

#[test]
fn a_key_becomes_an_interrupt() {
    let mut bench = bench();
    bench.initialise_pic(KEYBOARD_ONLY);
    bench.set_interrupts(true);
    assert!(bench.machine.control().input.send(Input::Key(0x1E)));
    bench.run();
    assert_eq!(bench.cpu().delivered, [Event::interrupt(0x21)]);
    assert_eq!(bench.input(0x60), 0x1E);
    assert_eq!(bench.machine.control().statistics.interrupts.get(), 1);
}

#[test]
fn an_interrupt_waits_for_the_guest_to_accept_it() {
    let mut bench = bench();
    bench.initialise_pic(KEYBOARD_ONLY);
    bench.set_interrupts(false);
    bench.machine.control().input.send(Input::Key(0x1E));
    bench.run();
    assert!(bench.cpu().delivered.is_empty());
    assert!(bench.cpu().window, "the guest is asked to say when");
    bench.set_interrupts(true);
    bench.cpu().shadow = true;
    bench.run();
    assert!(bench.cpu().delivered.is_empty(), "not in the shadow of STI");
    bench.cpu().shadow = false;
    bench.exit(plain(reason::INTERRUPT_WINDOW));
    assert_eq!(bench.cpu().delivered, [Event::interrupt(0x21)]);
    assert!(!bench.cpu().window);
}

#[test]
fn an_interrupted_delivery_comes_first() {
    let mut bench = bench();
    bench.initialise_pic(KEYBOARD_ONLY);
    bench.set_interrupts(true);
    bench.cpu().pending = Some(Event::fault(3));
    bench.machine.control().input.send(Input::Key(0x1E));
    bench.run();
    assert_eq!(bench.cpu().delivered, [Event::fault(3)]);
    assert!(bench.cpu().window);
    bench.run();
    assert_eq!(bench.cpu().delivered, [Event::fault(3), Event::interrupt(0x21)]);
}

#[test]
fn hlt_blocks_until_the_timer() {
    let mut bench = bench();
    bench.initialise_pic(TIMER_ONLY);
    // Channel 0, rate generator, 1193 ticks: about a millisecond.
    bench.out(0x43, 0x34).out(0x40, 0xA9).out(0x40, 0x04);
    bench.set_interrupts(true);
    bench.run();
    let rip = bench.rip();
    bench.cpu().then(|_| plain(reason::HLT));
    let Stop::Halted {
        deadline_ns: Some(deadline),
    } = bench.machine.run(NO_END)
    else {
        panic!("not halted")
    };
    assert_eq!(bench.rip(), rip + 2);
    assert!(!bench.machine.control().statistics.halted_for_good.get());
    assert!((900_000..1_100_000).contains(&deadline), "{deadline}");
    // Nothing happened yet: still halted, and the CPU is not entered.
    assert_eq!(
        bench.machine.run(NO_END),
        Stop::Halted {
            deadline_ns: Some(deadline)
        }
    );
    bench.host.pass(deadline);
    bench.run();
    assert_eq!(bench.cpu().delivered, [Event::interrupt(0x20)]);
}

#[test]
fn a_halted_guest_that_is_alone_waits_on_the_cpu() {
    let mut bench = bench();
    bench.host.set_idle(true);
    bench.initialise_pic(TIMER_ONLY);
    // A millisecond, as above.
    bench.out(0x43, 0x34).out(0x40, 0xA9).out(0x40, 0x04);
    bench.set_interrupts(true);
    bench.run();
    let host = bench.host.clone();
    bench.cpu().then(|_| plain(reason::HLT));
    bench.cpu().then(move |cpu| {
        assert!(cpu.halted && cpu.delivered.is_empty());
        cpu.tsc += 1_000_000;
        host.pass(1_000_000);
        plain(reason::PREEMPTION_TIMER)
    });
    bench.cpu().then(|cpu| {
        assert!(!cpu.halted, "what is injected finds the guest active");
        assert_eq!(cpu.delivered, [Event::interrupt(0x20)]);
        plain(reason::EXTERNAL_INTERRUPT)
    });
    assert_eq!(bench.machine.run(NO_END), Stop::Preempted);
    let halted = bench.machine.control().statistics.halted_ticks.get();
    assert!((1_000_000..1_001_000).contains(&halted), "{halted}");
}

#[test]
fn a_guest_halted_for_long_is_back_before_its_time() {
    let mut bench = bench();
    bench.host.set_idle(true);
    bench.initialise_pic(TIMER_ONLY);
    // 23860 ticks: about 20 milliseconds.
    bench.out(0x43, 0x34).out(0x40, 0x34).out(0x40, 0x5D);
    bench.set_interrupts(true);
    bench.run();
    bench.cpu().then(|_| plain(reason::HLT));
    let stop = bench.machine.run(NO_END);
    let Stop::Halted {
        deadline_ns: Some(at),
    } = stop
    else {
        panic!("{stop:?}")
    };
    assert!((14_000_000..16_000_000).contains(&at), "{at}");
}

#[test]
fn hlt_without_anything_to_come_has_no_deadline() {
    let mut bench = bench();
    bench.initialise_pic(0xFFFF);
    bench.set_interrupts(false);
    bench.cpu().then(|_| plain(reason::HLT));
    let stop = bench.machine.run(NO_END);
    assert!(matches!(stop, Stop::Halted { .. }), "{stop:?}");
    let statistics = &bench.machine.control().statistics;
    assert!(statistics.halted_for_good.get());
    assert!(statistics.table().contains("HLT with interrupts disabled"));
    bench.machine.control().request(Requests::STOP);
    assert_eq!(bench.machine.run(NO_END), Stop::Stopped);
}

#[test]
fn a_single_step_ends_the_halt_it_stepped_over() {
    let mut bench = bench();
    bench.initialise_pic(0xFFFF);
    bench.cpu().system.insert(SystemRegister::Rflags, 0x102);
    let stop = bench.exit(plain(reason::HLT));
    assert_eq!(stop, Stop::Preempted, "entered again, not halted");
    assert_eq!(bench.cpu().delivered, [Event::fault(1)]);
}

#[test]
fn the_host_gets_the_cpu_when_it_wants_it() {
    let mut bench = bench();
    bench.cpu().then(|_| plain(reason::EXTERNAL_INTERRUPT));
    assert_eq!(bench.machine.run(NO_END), Stop::Preempted);
}

#[test]
fn a_slice_ends_when_the_host_says() {
    let mut bench = bench();
    bench.host.pass(1_000_000);
    bench.cpu().then(|cpu| {
        let left = cpu.slice_end - cpu.tsc;
        assert!((39_000_000..=40_000_000).contains(&left), "{left}");
        plain(reason::EXTERNAL_INTERRUPT)
    });
    assert_eq!(bench.machine.run(41_000_000), Stop::Preempted);
}

#[test]
fn output_waits_for_the_host_no_longer_than_a_tick() {
    let mut bench = bench();
    let left = |bench: &mut Bench| bench.cpu().slice_end - bench.cpu().tsc;
    for _ in 0..63 {
        bench.out(0xE9, b'.');
    }
    bench.cpu().then(|_| plain(reason::EXTERNAL_INTERRUPT));
    assert_eq!(bench.machine.run(40_000_000), Stop::Preempted);
    assert!(left(&mut bench) > 30_000_000, "little enough to wait for the end");
    for _ in 0..64 {
        bench.out(0xE9, b'.');
    }
    bench.cpu().then(|_| plain(reason::EXTERNAL_INTERRUPT));
    assert_eq!(bench.machine.run(40_000_000), Stop::Preempted);
    assert!(left(&mut bench) <= 4_000_000);
}
