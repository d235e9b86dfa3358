//! The whole system, booted in an emulator and used through its shell.

mod boot;
mod demo;
mod disk;
mod guests;
mod no_vmx;
mod own_guest;
mod programs;
mod shell;
