//! Every target runs its committed inputs, and mutations of them: what a fuzzer does without the compiler's coverage.

use fuzz_targets::mutate::mutate;
use fuzz_targets::{TARGETS, Target, corpus, witness};
use libtest_mimic::{Arguments, Failed, Trial};
use std::panic::catch_unwind;
use vmx::cross_check::random::Random;

/// What mutations start from, unless the environment names another.
const SEED: u64 = 0x5EB;

fn main() {
    let arguments = Arguments::from_args();
    witness::install();
    let trials = TARGETS
        .iter()
        .map(|target| Trial::test(target.name, move || replay(target)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn replay(target: &'static Target) -> Result<(), Failed> {
    catch_unwind(|| run(target)).map_err(|_| "see the panic above, and the input below it")?
}

fn run(target: &'static Target) -> Result<(), Failed> {
    let corpus = corpus::read(target.name)?;
    for input in &corpus {
        witness::run(target, input);
    }
    let mut random = Random::new(counts::seed(SEED));
    let mutations = target.mutations * counts::scale();
    for _ in 0..mutations {
        witness::run(target, &mutate(&corpus, &mut random));
    }
    counts::add("fuzz executions", corpus.len() as u64 + mutations);
    Ok(())
}
