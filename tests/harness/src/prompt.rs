//! The shell's prompt.

/// The prompt of SWEB's pseudo-shell.
pub const PROMPT: &str = "SWEB: /> ";
