//! What no VMCS field holds: CR2, some MSRs, the debug registers, the extended state. It is in the CPU while the vCPU is loaded and
//! here otherwise.

use crate::cpuid;
use crate::guest_state;
use crate::instructions as cpu;
use crate::msr;
use crate::resident::{Name, Resident, Saved, alone};
use alloc::sync::Arc;
use bounds::Cyclic;
use spin::Mutex;

/// The MSRs that no VMCS field holds.
pub(super) struct Msrs {
    /// Those that stay in the CPU when the vCPU leaves it ([`crate::resident`]).
    saved: Arc<Saved>,
    /// None where the CPU does not have it.
    tsc_aux: Option<TscAux>,
}

/// IA32_TSC_AUX. Programs of the host can read it (RDTSCP), so it is switched each time. The guest's WRMSR exits.
#[derive(Default)]
struct TscAux {
    guest: u64,
    host: u64,
}

impl Msrs {
    pub(super) fn new() -> Self {
        Self {
            saved: Arc::default(),
            tsc_aux: cpuid::has_tsc_aux().then(TscAux::default),
        }
    }

    /// All zero, as after a reset.
    pub(super) fn reset(&mut self, resident: &Mutex<Resident>) {
        for name in [
            Name::Star,
            Name::Lstar,
            Name::Cstar,
            Name::Fmask,
            Name::KernelGsBase,
        ] {
            self.write(name, 0, resident);
        }
        self.set_tsc_aux(0, false);
    }

    /// The guest's value.
    pub(super) fn read(&self, name: Name, resident: &Mutex<Resident>) -> u64 {
        alone(resident, |resident, cpu| resident.read(cpu, &self.saved, name))
    }

    /// Sets the guest's value, which the MSR takes: canonical, or without reserved bits.
    pub(super) fn write(&mut self, name: Name, value: u64, resident: &Mutex<Resident>) {
        alone(resident, |resident, cpu| {
            resident.write(cpu, &self.saved, name, value);
        });
    }

    /// The guest's IA32_TSC_AUX.
    pub(super) fn tsc_aux(&self) -> u64 {
        self.tsc_aux.as_ref().map_or(0, |register| register.guest)
    }

    /// Sets it; its upper half is 0.
    pub(super) fn set_tsc_aux(&mut self, value: u64, loaded: bool) {
        if let Some(register) = &mut self.tsc_aux {
            register.guest = value;
            if loaded {
                // SAFETY: the MSR exists and takes the value; the kernel's own is kept in `host`.
                unsafe { cpu::wrmsr(msr::IA32_TSC_AUX, value) }
            }
        }
    }

    /// # Safety
    /// Interrupts are off and stay so until [`Self::unload`]; until then the kernel executes no SYSCALL, SWAPGS, RDTSCP.
    pub(super) unsafe fn load(&mut self, resident: &Mutex<Resident>) {
        alone(resident, |resident, cpu| resident.enter(cpu, &self.saved));
        if let Some(register) = &mut self.tsc_aux {
            // SAFETY: the MSR exists; the value was checked by `Vcpu::write`.
            unsafe {
                register.host = cpu::rdmsr(msr::IA32_TSC_AUX);
                if register.host != register.guest {
                    cpu::wrmsr(msr::IA32_TSC_AUX, register.guest);
                }
            }
        }
    }

    /// # Safety
    /// [`Self::load`] was called before, with interrupts off since then.
    pub(super) unsafe fn unload(&mut self, resident: &Mutex<Resident>) {
        alone(resident, Resident::leave);
        if let Some(register) = &self.tsc_aux
            && register.host != register.guest
        {
            // SAFETY: the MSR exists, and the value is the one it had.
            unsafe { cpu::wrmsr(msr::IA32_TSC_AUX, register.host) }
        }
    }

    /// The vCPU ends: nothing of it stays in the CPU.
    pub(super) fn retire(&mut self, resident: &Mutex<Resident>) {
        alone(resident, |resident, cpu| resident.retire(cpu, &self.saved));
    }
}

