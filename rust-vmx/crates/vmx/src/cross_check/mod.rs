//! The VM-entry checker against the CPU: a good VMCS is mutated at random, the CPU enters it, and its verdict is compared with the one
//! of [`crate::check`], which knows the SDM only. It runs on any CPU with VMX, on a developer's machine as well as in an emulator.
//!
//! 1. [`states`]: the good states, one for every mode.
//! 2. [`mutation`]: what is changed.
//! 3. [`containment`]: what may be entered without harm to the host.
//! 4. `lab`: entering, and putting everything back. What is judged is what the VMCS holds, not what was written to it.
//! 5. [`expectation`]: what the checker's findings mean for the CPU's verdict.
//! 6. [`known`]: where a CPU is known to differ, and the paragraph of the SDM that decides.
//!
//! All but `lab` is plain code over plain values and is tested on the developer's machine.

pub mod containment;
pub mod encodings;
pub mod expectation;
pub mod fields;
mod held;
pub mod known;
mod lab;
pub mod mutation;
pub mod places;
pub mod random;
pub mod report;
pub mod states;
#[cfg(test)]
mod tests;
pub mod verdict;

use crate::frames::Frames;
use crate::interrupts::InterruptsOff;
use crate::root::Root;
use crate::vcpu::EntryError;
use alloc::sync::Arc;
use expectation::Expectation;
use lab::Lab;
use mutation::{Mutation, Mutator};
use random::Random;
use report::Report;
use states::State;
use verdict::Verdict;

/// Mutations between two moments with interrupts enabled: some ten thousand instructions each.
const SLICE: u64 = 8;

/// Tries `count` mutations. Between slices interrupts are as the caller has them, and the run ends early when `go_on` says so.
pub fn compare<F: Frames + Clone>(
    root: &Arc<Root<F>>,
    count: u64,
    seed: u64,
    mut go_on: impl FnMut() -> bool,
) -> Result<Report, EntryError> {
    let mut lab = Lab::new(root)?;
    let mut report = Report::new(seed, root.capabilities());
    report.encodings = encodings::compare(&mut lab)?;
    let states = states::all(root.capabilities(), lab.places());
    for state in &states {
        confirm(&mut lab, state, &mut report)?;
    }
    let mut random = Random::new(seed);
    while report.tried() < count && go_on() {
        let Some(state) = states.get(random.below(states.len())) else {
            break;
        };
        slice(&mut lab, state, &mut random, &mut report)?;
    }
    Ok(report)
}

/// A state that does not enter unmutated makes every comparison with it worthless.
fn confirm<F: Frames + Clone>(
    lab: &mut Lab<F>,
    state: &State,
    report: &mut Report,
) -> Result<(), EntryError> {
    let _interrupts = InterruptsOff::new();
    lab.begin(state)?;
    let expected = Expectation::of(lab);
    // SAFETY: a good state: the timer is 0, all memory is the experiment's. Interrupts are disabled.
    let verdict = unsafe { lab.enter(&[]) }?;
    lab.end();
    if verdict != Verdict::Entered || !expected.agrees(verdict) {
        report.bad_state(state.name, verdict, &expected);
    }
    Ok(())
}

fn slice<F: Frames + Clone>(
    lab: &mut Lab<F>,
    state: &State,
    random: &mut Random,
    report: &mut Report,
) -> Result<(), EntryError> {
    let fields = lab.fields().clone();
    let scratch = lab.places().scratch().to_vec();
    let mutator = Mutator::new(&fields, crate::cpuid::physical_address_bits(), &scratch);
    let _interrupts = InterruptsOff::new();
    lab.begin(state)?;
    for _ in 0..SLICE {
        let (first, second) = mutator.choose(random, lab.good());
        let pair = [first, second.unwrap_or(first)];
        let mutations = if second.is_some() { &pair[..] } else { &pair[..1] };
        attempt(lab, state, mutations, report)?;
    }
    lab.end();
    Ok(())
}

fn attempt<F: Frames + Clone>(
    lab: &mut Lab<F>,
    state: &State,
    mutations: &[Mutation],
    report: &mut Report,
) -> Result<(), EntryError> {
    lab.apply(mutations)?;
    let expected = Expectation::of(lab);
    if expected.may_be_entered(report.known(), lab.image(), lab.good(), lab.places()) {
        // SAFETY: so `containment` says, or the CPU refuses before it matters. Interrupts are disabled.
        let verdict = unsafe { lab.enter(mutations) }?;
        report.add(state.name, mutations, verdict, &expected, lab.image());
    } else {
        report.not_entered += 1;
    }
    lab.undo(mutations)?;
    Ok(())
}
