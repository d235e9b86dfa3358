//! `./x run --demo`.

use anyhow::Result;
use harness::{Machine, build_dir};

#[test]
fn the_tour_plays_to_its_end() -> Result<()> {
    harness::demo(Machine::new("demo").memory(128))?;
    for picture in [
        "1-host.png",
        "2-guest.png",
        "3-guest-at-work.png",
        "4-host-again.png",
        "transcript.txt",
    ] {
        let file = build_dir().join("demo").join(picture);
        assert!(file.exists(), "{} was not saved", file.display());
    }
    Ok(())
}
