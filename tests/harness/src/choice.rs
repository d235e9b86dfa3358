//! Which emulator is the best one here, and why.

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;

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

fn nested_vmx() -> Result<(), String> {
    let kvm = OpenOptions::new().read(true).write(true).open("/dev/kvm");
    let kvm = kvm.map_err(|error| format!("/dev/kvm cannot be used ({error})"))?;
    match kvm_offers_vmx(&kvm) {
        Some(true) => Ok(()),
        Some(false) => Err("/dev/kvm offers no nested VMX (on Intel CPUs: kvm_intel nested=1)".into()),
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
