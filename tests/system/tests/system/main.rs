//! The whole system, booted in an emulator and used through its shell.

mod bad_guests;
mod bare_host;
mod barriers;
mod boot;
mod budgets;
mod demo;
mod disk;
mod disk_errors;
mod exhaustion;
mod guests;
mod hostile_disks;
mod hostile_kernels;
mod lone_guest;
mod no_vmx;
mod own_guest;
mod pages;
mod power_cuts;
mod programs;
mod sessions;
mod shell;
mod side_by_side;
mod system_calls;
mod typing;
mod vm_check;
mod vm_entry;
mod vm_tools;
