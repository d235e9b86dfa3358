//! PathWalker against a normaliser of three lines.

use kernel_modules::{self as kernel, errno};
use proptest::collection::vec;
use proptest::prelude::*;

/// A tree with mounts ('!'), one of them on top of another's root.
const DIRECTORIES: &[&str] = &[
    "/a",
    "/a/b",
    "/a/b/c!",
    "/a/b/c/d",
    "/a/b/c/d/e",
    "/m!",
    "/m!",
    "/m/a",
    "/m/a/b",
];

fn tree() -> cxx::UniquePtr<kernel::Walk> {
    let names: Vec<String> = DIRECTORIES.iter().map(ToString::to_string).collect();
    kernel::new_walk(&names)
}

fn exists(path: &str) -> bool {
    path == "/"
        || DIRECTORIES
            .iter()
            .any(|directory| directory.trim_end_matches('!') == path)
}

/// What the walker should answer when every name is a directory.
fn expected(cwd: &str, path: &str) -> String {
    let start = if path.starts_with('/') { "/" } else { cwd };
    let mut place: Vec<&str> = start.split('/').filter(|name| !name.is_empty()).collect();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                place.pop();
            }
            name => place.push(name),
        }
        if !exists(&format!("/{}", place.join("/"))) {
            return errno::ENOENT.to_string();
        }
    }
    format!("/{}", place.join("/"))
}

proptest! {
    #[test]
    fn walks_as_normalised(
        cwd in prop::sample::select(vec!["/", "/a", "/a/b/c", "/a/b/c/d", "/m", "/m/a/b"]),
        absolute: bool,
        parts in vec(prop::sample::select(vec!["a", "b", "c", "d", "m", "e", ".", "..", "", "x"]), 1..10),
    ) {
        let path = format!("{}{}", if absolute { "/" } else { "./" }, parts.join("/"));
        prop_assert_eq!(tree().walk(cwd, &path), expected(cwd, &path));
    }
}

#[test]
fn limits_and_empty_paths() {
    let tree = tree();
    assert_eq!(tree.walk("/", ""), errno::ENOENT.to_string());
    assert_eq!(tree.walk("/", &"x".repeat(256)), errno::ENAMETOOLONG.to_string());
    assert_eq!(
        tree.walk("/", &"./".repeat(2048)),
        errno::ENAMETOOLONG.to_string()
    );
    assert_eq!(tree.walk("/", &"./".repeat(2047)), "/");
    assert_eq!(tree.walk("/a/b/c/d", "../../../../../../.."), "/");
}
