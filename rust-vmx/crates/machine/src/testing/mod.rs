//! Stand-ins for memory, host and CPU in this crate's tests.

mod cpu;
mod host;
mod machine;
mod ram;

pub use cpu::{FakeCpu, exit, instruction};
pub use host::FakeHost;
pub use machine::{Bench, bench, bench_with};
pub use ram::Ram;
