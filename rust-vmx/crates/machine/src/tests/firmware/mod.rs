//! The BIOS: what a program finds when it calls it, a file per interrupt. What is expected comes from the references that the firmware's
//! files name.

mod clock;
mod diskettes;
mod disks;
mod keyboard;
mod keys;
mod program;
mod serial;
mod system;
mod video;
mod virtual_8086;
