//! One line of the benchmark.

/// What one thing takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The thing; it names the row in the saved results too.
    pub what: String,
    /// Instructions in a guest.
    pub guest: u64,
    /// Instructions on the bare machine, where they have been counted.
    pub bare: Option<u64>,
    /// The exits, where they have been traced.
    pub exits: Option<Exits>,
}

/// How often a guest is left for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exits {
    /// The exits.
    pub count: u64,
    /// The accesses to the VMCS in all of them.
    pub accesses: u64,
}

impl Row {
    /// A thing that has only been measured in a guest.
    pub fn new(what: &str, guest: u64) -> Row {
        Row {
            what: what.to_owned(),
            guest,
            bare: None,
            exits: None,
        }
    }

    /// With what the same takes on the bare machine.
    pub fn beside(mut self, bare: u64) -> Row {
        self.bare = Some(bare);
        self
    }

    /// How many times as long it takes in a guest.
    pub fn ratio(&self) -> Option<f64> {
        let bare = self.bare.filter(|&bare| bare > 0)?;
        Some(self.guest as f64 / bare as f64)
    }
}
