//! The disk that guests of a family may share: a file of the host.

/// Its path; what a definition names.
pub const PATH: &str = "/usr/disk";

/// How many sectors it has. Guests write to the second half only.
pub const SECTORS: u32 = 64;

/// What a sector is full of, doubleword by doubleword.
#[must_use]
pub const fn content(sector: u32) -> u32 {
    0xD15C_0000 | sector
}

/// All of it.
#[must_use]
pub fn image() -> Vec<u8> {
    (0..SECTORS)
        .flat_map(|sector| content(sector).to_le_bytes().repeat(128))
        .collect()
}
