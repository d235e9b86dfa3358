//! The fuzzers without cargo-fuzz, and what they share with it: the corpora.

use fuzz_targets::mutate::mutate;
use fuzz_targets::{TARGETS, Target, corpus, find, witness};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, io};
use vmx::cross_check::random::Random;

const USAGE: &str = "\
fuzz list                    the targets' names
fuzz mutate TARGET SECONDS   run mutations of the committed inputs, without coverage to guide them
fuzz run TARGET HEX          run one input
fuzz unpack TARGET FOLDER    write the committed inputs to a folder, as cargo-fuzz wants them
fuzz adopt TARGET FOLDER     commit to the inputs in a folder: add them to the corpus";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[&str]) -> io::Result<()> {
    witness::install();
    match *arguments {
        ["list"] => TARGETS.iter().for_each(|target| println!("{}", target.name)),
        ["mutate", name, seconds] => mutations(known(name)?, number(seconds)?)?,
        ["run", name, hex] => {
            let input =
                corpus::parse(hex).ok_or_else(|| io::Error::other("that is no hexadecimal number"))?;
            witness::run(known(name)?, &input);
        }
        ["unpack", name, folder] => unpack(known(name)?, folder)?,
        ["adopt", name, folder] => adopt(known(name)?, folder)?,
        _ => return Err(io::Error::other(format!("how to use it:\n{USAGE}"))),
    }
    Ok(())
}

fn known(name: &str) -> io::Result<&'static Target> {
    find(name).ok_or_else(|| io::Error::other(format!("there is no target '{name}'; 'list' lists them")))
}

fn number(text: &str) -> io::Result<u64> {
    text.parse()
        .map_err(|_| io::Error::other(format!("'{text}' is no number of seconds")))
}

fn mutations(target: &'static Target, seconds: u64) -> io::Result<()> {
    let corpus = corpus::read(target.name)?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random::new(Instant::now().elapsed().as_nanos() as u64 ^ u64::from(std::process::id()));
    let mut count = 0;
    while Instant::now() < end {
        witness::run(target, &mutate(&corpus, &mut random));
        count += 1;
    }
    println!("{}: {count} executions, no failure", target.name);
    Ok(())
}

fn unpack(target: &Target, folder: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, input) in corpus::read(target.name)?.iter().enumerate() {
        fs::write(format!("{folder}/committed-{number:03}"), input)?;
    }
    Ok(())
}

fn adopt(target: &Target, folder: &str) -> io::Result<()> {
    let committed = corpus::read(target.name)?;
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let input = fs::read(entry?.path())?;
        if !committed.contains(&input) {
            inputs.push(input);
        }
    }
    inputs.sort();
    inputs.dedup();
    corpus::append(target.name, &inputs)
}
