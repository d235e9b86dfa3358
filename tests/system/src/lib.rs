//! Tests that boot the whole system and use it as a person would, in `tests/system/`; the course's milestones
//! ([`milestones`]) say which of them show what; [`steps`] holds what several of them do; [`elf`] builds files that lie.

pub mod elf;
pub mod milestones;
pub mod steps;
