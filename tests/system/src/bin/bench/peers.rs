//! What others take.

/// One operation elsewhere.
pub struct Peer {
    what: &'static str,
    /// Instructions with Linux 6.1's KVM as the host, in the same emulator with the same CPU model.
    pub kvm: u64,
    /// The goal of this project.
    pub goal: u64,
}

const PEERS: [Peer; 12] = [
    peer("WBINVD", 867, 90),
    peer("VMCALL 0", 960, 100),
    peer("CPUID", 971, 120),
    peer("RDMSR", 1033, 130),
    peer("WRMSR", 1791, 150),
    peer("MOV to CR0", 1110, 180),
    peer("MOV to CR4", 1110, 180),
    peer("IN, timer's counter", 1287, 150),
    peer("IN, interrupt mask", 1255, 150),
    peer("IN, UART line status", 3174, 150),
    peer("IN, clock", 3166, 150),
    peer("OUT, port 0x80", 3118, 150),
];

const fn peer(what: &'static str, kvm: u64, goal: u64) -> Peer {
    Peer { what, kvm, goal }
}

/// What others take for the thing of this name.
pub fn of(what: &str) -> Option<&'static Peer> {
    PEERS.iter().find(|peer| peer.what == what)
}
