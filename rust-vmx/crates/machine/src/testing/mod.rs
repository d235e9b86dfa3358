//! Stand-ins for memory, host and CPU, in the tests of this crate and of those that ask for the feature `testing`.

mod cpu;
mod exit;
mod host;
mod image;
mod machine;
mod ram;

pub use cpu::FakeCpu;
pub use exit::{Exit, ScriptedExit, exit, plain};
pub use host::FakeHost;
pub use machine::{Bench, NO_END, bench, bench_with};
pub use ram::Ram;
