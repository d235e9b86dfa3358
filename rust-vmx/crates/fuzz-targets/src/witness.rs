//! Whoever sees a run panic must be able to have it again: the panic's message is followed by the input.

use crate::{Target, corpus};
use std::cell::RefCell;
use std::panic;

thread_local! {
    static RUNNING: RefCell<Option<(&'static str, Vec<u8>)>> = const { RefCell::new(None) };
}

/// From now on a panic inside [`run`] prints the input it ran.
pub fn install() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        usual(info);
        RUNNING.with_borrow(|running| {
            if let Some((name, input)) = running {
                eprintln!(
                    "the input; './x fuzz {name} --run HEX' runs it again:\n{}",
                    corpus::line(input)
                );
            }
        });
    }));
}

/// Runs a target.
pub fn run(target: &'static Target, input: &[u8]) {
    RUNNING.set(Some((target.name, input.to_vec())));
    (target.run)(input);
    RUNNING.set(None);
}
