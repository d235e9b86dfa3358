//! Bits of the control, flag and model-specific registers, as far as this crate looks at them.

/// Declares the bits of a register: a constant for each, and their names for people.
macro_rules! bits {
    ($(#[$doc:meta])* $register:ident { $($(#[$bit_doc:meta])* $name:ident = $bit:literal;)* }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        pub mod $register {
            $($(#[$bit_doc])* pub const $name: u64 = 1 << $bit;)*

            /// The bits above, each with its name.
            pub const NAMES: &[(u64, &str)] = &[$(($name, stringify!($name))),*];
        }
    };
}

bits! {
    /// RFLAGS (SDM volume 1, "EFLAGS Register", 3.4.3).
    rflags {
        CF = 0;
        /// Bit 1 is always 1.
        RESERVED_ONE = 1;
        PF = 2;
        AF = 4;
        ZF = 6;
        SF = 7;
        TF = 8;
        IF = 9;
        DF = 10;
        OF = 11;
        IOPL_LOW = 12;
        IOPL_HIGH = 13;
        NT = 14;
        RF = 16;
        VM = 17;
        AC = 18;
        VIF = 19;
        VIP = 20;
        ID = 21;
    }
}

bits! {
    /// CR0 (SDM "Control Registers", 2.5).
    cr0 {
        PE = 0;
        MP = 1;
        EM = 2;
        TS = 3;
        ET = 4;
        NE = 5;
        WP = 16;
        AM = 18;
        NW = 29;
        CD = 30;
        PG = 31;
    }
}

bits! {
    /// CR4 (SDM "Control Registers", 2.5).
    cr4 {
        VME = 0;
        PVI = 1;
        TSD = 2;
        DE = 3;
        PSE = 4;
        PAE = 5;
        MCE = 6;
        PGE = 7;
        PCE = 8;
        OSFXSR = 9;
        OSXMMEXCPT = 10;
        UMIP = 11;
        LA57 = 12;
        VMXE = 13;
        SMXE = 14;
        FSGSBASE = 16;
        PCIDE = 17;
        OSXSAVE = 18;
        KL = 19;
        SMEP = 20;
        SMAP = 21;
        PKE = 22;
        CET = 23;
        PKS = 24;
        UINTR = 25;
        LAM_SUP = 28;
    }
}

bits! {
    /// IA32_EFER (SDM "Extended Feature Enable Register", 2.2.1).
    efer {
        SCE = 0;
        LME = 8;
        LMA = 10;
        NXE = 11;
    }
}

bits! {
    /// Guest interruptibility state (SDM "Guest Non-Register State", 25.4.2, table 25-3).
    interruptibility {
        STI = 0;
        MOV_SS = 1;
        SMI = 2;
        NMI = 3;
        ENCLAVE = 4;
    }
}

/// Segment access rights as the VMCS holds them (SDM "Guest Register State", 25.4.1, table 25-2).
#[allow(missing_docs)]
pub mod access {
    /// Of a code segment, with [`CODE`]: conforming; of a data segment: expand-down.
    pub const CONFORMING: u32 = 1 << 2;
    /// With [`S`]: a code segment.
    pub const CODE: u32 = 1 << 3;
    pub const S: u32 = 1 << 4;
    pub const DPL: u32 = 3 << 5;
    pub const P: u32 = 1 << 7;
    pub const L: u32 = 1 << 13;
    pub const DB: u32 = 1 << 14;
    pub const G: u32 = 1 << 15;
    /// The register holds no usable segment (loaded with a null selector).
    pub const UNUSABLE: u32 = 1 << 16;
}
