//! Writes the C++ header of a Rust file: `headergen CBINDGEN_TOML SOURCE.rs HEADER.h`.
//!
//! A crate of its own, so that its version is locked with the workspace and nothing must be installed.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [config, source, header] = args.as_slice() else {
        eprintln!("usage: headergen CBINDGEN_TOML SOURCE.rs HEADER.h");
        return ExitCode::from(2);
    };
    let config = match cbindgen::Config::from_file(config) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("headergen: {config}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match cbindgen::Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
    {
        Ok(bindings) => {
            // An unchanged header is left alone, so that C++ is not recompiled.
            bindings.write_to_file(header);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("headergen: {source}: {error}");
            ExitCode::FAILURE
        }
    }
}
