//! What the guest `bench` (userspace/guests/bench/) does again and again, and what each time takes: in a guest, on the bare machine,
//! and on the host's way from the exit to the next entry.

mod list;
mod path;
mod ticks;

pub use list::{Operation, find, load};
pub use path::{Path, paths};
pub use ticks::{Ticks, in_guest, on_bare_machine};
