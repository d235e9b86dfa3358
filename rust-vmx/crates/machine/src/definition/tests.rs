use super::*;
use proptest::prelude::*;

fn error(text: &str) -> DefinitionError {
    Definition::parse(text.as_bytes(), "guest").expect_err(text)
}

/// The number of the line that is wrong (0: all of it), and what is wrong.
fn problem(text: &str) -> (usize, Problem) {
    let error = error(text);
    match error.origin {
        Origin::Line { number, .. } => (number, error.problem),
        _ => (0, error.problem),
    }
}

#[test]
fn a_full_definition() {
    let text = "# comment\nname = sweb\nkernel=/usr/k.x\n module = /usr/a.dbg  one two \nmodule = /usr/b\n\
                cmdline = a = b\nmemory = 32M\ndisk = /usr/d.img\ndisk = /dev/ideb, ro\nconsole = serial\nlog = /usr/l\nformat = multiboot\n";
    let d = Definition::parse(text.as_bytes(), "guest").unwrap();
    assert_eq!(d.name, "sweb");
    assert_eq!(d.kernel.as_deref(), Some("/usr/k.x"));
    assert_eq!(
        d.modules[0],
        Module {
            path: "/usr/a.dbg".into(),
            arguments: "one two".into()
        }
    );
    assert_eq!(d.modules[1].arguments, "");
    assert_eq!(d.command_line, "a = b");
    assert_eq!(d.memory, 32 << 20);
    assert_eq!(
        d.disks[1],
        Disk {
            path: "/dev/ideb".into(),
            read_only: true
        }
    );
    assert_eq!(d.console, Console::Serial);
    assert_eq!(d.log.as_deref(), Some("/usr/l"));
    assert_eq!(d.format, Some(Format::Multiboot));
}

#[test]
fn later_lines_override() {
    let d = Definition::parse(b"kernel = a\nmemory = 16M\nkernel = b\nmemory = 1G", "guest").unwrap();
    assert_eq!((d.kernel.as_deref(), d.memory), (Some("b"), 1 << 30));
}

#[test]
fn errors_name_the_line() {
    assert_eq!(problem("\nmemroy = 1M"), (2, Problem::UnknownKey));
    assert_eq!(problem("kernel"), (1, Problem::NoEquals));
    assert_eq!(problem("kernel ="), (1, Problem::NoValue));
    assert_eq!(problem("memory = lots"), (1, Problem::BadMemory));
    assert_eq!(problem("memory = 99999999999999999G").0, 1);
    assert_eq!(problem("memory = 1M"), (1, Problem::MemoryRange));
    assert_eq!(problem("disk = a,rw"), (1, Problem::BadDiskOption));
    assert_eq!(
        problem("disk=a\ndisk=b\ndisk=c\ndisk=d\ndisk=e"),
        (5, Problem::TooManyDisks)
    );
    assert_eq!(problem("memory = 16M"), (0, Problem::NothingToBoot));
    assert_eq!(
        problem("disk = a\nmodule = b"),
        (0, Problem::ModulesWithoutMultiboot)
    );
    assert_eq!(
        Definition::parse(b"\x7fELF\xff", "guest").unwrap_err().problem,
        Problem::NotText
    );
}

#[test]
fn editors_of_other_systems_are_understood() {
    let text = "\u{FEFF}kernel = /usr/k.x\r\n\tmemory\t=\t32M \t\r\n\r\nname = a\r\n";
    let d = Definition::parse(text.as_bytes(), "guest").unwrap();
    assert_eq!((d.kernel.as_deref(), d.memory), (Some("/usr/k.x"), 32 << 20));
    assert_eq!(d.name, "a");
    // Only the first character is a mark.
    assert_eq!(
        problem("kernel = k\n\u{FEFF}memory = 16M"),
        (2, Problem::UnknownKey)
    );
}

#[test]
fn utf_16_is_named() {
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> std::vec::Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    for text in ["\u{FEFF}kernel = k\n", "kernel = k\n"] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let text = utf16(text, bytes);
            assert_eq!(
                Definition::parse(&text, "guest").unwrap_err().problem,
                Problem::Utf16
            );
        }
    }
    assert_eq!(problem("kernel = k\0"), (0, Problem::NotText));
}

#[test]
fn names_are_words_and_no_numbers() {
    let longest = "x".repeat(MAX_NAME);
    for name in ["a", "my-guest_2.test", "7up", "1.", longest.as_str()] {
        let text = std::format!("kernel = k\nname = {name}");
        assert_eq!(Definition::parse(text.as_bytes(), "guest").unwrap().name, name);
    }
    let too_long = "x".repeat(MAX_NAME + 1);
    for name in [
        "a b",
        "a\tb",
        "7",
        "007",
        "-a",
        ".a",
        "_",
        "a/b",
        "\u{e4}",
        "a\"b",
        too_long.as_str(),
    ] {
        let text = std::format!("kernel = k\nname = {name}");
        assert_eq!(problem(&text), (2, Problem::BadName), "{name}");
        // As the name of a file it is refused only where nothing else is said.
        let error = Definition::parse(b"kernel = k", name).unwrap_err();
        assert_eq!(error.origin, Origin::DefaultName(name.into()));
        assert_eq!(
            Definition::parse(b"kernel = k\nname = b", name).unwrap().name,
            "b"
        );
    }
}

#[test]
fn options_override_and_are_named_as_options() {
    let text = b"kernel = a\nmemory = 16M\ndisk = d";
    let d = Definition::parse_with_options(
        text,
        b"memory = 32M\ndisk = e\nconsole = serial\nmodule = m",
        "guest",
    )
    .unwrap();
    assert_eq!((d.memory, d.disks.len(), d.modules.len()), (32 << 20, 2, 1));
    assert_eq!(d.console, Console::Serial);

    let said = |options: &str| {
        let error = Definition::parse_with_options(text, options.as_bytes(), "guest").unwrap_err();
        std::format!("{error}")
    };
    assert_eq!(
        said("disk = e\nmemory = 5X"),
        "--memory 5X: no size; write a number with K, M or G, as in 16M"
    );
    assert_eq!(said("name = 5").split(": ").next(), Some("--name 5"));
    let line = std::format!("{}", error("memory = 5X"));
    assert_eq!(
        line.split(": no size").next(),
        Some("guest definition line 1: memory = 5X")
    );
}

#[test]
fn a_long_line_does_not_hide_what_is_wrong_with_it() {
    let text = std::format!("{} = 1", "\u{e4}".repeat(500));
    let said = std::format!("{}", error(&text));
    assert!(said.len() < 400 && said.contains("unknown key"), "{said}");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Definition::parse(&text, "guest");
    }

    #[test]
    fn no_line_makes_it_panic(key in "(name|kernel|module|memory|disk|format)", value in "\\PC*") {
        let _ = Definition::parse(std::format!("{key} = {value}").as_bytes(), "guest");
    }
}
