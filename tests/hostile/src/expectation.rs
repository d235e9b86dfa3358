//! What must become of a guest, and whether it did.

/// The one outcome that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It says these lines, and no others, and switches itself off.
    Says(Vec<String>),
    /// Its VM ends, and the report contains this.
    Fails(String),
    /// It goes on until somebody kills it.
    Loops,
    /// It asks for a device that is not there, which the host says, until somebody kills it.
    Polls,
    /// It sleeps with interrupts disabled, which the host says, until somebody kills it.
    Halts,
}

impl Outcome {
    /// Compares with what `vmrun` printed and the guest said; what differs, if anything does.
    pub fn differs(&self, name: &str, printed: &str, said: &str) -> Option<String> {
        match self {
            Self::Says(_) => {
                if !printed.contains(&format!("{name} has switched itself off")) {
                    return Some(format!(
                        "it has not switched itself off, and said {said:?}:\n{printed}"
                    ));
                }
                self.differs_in_words(said)
            }
            Self::Fails(report) => (!unwrapped(printed).contains(&unwrapped(report)))
                .then(|| format!("its report lacks '{report}':\n{printed}")),
            Self::Loops | Self::Polls | Self::Halts => {
                (!printed.contains("runs as VM")).then(|| format!("it does not run:\n{printed}"))
            }
        }
    }

    /// Compares with what the guest said; what differs, if anything does. All others than [`Outcome::Says`] have no words.
    pub fn differs_in_words(&self, said: &str) -> Option<String> {
        let Self::Says(expected) = self else { return None };
        let said: Vec<&str> = said.lines().map(str::trim_end).collect();
        (said != *expected).then(|| format!("it says {said:?} and should say {expected:?}"))
    }
}

/// Text as it was before the screen's edge broke its lines.
fn unwrapped(text: &str) -> String {
    text.replace(['\n', '\r'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_counts() {
        let outcome = Outcome::Says(vec!["=00000001".into(), "=00000002".into()]);
        let (end, said) = ("x has switched itself off\n", "=00000001\r\n=00000002\r\n");
        assert_eq!(outcome.differs("x", end, said), None);
        assert!(outcome.differs("x", "x was killed\n", said).is_some());
        for bad in [
            "=00000001",
            "=00000002\n=00000001",
            "=00000001\n=00000002\nno fault",
        ] {
            assert!(outcome.differs("x", end, bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_report_may_be_broken_at_the_edge_of_the_screen() {
        let outcome = Outcome::Fails("triple fault".into());
        assert_eq!(outcome.differs("x", "stopped: triple \nfault\n", ""), None);
        assert!(outcome.differs("x", "x has switched itself off", "").is_some());
    }
}
