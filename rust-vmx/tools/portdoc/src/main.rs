//! Brings the tables of PORTING.md up to date; to be run in the folder rust-vmx.

use std::fs::{read_to_string, write};
use std::process::ExitCode;

const PAGE: &str = "PORTING.md";
const SOURCE: &str = "crates/sweb-vmx/src/ffi.rs";
const HINTS: &str = "tools/portdoc/public-sweb.txt";

fn update() -> Result<(), String> {
    let read = |path| read_to_string(path).map_err(|error| format!("{path}: {error}"));
    let page = portdoc::with_tables(&read(PAGE)?, &read(SOURCE)?, &read(HINTS)?)?;
    write(PAGE, page).map_err(|error| format!("{PAGE}: {error}"))
}

fn main() -> ExitCode {
    match update() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("portdoc: {problem}");
            ExitCode::FAILURE
        }
    }
}
