//! How VMX instructions fail, with the SDM's numbers and names.

use core::fmt;

/// What a VMX instruction says through RFLAGS (SDM "Conventions", 31.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmFail {
    /// VMfailInvalid: there is no current VMCS that could hold an error number.
    Invalid,
    /// VMfailValid: the VM-instruction error field of the current VMCS holds the number.
    Valid,
}

/// A VMX instruction that failed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VmInstructionError {
    /// The instruction's mnemonic.
    pub instruction: &'static str,
    /// The VM-instruction error, unless it was a VMfailInvalid.
    pub number: Option<ErrorNumber>,
}

impl fmt::Display for VmInstructionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(
                f,
                "{} failed: error {} ({})",
                self.instruction,
                number.0,
                number.name()
            ),
            None => write!(
                f,
                "{} failed: VMfailInvalid (no current VMCS, or a bad operand)",
                self.instruction
            ),
        }
    }
}

/// A VM-instruction error number (SDM "VM Instruction Error Numbers", 31.4). Open: a later CPU may know more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorNumber(pub u32);

impl ErrorNumber {
    /// VMLAUNCH of a VMCS that is launched.
    pub const LAUNCH_NOT_CLEAR: Self = Self(4);
    /// VMRESUME of a VMCS that is not launched.
    pub const RESUME_NOT_LAUNCHED: Self = Self(5);
    /// The VM-execution, VM-exit or VM-entry control fields contradict the CPU or each other.
    pub const INVALID_CONTROL: Self = Self(7);
    /// The host-state fields contradict the CPU or each other.
    pub const INVALID_HOST_STATE: Self = Self(8);
    /// VMREAD or VMWRITE of a field this CPU does not have.
    pub const UNSUPPORTED_FIELD: Self = Self(12);

    /// The SDM's text for the number.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "VMCALL executed in VMX root operation",
            2 => "VMCLEAR with invalid physical address",
            3 => "VMCLEAR with VMXON pointer",
            4 => "VMLAUNCH with non-clear VMCS",
            5 => "VMRESUME with non-launched VMCS",
            6 => "VMRESUME after VMXOFF",
            7 => "VM entry with invalid control field(s)",
            8 => "VM entry with invalid host-state field(s)",
            9 => "VMPTRLD with invalid physical address",
            10 => "VMPTRLD with VMXON pointer",
            11 => "VMPTRLD with incorrect VMCS revision identifier",
            12 => "VMREAD/VMWRITE from/to unsupported VMCS component",
            13 => "VMWRITE to read-only VMCS component",
            15 => "VMXON executed in VMX root operation",
            16 => "VM entry with invalid executive-VMCS pointer",
            17 => "VM entry with non-launched executive VMCS",
            18 => "VM entry with executive-VMCS pointer not VMXON pointer",
            19 => "VMCALL with non-clear VMCS",
            20 => "VMCALL with invalid VM-exit control fields",
            22 => "VMCALL with incorrect MSEG revision identifier",
            23 => "VMXOFF under dual-monitor treatment of SMIs and SMM",
            24 => "VMCALL with invalid SMM-monitor features",
            25 => "VM entry with invalid VM-execution control fields in executive VMCS",
            26 => "VM entry with events blocked by MOV SS",
            28 => "invalid operand to INVEPT/INVVPID",
            _ => "number the SDM does not list",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_carries_number_and_name() {
        let error = VmInstructionError {
            instruction: "VMLAUNCH",
            number: Some(ErrorNumber(7)),
        };
        assert_eq!(
            error.to_string(),
            "VMLAUNCH failed: error 7 (VM entry with invalid control field(s))"
        );
        let error = VmInstructionError {
            instruction: "VMXON",
            number: None,
        };
        assert!(error.to_string().contains("VMfailInvalid"));
    }

    #[test]
    fn numbers_the_sdm_leaves_out_are_not_named() {
        for number in [0, 14, 21, 27, 29] {
            assert_eq!(ErrorNumber(number).name(), ErrorNumber(u32::MAX).name());
        }
    }
}
