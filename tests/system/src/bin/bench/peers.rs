//! What others take, and what is the goal here.

use crate::row::Row;

/// Figures to compare a row with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    what: &'static str,
    /// Instructions with Linux 6.1's KVM as the host, in the same emulator with the same CPU model, where that was measured.
    pub kvm: Option<u64>,
    /// Instructions that are the goal of this project.
    pub goal: u64,
    /// What a row tells beyond which these figures count: nothing, or what the bare machine takes.
    pub base: u64,
}

const PEERS: [Peer; 17] = [
    peer("WBINVD", Some(867), 90),
    peer("VMCALL 0", Some(960), 100),
    peer("CPUID", Some(971), 120),
    peer("RDMSR", Some(1033), 130),
    peer("WRMSR", Some(1791), 150),
    peer("MOV to CR0", Some(1110), 180),
    peer("MOV to CR4", Some(1110), 180),
    peer("IN, timer's counter", Some(1287), 150),
    peer("IN, interrupt mask", Some(1255), 150),
    peer("IN, UART line status", Some(3174), 150),
    peer("IN, clock", Some(3166), 150),
    peer("OUT, port 0x80", Some(3118), 150),
    peer("REP INSW, a sector", None, 900),
    peer("first touch of a page, mean", Some(6752), 750),
    peer("touch of a page beside it", Some(2903), 180),
    peer("timer interrupt at 1 kHz", Some(12_817), 900),
    peer(WAKE_UP, Some(16_700), 1500),
];

/// The timer's millisecond itself is nobody's cost.
const WAKE_UP: &str = "HLT until a timer of 1 ms";

const fn peer(what: &'static str, kvm: Option<u64>, goal: u64) -> Peer {
    Peer {
        what,
        kvm,
        goal,
        base: 0,
    }
}

/// What others take for what a row tells.
pub fn of(row: &Row) -> Option<Peer> {
    let peer = PEERS.iter().find(|peer| peer.what == row.what)?;
    let base = if peer.what == WAKE_UP { row.bare? } else { 0 };
    Some(Peer { base, ..*peer })
}

impl Peer {
    /// What the figures are for.
    pub fn title(&self) -> &'static str {
        if self.base == 0 {
            self.what
        } else {
            "wake-up from HLT, late by"
        }
    }

    /// A figure as one of the row's.
    pub fn in_row(&self, figure: u64) -> u64 {
        self.base + figure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_is_compared_without_its_millisecond() {
        let peer = of(&Row::new(WAKE_UP, 92_000).beside(50_000)).unwrap();
        assert_eq!(
            (peer.base, peer.goal, peer.in_row(peer.goal)),
            (50_000, 1500, 51_500)
        );
        assert_eq!(of(&Row::new("CPUID", 380).beside(2)).unwrap().base, 0);
    }
}
