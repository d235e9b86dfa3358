//! The milestones of the course, and the tests that show them.

/// A row of the course's table.
#[derive(Clone, Copy, Debug)]
pub struct Milestone {
    /// When it is due.
    pub due: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Its share of [`FULL_MARKS`], or what it adds to them.
    pub points: u32,
    /// The tests that show it, by name; each is worth an equal part of the points.
    pub tests: &'static [&'static str],
}

/// What all milestones together are worth; the presentation's points come on top.
pub const FULL_MARKS: u32 = 100;

/// When the milestone is due whose points come on top.
const BONUS: &str = "bonus";

/// All of them, in the order in which they are due.
pub const MILESTONES: [Milestone; 7] = [
    Milestone {
        due: "week 3",
        name: "structure setup",
        points: 5,
        tests: &[
            "guests::hello_greets_on_its_screen",
            "no_vmx::vmrun_explains_what_is_missing",
        ],
    },
    Milestone {
        due: "week 8",
        name: "executing guest code, video output (AG1)",
        points: 15,
        tests: &[
            "guests::hello_greets_on_its_screen",
            "guests::boot_sector_prints_through_the_bios",
        ],
    },
    Milestone {
        due: "week 9",
        name: "interrupts, emulated PIC",
        points: 5,
        tests: &["guests::hello_sees_a_key", "guests::the_guest_has_a_clock"],
    },
    Milestone {
        due: "week 12",
        name: "guest SWEB's shell, virtual disk (AG2)",
        points: 35,
        tests: &[
            "guests::sweb_boots_and_runs_programs",
            "guests::tab_and_arrows_work_in_the_guest",
            "guests::the_guest_disk_survives_a_reboot_of_the_host",
            "guests::ctrl_bracket_leaves_the_guest_running",
        ],
    },
    Milestone {
        due: "week 13",
        name: "feature: proof of concept (bring your own guest)",
        points: 10,
        tests: &["own_guest::a_folder_becomes_a_guest"],
    },
    Milestone {
        due: "week 15",
        name: "feature, live in the booted guest (AG3)",
        points: 30,
        tests: &[
            "own_guest::a_raw_disk_becomes_a_drive",
            "guests::two_guests_and_a_program_make_progress",
        ],
    },
    Milestone {
        due: BONUS,
        name: "live presentation",
        points: 5,
        tests: &["demo::the_tour_plays_to_its_end"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_milestones_are_worth_full_marks() {
        let regular = MILESTONES.iter().filter(|milestone| milestone.due != BONUS);
        assert_eq!(regular.map(|milestone| milestone.points).sum::<u32>(), FULL_MARKS);
    }
}
