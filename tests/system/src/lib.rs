//! Tests that boot the whole system and use it as a person would, in `tests/system/`; the course's milestones
//! ([`milestones`]) say which of them show what; [`steps`] holds what several of them do.

pub mod milestones;
pub mod steps;
