//! The families of hostile guests, as one test program: a test for each guest.

mod breakpoints;
mod cpu;
mod cycles;
mod debugging;
mod delivery;
mod devices;
mod disk;
mod events;
mod fairness;
mod fast_calls;
mod firmware;
mod fresh_memory;
mod interrupts;
mod isolation;
mod keyboard;
mod memory;
mod msrs;
mod paging;
mod ports;
mod privilege;
mod reasons;
mod recursion;
mod registers;
mod shadows;
mod strings;
mod tables;
mod tasks;
mod time;
mod traps;
mod virtualization;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let families = [
        breakpoints::family(),
        cpu::family(),
        debugging::family(),
        delivery::family(),
        devices::family(),
        disk::family(),
        events::family(),
        fast_calls::family(),
        firmware::family(),
        interrupts::family(),
        isolation::family(),
        memory::family(),
        msrs::family(),
        paging::family(),
        ports::family(),
        privilege::family(),
        registers::family(),
        shadows::family(),
        strings::family(),
        tables::family(),
        tasks::family(),
        time::family(),
        traps::family(),
        traps::bare(),
        virtualization::family(),
    ];
    // In turns, so that two threads boot two families rather than wait for one.
    let mut queues: Vec<_> = families
        .iter()
        .map(|family| family.trials().into_iter())
        .collect();
    // Those that boot a host each come first.
    let mut trials: Vec<Trial> = [
        isolation::trials(),
        fairness::trials(),
        fresh_memory::trials(),
        cycles::trials(),
        reasons::trials(),
        keyboard::trials(),
        firmware::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    loop {
        let before = trials.len();
        trials.extend(queues.iter_mut().filter_map(Iterator::next));
        if trials.len() == before {
            break;
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
