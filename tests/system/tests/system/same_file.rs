//! A file is the same whatever it is called: nothing is emptied before it is known to be another one. The words, and
//! what is left afterwards, are those of the GNU programs (coreutils 9.1), but for redirection, where a POSIX shell
//! empties the file first.

use anyhow::Result;
use harness::{Machine, Session};

/// Types a line; the answer has these words, and the file still says what it said.
fn refused(sweb: &mut Session, line: &str, words: &str) -> Result<()> {
    let answer = sweb.command(&format!("cls; {line}"))?;
    sweb.check(answer.contains(words), &format!("'{line}' says: {answer}"))?;
    holds(sweb, "/usr/y", "precious")
}

fn holds(sweb: &mut Session, file: &str, text: &str) -> Result<()> {
    let found = sweb.command(&format!("cls; cat {file}"))?;
    sweb.check(found.trim() == text, &format!("{file} holds '{found}'"))
}

fn silently(sweb: &mut Session, line: &str) -> Result<()> {
    let answer = sweb.command(&format!("cls; {line}"))?;
    sweb.check(answer.trim().is_empty(), &format!("'{line}' says: {answer}"))
}

fn boot(name: &str) -> Result<Session> {
    let mut sweb = Machine::new(name).boot()?;
    silently(
        &mut sweb,
        "cd /usr; mkdir d; mkdir e; mkdir e/y; echo precious > y",
    )?;
    Ok(sweb)
}

#[test]
fn copies_and_moves_onto_itself_are_refused() -> Result<()> {
    let mut sweb = boot("same file")?;
    for (line, words) in [
        ("cp y .", "cp: 'y' and './y' are the same file"),
        ("cp y ./y", "cp: 'y' and './y' are the same file"),
        ("cp /usr/y y", "cp: '/usr/y' and 'y' are the same file"),
        ("cp d/../y ../usr/", "are the same file"),
        ("cp d y", "cp: -r not specified; omitting directory 'd'"),
        (
            "cp nothing y",
            "cp: cannot stat 'nothing': No such file or directory",
        ),
        (
            "cp y e",
            "cp: cannot overwrite directory 'e/y' with non-directory",
        ),
        ("cp y nowhere/x", "cp: cannot create regular file 'nowhere/x'"),
        ("mv y y", "mv: 'y' and 'y' are the same file"),
        ("mv y .", "mv: 'y' and './y' are the same file"),
        (
            "mv nothing y",
            "mv: cannot stat 'nothing': No such file or directory",
        ),
        (
            "mv y e",
            "mv: cannot overwrite directory 'e/y' with non-directory",
        ),
        (
            "mv d y",
            "mv: cannot overwrite non-directory 'y' with directory 'd'",
        ),
        ("mv d d", "mv: cannot move 'd' to a subdirectory of itself, 'd/d'"),
        (
            "mv d d/x",
            "mv: cannot move 'd' to a subdirectory of itself, 'd/x'",
        ),
        ("rm d", "rm: cannot remove 'd': Is a directory"),
    ] {
        refused(&mut sweb, line, words)?;
    }
    Ok(())
}

#[test]
fn what_can_be_copied_and_moved_is() -> Result<()> {
    let mut sweb = boot("another file")?;
    silently(&mut sweb, "cp y d; cp y d/; cp y z")?;
    holds(&mut sweb, "d/y", "precious")?;
    // Over something longer: nothing of that is left.
    silently(&mut sweb, "echo much longer than the other > z; cp y z")?;
    holds(&mut sweb, "z", "precious")?;
    // To another file system, where a name alone cannot go; a directory stays.
    silently(&mut sweb, "mv z /z")?;
    holds(&mut sweb, "/z", "precious")?;
    let gone = sweb.command("cls; cat z")?;
    sweb.check(
        gone.contains("No such file"),
        &format!("z is still there: {gone}"),
    )?;
    silently(&mut sweb, "mv /z d")?;
    holds(&mut sweb, "d/z", "precious")?;
    refused(
        &mut sweb,
        "mv d /d",
        "mv: cannot move 'd' to '/d': On another file system",
    )?;
    holds(&mut sweb, "d/z", "precious")
}

#[test]
fn a_command_does_not_read_its_own_output() -> Result<()> {
    let mut sweb = boot("own output")?;
    for line in [
        "cat y > y",
        "cat y >> y",
        "cat ./y >> /usr/y",
        "cat README.txt /usr/d/../y > y",
    ] {
        refused(&mut sweb, line, "input file is output file")?;
    }
    // Words are no files.
    silently(&mut sweb, "echo y > y")?;
    holds(&mut sweb, "y", "y")?;
    silently(&mut sweb, "echo 2 >> y; cat y > z; cat z >> y")?;
    holds(&mut sweb, "y", "y\n2\ny\n2")
}
