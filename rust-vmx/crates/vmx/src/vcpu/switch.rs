//! What no VMCS field holds: CR2, some MSRs, the debug registers, the extended state. It is in the CPU while the vCPU is loaded and
//! here otherwise.

use crate::cpuid;
use crate::guest_state;
use crate::instructions as cpu;
use crate::msr;
use crate::state::SystemRegister;
use bounds::Cyclic;

const COUNT: usize = 6;

/// The MSRs of the SYSCALL instruction, of SWAPGS and of RDTSCP.
const NUMBERS: Cyclic<u32, COUNT> = Cyclic([
    msr::IA32_STAR,
    msr::IA32_LSTAR,
    msr::IA32_CSTAR,
    msr::IA32_FMASK,
    msr::IA32_KERNEL_GS_BASE,
    msr::IA32_TSC_AUX,
]);

/// The guest's values of the MSRs that are switched by hand, and the host's while the guest's are in the CPU.
pub(super) struct Msrs {
    guest: Cyclic<u64, COUNT>,
    host: Cyclic<u64, COUNT>,
    /// How many of them this CPU has: TSC_AUX may be missing.
    count: usize,
}

impl Msrs {
    pub(super) fn new() -> Self {
        let count = COUNT - usize::from(!cpuid::has_tsc_aux());
        Self {
            guest: Cyclic::default(),
            host: Cyclic::default(),
            count,
        }
    }

    /// All zero, as after a reset.
    pub(super) fn reset(&mut self) {
        self.guest = Cyclic::default();
    }

    fn index(register: SystemRegister) -> Option<usize> {
        Some(match register {
            SystemRegister::Star => 0,
            SystemRegister::Lstar => 1,
            SystemRegister::Cstar => 2,
            SystemRegister::Sfmask => 3,
            SystemRegister::KernelGsBase => 4,
            SystemRegister::TscAux => 5,
            _ => return None,
        })
    }

    /// The guest's value.
    pub(super) fn read(&self, register: SystemRegister, loaded: bool) -> u64 {
        match Self::index(register) {
            // SAFETY: the first `count` MSRs exist.
            Some(index) if loaded && index < self.count => unsafe { cpu::rdmsr(NUMBERS[index]) },
            Some(index) => self.guest[index],
            None => 0,
        }
    }

    /// Sets the guest's value, which the MSR takes: canonical, or without reserved bits.
    pub(super) fn write(&mut self, register: SystemRegister, value: u64, loaded: bool) {
        let Some(index) = Self::index(register) else {
            return;
        };
        self.guest[index] = value;
        if loaded && index < self.count {
            // SAFETY: the MSR exists and takes the value; the kernel's own is kept in `host`.
            unsafe { cpu::wrmsr(NUMBERS[index], value) }
        }
    }

    /// # Safety
    /// Interrupts are off and stay so until [`Self::unload`]; until then the kernel executes no SYSCALL, SWAPGS, RDTSCP.
    pub(super) unsafe fn load(&mut self) {
        for ((number, host), &guest) in NUMBERS
            .0
            .into_iter()
            .zip(self.host.iter_mut())
            .zip(self.guest.iter())
            .take(self.count)
        {
            // SAFETY: the MSR exists; the value came from it, or was checked by `Vcpu::write`.
            unsafe {
                *host = cpu::rdmsr(number);
                if *host != guest {
                    cpu::wrmsr(number, guest);
                }
            }
        }
    }

    /// # Safety
    /// [`Self::load`] was called before, with interrupts off since then.
    pub(super) unsafe fn unload(&mut self) {
        for ((number, &host), guest) in NUMBERS
            .0
            .into_iter()
            .zip(self.host.iter())
            .zip(self.guest.iter_mut())
            .take(self.count)
        {
            // SAFETY: the MSR exists, and the value is the one it had.
            unsafe {
                *guest = cpu::rdmsr(number);
                if *guest != host {
                    cpu::wrmsr(number, host);
                }
            }
        }
    }
}

/// DR0 to DR3 and DR6. Few guests use them, so they are loaded only when DR7 enables a breakpoint or the guest touches one
/// (MOV-DR exiting). The host's are not kept: at an exit DR7 becomes 400H, and the kernel does not use the others.
pub(super) struct DebugRegisters {
    addresses: Cyclic<u64, 4>,
    dr6: u64,
    /// The guest's values are in the CPU, and MOV DR does not exit.
    pub(super) live: bool,
}

impl DebugRegisters {
    pub(super) const fn new() -> Self {
        Self {
            addresses: Cyclic([0; 4]),
            dr6: guest_state::DR6,
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
            cpu::write_dr0(self.addresses[0]);
            cpu::write_dr1(self.addresses[1]);
            cpu::write_dr2(self.addresses[2]);
            cpu::write_dr3(self.addresses[3]);
            cpu::write_dr6(self.dr6);
        }
        self.live = true;
    }

    /// # Safety
    /// [`Self::load`] was called before, with interrupts off since then.
    pub(super) unsafe fn unload(&mut self) {
        // SAFETY: reading in ring 0.
        unsafe {
            self.addresses = Cyclic([cpu::read_dr0(), cpu::read_dr1(), cpu::read_dr2(), cpu::read_dr3()]);
            self.dr6 = cpu::read_dr6();
        }
        self.live = false;
    }
}
