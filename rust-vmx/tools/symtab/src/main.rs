//! `symtab PROGRAM.elf TABLE [--source DIRECTORY]...`: writes the table that the crate describes.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut paths = Vec::new();
    let mut roots = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--source" {
            roots.extend(arguments.next());
        } else {
            paths.push(argument);
        }
    }
    let [program, output] = paths.as_slice() else {
        eprintln!("usage: symtab PROGRAM.elf TABLE [--source DIRECTORY]...");
        return ExitCode::from(2);
    };
    match convert(program, output, &roots) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("symtab: {program}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(program: &str, output: &str, roots: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let table = symtab::convert(&std::fs::read(program)?, roots)?;
    // An unchanged table is left alone, so that the program is not linked again.
    if std::fs::read(output).is_ok_and(|old| old == table) {
        return Ok(());
    }
    std::fs::write(output, table)?;
    Ok(())
}
