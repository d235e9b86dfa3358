//! The control words: their bits by name (`bits`) and, in [`policy`], one table per word that says what this hypervisor wants
//! of each and why. [`decide`] brings the two together with what the CPU allows.

mod bits;
pub mod policy;

pub use bits::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};

use alloc::string::String;
use bitflags::Flags;
use core::fmt::{self, Write as _};

/// What a capability MSR says about a control word (SDM appendix A.2, "Reserved Controls and Default Settings"): bits 31:0
/// are the allowed 0-settings (a 1 there must be 1), bits 63:32 the allowed 1-settings (a 0 there must be 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Bits that must be 1.
    pub must_be_one: u32,
    /// Bits that may be 1.
    pub may_be_one: u32,
}

impl Allowed {
    /// Splits the MSR's value.
    #[must_use]
    pub const fn from_msr(value: u64) -> Self {
        Self {
            must_be_one: value as u32,
            may_be_one: (value >> 32) as u32,
        }
    }
}

/// A control word.
pub trait ControlWord: Flags<Bits = u32> + Copy {
    /// Its name in the SDM.
    const NAME: &'static str;
}

/// What the hypervisor wants of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It does not work without.
    Required,
    /// Set when the CPU offers it.
    Wanted,
    /// Must be clear: the code does not expect what it causes.
    Forbidden,
}

/// One row of a policy table.
#[derive(Clone, Copy, Debug)]
pub struct Rule<W> {
    /// The control, one bit.
    pub control: W,
    /// What is wanted of it.
    pub need: Need,
    /// Why.
    pub reason: &'static str,
}

/// A control that the CPU cannot set as required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlError {
    word: &'static str,
    control: String,
    bit: u32,
    need: Need,
    reason: &'static str,
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cannot = if self.need == Need::Forbidden {
            "cannot clear"
        } else {
            "lacks"
        };
        let Self {
            word,
            control,
            bit,
            reason,
            ..
        } = self;
        write!(
            f,
            "the CPU {cannot} the {word} control {control} (bit {bit}): {reason}"
        )
    }
}

/// Decides a control word: what `rules` say, within what the CPU allows. Bits no rule names are left as the CPU wants them:
/// 1 where they must be, else 0.
pub fn decide<W: ControlWord + 'static>(rules: &[Rule<W>], allowed: Allowed) -> Result<W, ControlError> {
    let mut word = allowed.must_be_one;
    for rule in rules {
        let bit = rule.control.bits();
        let possible = match rule.need {
            Need::Required | Need::Wanted => allowed.may_be_one & bit == bit,
            Need::Forbidden => allowed.must_be_one & bit == 0,
        };
        match (rule.need, possible) {
            (Need::Required | Need::Wanted, true) => word |= bit,
            (Need::Wanted, false) | (Need::Forbidden, true) => {}
            (Need::Required | Need::Forbidden, false) => {
                return Err(ControlError {
                    word: W::NAME,
                    control: spell(rule.control),
                    bit: bit.trailing_zeros(),
                    need: rule.need,
                    reason: rule.reason,
                });
            }
        }
    }
    Ok(W::from_bits_retain(word))
}

/// The control's name as the SDM spells it, more or less: `EXTERNAL_INTERRUPT_EXITING` becomes "external interrupt exiting".
fn spell<W: ControlWord + 'static>(control: W) -> String {
    let mut text = String::new();
    for (name, _) in control.iter_names() {
        for letter in name.chars() {
            // Writing to a String cannot fail.
            let _ = text.write_char(if letter == '_' {
                ' '
            } else {
                letter.to_ascii_lowercase()
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bochs 2.7, corei7_skylake_x, from its capability MSRs.
    const PIN: Allowed = Allowed {
        must_be_one: 0x16,
        may_be_one: 0x7F,
    };
    const PRIMARY: Allowed = Allowed {
        must_be_one: 0x0400_6172,
        may_be_one: 0xF7F9_FFFE,
    };
    const SECONDARY: Allowed = Allowed {
        must_be_one: 0,
        may_be_one: 0x0217_7FFF,
    };
    const EXIT: Allowed = Allowed {
        must_be_one: 0x36DFB,
        may_be_one: 0x7F_FFFF,
    };
    const ENTRY: Allowed = Allowed {
        must_be_one: 0x11FB,
        may_be_one: 0xFFFF,
    };

    #[test]
    fn bochs_satisfies_every_table() {
        let pin = decide(policy::PIN, PIN).unwrap();
        assert!(pin.contains(PinControls::EXTERNAL_INTERRUPT_EXITING | PinControls::PREEMPTION_TIMER));
        let primary = decide(policy::PRIMARY, PRIMARY).unwrap();
        assert!(!primary.intersects(PrimaryControls::CR3_LOAD_EXITING | PrimaryControls::CR3_STORE_EXITING));
        let secondary = decide(policy::SECONDARY, SECONDARY).unwrap();
        assert!(secondary.contains(SecondaryControls::EPT | SecondaryControls::UNRESTRICTED_GUEST));
        let exit = decide(policy::EXIT, EXIT).unwrap();
        assert_eq!(exit.bits() & EXIT.must_be_one, EXIT.must_be_one);
        let entry = decide(policy::ENTRY, ENTRY).unwrap();
        assert!(!entry.contains(EntryControls::IA32E_MODE_GUEST));
    }

    #[test]
    fn without_the_true_msr_the_cr3_exits_cannot_be_cleared_and_the_error_says_so() {
        let old = Allowed {
            must_be_one: 0x0401_E172,
            ..PRIMARY
        };
        let error = decide(policy::PRIMARY, old).unwrap_err().to_string();
        assert!(
            error.contains("cannot clear the primary processor-based control cr3 load exiting (bit 15)"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_requirement_is_named_with_its_bit() {
        let no_ept = Allowed {
            may_be_one: SECONDARY.may_be_one & !2,
            ..SECONDARY
        };
        let error = decide(policy::SECONDARY, no_ept).unwrap_err().to_string();
        assert!(
            error.starts_with("the CPU lacks the secondary processor-based control ept (bit 1): "),
            "{error}"
        );
    }

    #[test]
    fn a_missing_wish_is_no_error() {
        let no_vpid = Allowed {
            may_be_one: SECONDARY.may_be_one & !(1 << 5),
            ..SECONDARY
        };
        let word = decide(policy::SECONDARY, no_vpid).unwrap();
        assert!(!word.contains(SecondaryControls::VPID));
    }

    #[test]
    fn every_rule_names_one_known_bit_and_no_bit_twice() {
        fn check<W: ControlWord + 'static>(rules: &[Rule<W>]) {
            let mut seen = 0;
            for rule in rules {
                let bit = rule.control.bits();
                assert_eq!(bit.count_ones(), 1);
                assert_eq!(seen & bit, 0, "{} bit {}", W::NAME, bit.trailing_zeros());
                assert!(!spell(rule.control).is_empty());
                seen |= bit;
            }
        }
        check(policy::PIN);
        check(policy::PRIMARY);
        check(policy::SECONDARY);
        check(policy::EXIT);
        check(policy::ENTRY);
    }
}