/// The host's DR0 to DR3 and DR6 while a guest's are in the CPU.
struct HostDebugRegisters {
    addresses: [u64; 4],
    dr6: u64,
}

/// DR0 to DR3 and DR6. Few guests use them, so they are loaded only when DR7 enables a breakpoint or the guest touches one
/// (MOV-DR exiting). The host's are kept meanwhile; [`crate::host_state`] has switched off what its DR7 enables.
pub(super) struct DebugRegisters {
    addresses: Cyclic<u64, 4>,
    dr6: u64,
    host: HostDebugRegisters,
    /// The guest's values are in the CPU, and MOV DR does not exit.
    pub(super) live: bool,
}

impl DebugRegisters {
    pub(super) const fn new() -> Self {
        Self {
            addresses: Cyclic([0; 4]),
            dr6: guest_state::DR6,
            host: HostDebugRegisters {
                addresses: [0; 4],
                dr6: 0,
            },
            live: false,
        }
    }

    /// DR0 to DR3.
    pub(super) fn address(&self, index: usize) -> u64 {
        if !self.live {
            return self.addresses[index];
        }
        // SAFETY: reading in ring 0.
        unsafe {
            match index {
                0 => cpu::read_dr0(),
                1 => cpu::read_dr1(),
                2 => cpu::read_dr2(),
                _ => cpu::read_dr3(),
            }
        }
    }

    /// Sets DR0 to DR3.
    pub(super) fn set_address(&mut self, index: usize, value: u64) {
        self.addresses[index] = value;
        if self.live {
            // SAFETY: the registers are the guest's and take any value; DR7 enables none of them in the host.
            unsafe {
                match index {
                    0 => cpu::write_dr0(value),
                    1 => cpu::write_dr1(value),
                    2 => cpu::write_dr2(value),
                    _ => cpu::write_dr3(value),
                }
            }
        }
    }

    /// DR6.
    pub(super) fn dr6(&self) -> u64 {
        if !self.live {
            return self.dr6;
        }
        // SAFETY: reading in ring 0.
        unsafe { cpu::read_dr6() }
    }

    /// Changes DR6, wherever it is.
    pub(super) fn update_dr6(&mut self, change: impl FnOnce(u64) -> u64) {
        if self.live {
            // SAFETY: the register is the guest's; the value keeps its upper half 0.
            unsafe { cpu::write_dr6(change(cpu::read_dr6()) & 0xFFFF_FFFF) }
        } else {
            self.dr6 = change(self.dr6);
        }
    }

    /// # Safety
    /// Interrupts are off and stay so until [`Self::unload`].
    pub(super) unsafe fn load(&mut self) {
        // SAFETY: the values came from these registers or from a reset; DR7 enables none of them in the host.
        unsafe {
            self.host = HostDebugRegisters {
                addresses: read_addresses(),
                dr6: cpu::read_dr6(),
            };
            write_addresses(self.addresses.0);
            cpu::write_dr6(self.dr6);
        }
        self.live = true;
    }

    /// # Safety
    /// [`Self::load`] was called before, with interrupts off since then.
    pub(super) unsafe fn unload(&mut self) {
        // SAFETY: the values written are the host's, and DR7 enables none of them yet.
        unsafe {
            self.addresses = Cyclic(read_addresses());
            self.dr6 = cpu::read_dr6();
            write_addresses(self.host.addresses);
            cpu::write_dr6(self.host.dr6);
        }
        self.live = false;
    }
}

/// # Safety
/// Ring 0.
unsafe fn read_addresses() -> [u64; 4] {
    // SAFETY: reading has no effect.
    unsafe { [cpu::read_dr0(), cpu::read_dr1(), cpu::read_dr2(), cpu::read_dr3()] }
}

/// # Safety
/// DR7 enables none of the four.
unsafe fn write_addresses(addresses: [u64; 4]) {
    let [dr0, dr1, dr2, dr3] = addresses;
    // SAFETY: the registers take any address; the caller promises that nothing is watched for yet.
    unsafe {
        cpu::write_dr0(dr0);
        cpu::write_dr1(dr1);
        cpu::write_dr2(dr2);
        cpu::write_dr3(dr3);
    }
}
