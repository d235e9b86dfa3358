//! Which emulator is the best one here, and why.

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::path::Path;

use crate::machine::EmulatorKind;

/// The emulator to use, with the reason in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The emulator.
    pub emulator: EmulatorKind,
    /// Why it is this one.
    pub reason: String,
}

/// QEMU with KVM when this machine's KVM gives its guests VMX, else Bochs, which emulates VMX and EPT.
pub fn choose() -> Choice {
    match nested_vmx() {
        Ok(()) => Choice {
            emulator: EmulatorKind::Kvm,
            reason: "QEMU with KVM, because /dev/kvm offers nested VMX".into(),
        },
        Err(why) => Choice {
            emulator: EmulatorKind::Bochs,
            reason: format!("Bochs, which emulates VMX and EPT, because {why}"),
        },
    }
}

/// The emulator that somebody asked for, with what will not work in it here.
pub fn asked_for(emulator: EmulatorKind) -> Choice {
    let lacks = match emulator {
        EmulatorKind::Bochs => None,
        EmulatorKind::Qemu => Some("it has no VMX: vmrun refuses guests".into()),
        EmulatorKind::Kvm => nested_vmx()
            .err()
            .map(|why| format!("vmrun refuses guests: {why}")),
    };
    Choice {
        emulator,
        reason: as_asked(emulator, lacks),
    }
}

fn as_asked(emulator: EmulatorKind, lacks: Option<String>) -> String {
    let name = match emulator {
        EmulatorKind::Bochs => "Bochs",
        EmulatorKind::Qemu => "QEMU without KVM",
        EmulatorKind::Kvm => "QEMU with KVM",
    };
    lacks.map_or_else(
        || format!("{name}, as asked for"),
        |lacks| format!("{name}, as asked for, but {lacks}"),
    )
}

/// How to get nested VMX. A module that is loaded takes no parameters from a second `modprobe`: it has to go first.
fn no_nested_vmx(kvm_intel_is_loaded: bool) -> String {
    if kvm_intel_is_loaded {
        "/dev/kvm offers no nested VMX. With no VM running, \
         `sudo modprobe -r kvm_intel && sudo modprobe kvm_intel nested=1 ept=1` switches it on, and the line \
         `options kvm_intel nested=1 ept=1` in /etc/modprobe.d/kvm.conf does so at each boot"
            .into()
    } else {
        "/dev/kvm offers no VMX, because it is not the module kvm_intel's (AMD's SVM is another thing)".into()
    }
}

fn nested_vmx() -> Result<(), String> {
    let kvm = OpenOptions::new().read(true).write(true).open("/dev/kvm");
    let kvm = kvm.map_err(|error| format!("/dev/kvm cannot be used ({error})"))?;
    match kvm_offers_vmx(&kvm) {
        Some(true) => Ok(()),
        Some(false) => Err(no_nested_vmx(Path::new("/sys/module/kvm_intel").exists())),
        None => Err("/dev/kvm does not say what it supports".into()),
    }
}

const MAX_ENTRIES: usize = 256;

/// `struct kvm_cpuid2` of Linux's KVM interface, with its entries.
#[repr(C)]
struct SupportedCpuid {
    count: u32,
    padding: u32,
    entries: [CpuidEntry; MAX_ENTRIES],
}

/// `struct kvm_cpuid_entry2`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct CpuidEntry {
    function: u32,
    index: u32,
    flags: u32,
    eax: u32,
    ebx: u32,
    ecx: u32,
    edx: u32,
    padding: [u32; 3],
}

/// CPUID leaf 1, ECX bit 5 of what KVM would give a guest.
fn kvm_offers_vmx(kvm: &File) -> Option<bool> {
    /// `_IOWR(KVMIO, 0x05, struct kvm_cpuid2)`; the size is that of the structure without entries.
    const KVM_GET_SUPPORTED_CPUID: std::ffi::c_ulong = 0xC008_AE05;
    unsafe extern "C" {
        fn ioctl(fd: std::ffi::c_int, request: std::ffi::c_ulong, ...) -> std::ffi::c_int;
    }
    let mut cpuid = SupportedCpuid {
        count: MAX_ENTRIES as u32,
        padding: 0,
        entries: [CpuidEntry::default(); MAX_ENTRIES],
    };
    // SAFETY: the file descriptor is open, and `cpuid` has the layout that the request documents, with room for the
    // `count` entries it announces; KVM writes no more than those.
    let result = unsafe { ioctl(kvm.as_raw_fd(), KVM_GET_SUPPORTED_CPUID, &raw mut cpuid) };
    if result < 0 {
        return None;
    }
    let entries = cpuid.entries.iter().take(cpuid.count as usize);
    Some(
        entries
            .filter(|entry| entry.function == 1)
            .any(|entry| entry.ecx & 1 << 5 != 0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// While the module is loaded `modprobe` leaves it as it is, and says nothing.
    #[test]
    fn the_module_is_unloaded_before_it_gets_a_parameter() {
        let remedy = no_nested_vmx(true);
        let unload = remedy.find("modprobe -r kvm_intel");
        let load = remedy.find("modprobe kvm_intel nested=1");
        assert!(unload.is_some() && unload < load, "{remedy}");
        assert!(
            remedy.contains("`options kvm_intel nested=1 ept=1` in /etc/modprobe.d/"),
            "{remedy}"
        );
        assert!(!no_nested_vmx(false).contains("modprobe"));
    }

    #[test]
    fn an_emulator_that_was_asked_for_is_named_with_what_it_lacks() {
        assert_eq!(as_asked(EmulatorKind::Bochs, None), "Bochs, as asked for");
        let kvm = as_asked(EmulatorKind::Kvm, Some(no_nested_vmx(true)));
        assert!(
            kvm.starts_with("QEMU with KVM, as asked for, but /dev/kvm offers no nested VMX"),
            "{kvm}"
        );
        assert!(asked_for(EmulatorKind::Qemu).reason.contains("no VMX"));
    }
}
