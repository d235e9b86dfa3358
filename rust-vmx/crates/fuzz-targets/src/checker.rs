//! The checker of VM entries over any VMCS, any CPU and any memory.

use crate::input::Input;
use vmx::addr::Hpa;
use vmx::capability::Capabilities;
use vmx::check::{
    EntryCapabilities, PhysicalMemory, Remedy, Situation, Violation, VmcsImage, check, explain, violations,
};
use vmx::cross_check::places::Places;
use vmx::cross_check::states;
use vmx::field::{AnyField, control, guest, host};

/// Memory whose content depends on the address alone.
struct Memory(u64);

impl PhysicalMemory for Memory {
    fn read(&self, address: Hpa) -> Option<u64> {
        let mixed = (address.0 ^ self.0).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // Lists of MSRs mostly hold MSRs that can be loaded, and some memory cannot be read.
        match mixed >> 62 {
            0 => None,
            1 => Some(mixed),
            _ => Some(0xC000_0102),
        }
    }
}

/// A CPU: everything that exists, less what the input takes away.
fn cpu(input: &mut Input<'_>) -> EntryCapabilities {
    let mut less = [0; 4];
    for word in &mut less {
        *word = input.magnitude();
    }
    let missing = |number: u32| less[number as usize % less.len()];
    let vmx = Capabilities::from_msrs(|number| everything(number) & !missing(number));
    let widths = if input.byte() & 1 == 0 {
        48 << 8 | 39
    } else {
        57 << 8 | 52
    };
    EntryCapabilities::new(vmx, |leaf, _| match leaf {
        0x8000_0000 => [0x8000_0008, 0, 0, 0],
        0x8000_0008 => [widths, 0, 0, 0],
        0 => [0x1C, 0, 0, 0],
        _ => [!missing(leaf) as u32; 4],
    })
}

/// The capability MSRs of a CPU with every control: allowed 1-settings in the upper half of the control words.
const fn everything(number: u32) -> u64 {
    match number {
        0x480 => 0x00D8_1000_0000_002B,
        0x48D => 0xFFFF_FFFF_0000_0016,
        0x48E => 0xFFFF_FFFF_0400_6172,
        0x48F => 0xFFFF_FFFF_0003_6DFB,
        0x490 => 0xFFFF_FFFF_0000_11FB,
        0x485 => 0x6004_01E0,
        0x486 => 0x8000_0021,
        0x487 => 0xFFFF_FFFF,
        0x488 => 0x2000,
        0x48B => 0xFFFF_FFFF_0000_0000,
        _ => u64::MAX,
    }
}

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let cpu = cpu(&mut input);
    let memory = Memory(input.magnitude());
    let mut vmcs = start(&cpu, &mut input);
    while !input.is_empty() {
        change(&mut vmcs, &mut input);
    }
    let situation = Situation {
        region: Some(Hpa(0x1000)),
        ..Situation::new(&vmcs, &cpu, &memory)
    };
    let found: Vec<_> = violations(&situation).collect();
    assert_eq!(check(&situation).err(), found.first().copied());
    for violation in &found {
        assert!(violation.seen().count() > 0 || violation.msr_entry().is_some());
        assert!(violation.seen().all(|seen| vmcs.raw(seen.field) == seen.value));
        mend(&vmcs, &situation, violation);
    }
    let mut text = String::new();
    explain(&situation, &mut text).expect("a string takes all");
    let verdict = text.lines().last().unwrap_or_default();
    assert_eq!(verdict.starts_with("all"), found.is_empty(), "{verdict}");
}

/// One of the good states, for a CPU as it is.
fn start(cpu: &EntryCapabilities, input: &mut Input<'_>) -> VmcsImage {
    let states = states::all(&cpu.vmx, &Places::default());
    let mut vmcs = VmcsImage::default();
    if let Some(state) = states.get(usize::from(input.byte())) {
        for (field, value) in &state.fields {
            vmcs.set_raw(*field, *value);
        }
    }
    vmcs
}

/// A field gets another value.
fn change(vmcs: &mut VmcsImage, input: &mut Input<'_>) {
    let choice = input.byte();
    let list = [control::ALL, guest::ALL, guest::ALL, host::ALL][usize::from(choice & 3)];
    let field = AnyField(input.pick(list).0);
    let old = vmcs.raw(field);
    let value = match choice >> 2 & 7 {
        0..=2 => old ^ input.magnitude(),
        3 => old | input.magnitude(),
        4 => old & !input.magnitude(),
        5 => input.magnitude(),
        6 => input.magnitude().wrapping_neg(),
        _ => input.quad(),
    };
    vmcs.set_raw(field, value);
}

/// A remedy that names a value helps: with it, the rule does not find the same again.
fn mend(vmcs: &VmcsImage, situation: &Situation<'_>, violation: &Violation) {
    let (field, value) = match violation.remedy() {
        Remedy::Set(field, mask) => (field, vmcs.raw(field) | mask),
        Remedy::Clear(field, mask) => (field, vmcs.raw(field) & !mask),
        Remedy::Write(field, value) => (field, value),
        Remedy::Do(text) => return assert!(!text.is_empty()),
    };
    let mut mended = vmcs.clone();
    mended.set_raw(field, value);
    assert_ne!(mended, *vmcs, "a remedy that changes nothing: {violation}");
    let situation = Situation {
        vmcs: &mended,
        ..*situation
    };
    let again = violation.rule.violation(&situation);
    assert_ne!(again, Some(*violation), "a remedy that does not help");
}
