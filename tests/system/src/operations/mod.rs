//! What the guest `bench` (userspace/guests/bench/) does again and again, and what each time takes: in a guest, on the bare machine,
//! and on the host's way from the exit to the next entry; [`budget`] says what it may take.

pub mod budget;
mod list;
mod measured;
mod path;
mod screen;

pub use list::{Operation, events, find, load};
pub use measured::{Cost, in_guest, on_bare_machine, paths};
pub use path::Path;
