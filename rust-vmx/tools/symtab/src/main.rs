//! `symtab PROGRAM.elf TABLE [--strip PREFIX]...`: writes the table that the crate describes.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut paths = Vec::new();
    let mut prefixes = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--strip" {
            prefixes.extend(arguments.next());
        } else {
            paths.push(argument);
        }
    }
    let [program, output] = paths.as_slice() else {
        eprintln!("usage: symtab PROGRAM.elf TABLE [--strip PREFIX]...");
        return ExitCode::from(2);
    };
    match convert(program, output, &prefixes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("symtab: {program}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(program: &str, output: &str, prefixes: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let table = symtab::convert(&std::fs::read(program)?, prefixes)?;
    // An unchanged table is left alone, so that the program is not linked again.
    if std::fs::read(output).is_ok_and(|old| old == table) {
        return Ok(());
    }
    std::fs::write(output, table)?;
    Ok(())
}
