//! Whole machines on the bench, a file per family of exits.

mod disks;
mod ends;
mod firmware;
mod interrupts;
mod memory;
mod ports;
mod registers;
mod slices;
mod typing;
