//! Tests that boot the whole system and use it as a person would, in `tests/system/`; the course's milestones
//! ([`milestones`]) say which of them show what; [`steps`] holds what several of them do; [`operations`] counts what a guest's cost; [`elf`] builds files that lie;
//! [`kernel`] reads variables of a running kernel;
//! [`contents`] takes disks apart, and [`churn`] knows what a program leaves there when the power is cut.

pub mod churn;
pub mod contents;
pub mod elf;
pub mod kernel;
pub mod milestones;
pub mod operations;
pub mod random;
pub mod steps;
