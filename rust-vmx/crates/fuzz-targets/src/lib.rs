//! Fuzz targets: each is a plain function from bytes to a run of one part of the hypervisor.
//!
//! The bytes decide what happens ([`input::Input`] reads them as choices); the function fails by panicking, be it the
//! part's own panic or a promise of the part that the target checks. What calls it with which bytes is not its business:
//!
//! * `fuzz/` at the workspace's root wraps each function for cargo-fuzz, which searches with the compiler's coverage;
//! * `tests/replay.rs` runs the committed inputs and mutations of them ([`mutate`]) with every `cargo test`;
//! * `src/bin/fuzz.rs` does the same for as long as one likes, where there is no cargo-fuzz.
//!
//! The committed inputs are in `corpus/`, a file of text per target: [`corpus`].

pub mod board;
pub mod bus;
pub mod checker;
pub mod corpus;
pub mod decoder;
pub mod definition;
pub mod devices;
pub mod input;
pub mod loaders;
pub mod machine;
pub mod mutate;
pub mod witness;

/// A target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What the command line calls it; also the name of its corpus and of its wrapper for cargo-fuzz.
    pub name: &'static str,
    /// Runs it. Panics if the part does, or breaks a promise.
    pub run: fn(&[u8]),
    /// How many mutations every run of the tests tries: about a second's worth without optimisation.
    pub mutations: u64,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("board", board::run, 8_000),
    target("bus", bus::run, 8_000),
    target("checker", checker::run, 800),
    target("debug_port", devices::debug_port, 50_000),
    target("decoder", decoder::run, 50_000),
    target("definition", definition::run, 50_000),
    target("dma", devices::dma, 50_000),
    target("elf", loaders::elf, 50_000),
    target("flat", loaders::flat, 200),
    target("ide", devices::ide, 30_000),
    target("kbc", devices::kbc, 40_000),
    target("machine", machine::run, 1_500),
    target("multiboot", loaders::multiboot, 400),
    target("pic", devices::pic, 50_000),
    target("pit", devices::pit, 40_000),
    target("power", devices::power, 50_000),
    target("rtc", devices::rtc, 40_000),
    target("uart", devices::uart, 50_000),
    target("vga", devices::vga, 8_000),
];

const fn target(name: &'static str, run: fn(&[u8]), mutations: u64) -> Target {
    Target { name, run, mutations }
}

/// The target of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs the target of this name: what the wrappers for cargo-fuzz call.
///
/// # Panics
/// If there is none, and if the target does.
pub fn run(name: &str, data: &[u8]) {
    let target = find(name).unwrap_or_else(|| panic!("there is no target {name}"));
    (target.run)(data);
}
