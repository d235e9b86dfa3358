//! Whether VMX can be used: CPUID and IA32_FEATURE_CONTROL (SDM "Discovering Support for VMX", 24.6, and "Enabling and Entering
//! VMX Operation", 24.7).

use crate::cpuid;
use crate::instructions as cpu;
use crate::msr;
use core::fmt;

const LOCK: u64 = 1 << 0;
const VMX_OUTSIDE_SMX: u64 = 1 << 2;

/// What IA32_FEATURE_CONTROL allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureControl {
    /// VMXON will work.
    Enabled,
    /// The firmware left the register open: with this value written, VMXON will work.
    Open(u64),
    /// The firmware locked the register with VMX off; only a reset opens it.
    LockedOff,
}

impl FeatureControl {
    /// Interprets the MSR's value. VMX inside SMX operation (bit 1) is left as it is: the kernel is not launched by SENTER.
    #[must_use]
    pub const fn from_msr(value: u64) -> Self {
        match (value & LOCK != 0, value & VMX_OUTSIDE_SMX != 0) {
            (true, true) => Self::Enabled,
            (true, false) => Self::LockedOff,
            (false, _) => Self::Open(value | LOCK | VMX_OUTSIDE_SMX),
        }
    }
}

/// Why VMX is not there, with the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVmx {
    /// CPUID.1:ECX.VMX\[5\] is 0.
    NotInCpuid {
        /// CPUID.1:ECX\[31\]: the "CPU" is a virtual one.
        virtual_cpu: bool,
        /// The vendor string.
        vendor: [u8; 12],
    },
    /// IA32_FEATURE_CONTROL is locked without bit 2.
    LockedOff,
}

impl fmt::Display for NoVmx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInCpuid { virtual_cpu, vendor } => {
                f.write_str("this CPU has no VMX: CPUID.1:ECX.VMX[5] is 0; ")?;
                match (virtual_cpu, vendor) {
                    (_, b"AuthenticAMD") => f.write_str("AMD's SVM is not supported; use `make bochs`"),
                    (true, _) => f.write_str(
                        "this is a virtual machine: use `make bochs`, or `make kvm` with nested VMX on the host; there, with \
                         no VM running, `sudo modprobe -r kvm_intel && sudo modprobe kvm_intel nested=1 ept=1` switches it on, and \
                         the line `options kvm_intel nested=1 ept=1` in /etc/modprobe.d/kvm.conf does so at each boot",
                    ),
                    (false, _) => f.write_str("use `make bochs`, or a CPU with VT-x and EPT"),
                }
            }
            Self::LockedOff => f.write_str(
                "VMX is locked off: IA32_FEATURE_CONTROL has the lock bit 0 set and bit 2 (VMX outside SMX) clear; \
                 switch on \"Intel Virtualization Technology\" in the BIOS setup, or use `make bochs`",
            ),
        }
    }
}

/// Looks at CPUID and IA32_FEATURE_CONTROL; changes nothing.
///
/// # Safety
/// Ring 0.
pub(crate) unsafe fn check() -> Result<FeatureControl, NoVmx> {
    if !cpuid::has_vmx() {
        let virtual_cpu = cpuid::is_virtual();
        return Err(NoVmx::NotInCpuid {
            virtual_cpu,
            vendor: cpuid::vendor(),
        });
    }
    // SAFETY: the MSR exists where CPUID.1:ECX.VMX is set (SDM volume 4, table 2-2, 3AH).
    match FeatureControl::from_msr(unsafe { cpu::rdmsr(msr::IA32_FEATURE_CONTROL) }) {
        FeatureControl::LockedOff => Err(NoVmx::LockedOff),
        usable => Ok(usable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_as_firmware_leaves_it() {
        assert_eq!(FeatureControl::from_msr(5), FeatureControl::Enabled);
        assert_eq!(FeatureControl::from_msr(0), FeatureControl::Open(5));
        assert_eq!(FeatureControl::from_msr(2), FeatureControl::Open(7));
        assert_eq!(FeatureControl::from_msr(4), FeatureControl::Open(5));
        assert_eq!(FeatureControl::from_msr(1), FeatureControl::LockedOff);
        assert_eq!(FeatureControl::from_msr(3), FeatureControl::LockedOff);
    }

    #[test]
    fn each_message_names_the_bit_and_a_remedy() {
        let intel = *b"GenuineIntel";
        let messages = [
            NoVmx::NotInCpuid {
                virtual_cpu: true,
                vendor: intel,
            }
            .to_string(),
            NoVmx::NotInCpuid {
                virtual_cpu: false,
                vendor: intel,
            }
            .to_string(),
            NoVmx::NotInCpuid {
                virtual_cpu: true,
                vendor: *b"AuthenticAMD",
            }
            .to_string(),
            NoVmx::LockedOff.to_string(),
        ];
        for message in &messages {
            assert!(
                message.contains("make bochs") && message.contains("bit 2") || message.contains("VMX[5]")
            );
            assert!(!message.contains('\n'));
        }
        // A module that is loaded takes no parameters.
        let unload = messages[0].find("modprobe -r kvm_intel");
        assert!(unload.is_some() && unload < messages[0].find("modprobe kvm_intel nested=1"));
        assert!(messages[0].contains("`options kvm_intel nested=1"));
    }
}
