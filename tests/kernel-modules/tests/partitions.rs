//! Partition tables, and who may use which device.

use kernel_modules::{self as kernel, Partition, errno};
use proptest::collection::vec;
use proptest::prelude::*;

const SECTOR: usize = 512;

/// Writes the table of one record: four entries of (type, first sector as the record counts, sectors).
fn write_record(disk: &mut [u8], sector: usize, entries: &[(u8, u32, u32)]) {
    let record = &mut disk[sector * SECTOR..(sector + 1) * SECTOR];
    for (slot, &(kind, first, count)) in entries.iter().enumerate() {
        let entry = &mut record[446 + slot * 16..462 + slot * 16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&first.to_le_bytes());
        entry[12..16].copy_from_slice(&count.to_le_bytes());
    }
    record[510..512].copy_from_slice(&[0x55, 0xAA]);
}

fn partition(first_sector: u64, num_sectors: u64, kind: u8) -> Partition {
    Partition {
        first_sector,
        num_sectors,
        kind,
    }
}

#[test]
fn no_table_means_no_partition() {
    assert!(kernel::read_partitions(&[0; 64 * SECTOR]).is_empty());
    assert!(kernel::read_partitions(&[]).is_empty());
}

#[test]
fn a_partition_that_leaves_the_disk_is_left_out() {
    let mut disk = vec![0; 64 * SECTOR];
    write_record(
        &mut disk,
        0,
        &[
            (0x81, 1, 63),
            (0x81, 1, 64),
            (0x81, u32::MAX, u32::MAX),
            (0, 2, 2),
        ],
    );
    assert_eq!(kernel::read_partitions(&disk), [partition(1, 63, 0x81)]);
}

#[test]
fn a_circular_chain_ends() {
    let mut disk = vec![0; 64 * SECTOR];
    write_record(&mut disk, 0, &[(0x05, 8, 50)]);
    write_record(&mut disk, 8, &[(0x83, 1, 4), (0x05, 10, 10)]);
    write_record(&mut disk, 18, &[(0x83, 1, 4), (0x05, 10, 10)]);
    assert!(kernel::read_partitions(&disk).len() < 100);
}

proptest! {
    #[test]
    fn primary_and_logical_partitions_are_found_in_order(
        primary in vec((1u8..=0x7F, 1u32..20), 0..=3),
        logical in vec((1u8..=4, 1u32..10), 0..6),
    ) {
        let mut disk = vec![0; 256 * SECTOR];
        let mut entries = Vec::new();
        let mut expected = Vec::new();
        let mut next = 1;
        for (kind, count) in primary {
            let kind = if matches!(kind, 0x05 | 0x0F) { 0x83 } else { kind };
            entries.push((kind, next, count));
            expected.push(partition(next.into(), count.into(), kind));
            next += count;
        }
        let chain = next;
        if !logical.is_empty() {
            entries.push((0x0F, chain, 256 - chain));
        }
        write_record(&mut disk, 0, &entries);
        for (index, &(kind, count)) in logical.iter().enumerate() {
            let record = next;
            next += count + 1;
            let mut entries = vec![(kind, 1, count)];
            if index + 1 < logical.len() {
                entries.push((0x05, next - chain, 1));
            }
            write_record(&mut disk, record as usize, &entries);
            expected.push(partition(u64::from(record) + 1, count.into(), kind));
        }
        prop_assert_eq!(kernel::read_partitions(&disk), expected);
    }

    #[test]
    fn nonsense_does_no_harm(content in vec(any::<u8>(), 446..512), sectors in 1usize..40) {
        let mut disk: Vec<u8> = content.iter().copied().cycle().take(sectors * SECTOR).collect();
        for sector in 0..sectors {
            disk[sector * SECTOR + 510..(sector + 1) * SECTOR].copy_from_slice(&[0x55, 0xAA]);
        }
        for found in kernel::read_partitions(&disk) {
            prop_assert!(found.first_sector + found.num_sectors <= sectors as u64);
        }
    }
}

#[test]
fn devices_are_named_and_claimed() {
    let mut disk = vec![0; 64 * SECTOR];
    write_record(&mut disk, 0, &[(0x81, 8, 8), (0x81, 16, 8)]);
    let drive = kernel::register_disk(&disk);
    let (first, second) = (format!("{drive}0"), format!("{drive}1"));
    let names = kernel::device_names();
    for name in [&drive, &first, &second] {
        assert!(names.contains(name), "{name} in {names:?}");
    }

    // Two writers may share; an exclusive user wants no writer anywhere on its sectors, and keeps them out.
    assert_eq!(kernel::claim_device(&first, false), 0);
    assert_eq!(kernel::claim_device(&first, false), 0);
    assert_eq!(kernel::claim_device(&first, true), -errno::EBUSY);
    assert_eq!(kernel::claim_device(&drive, true), -errno::EBUSY);
    assert_eq!(kernel::claim_device(&second, true), 0);
    assert_eq!(kernel::claim_device(&second, false), -errno::EBUSY);
    assert_eq!(kernel::claim_device(&drive, false), -errno::EBUSY);
    kernel::release_device(&second, true);
    kernel::release_device(&first, false);
    kernel::release_device(&first, false);
    assert_eq!(kernel::claim_device(&drive, true), 0);
    assert_eq!(kernel::claim_device(&first, true), -errno::EBUSY);
    kernel::release_device(&drive, true);
}
