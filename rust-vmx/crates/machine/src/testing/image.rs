//! An image in a vector.

use crate::loader::Image;
use crate::storage::StorageError;
use std::vec::Vec;

impl Image for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), StorageError> {
        let start = usize::try_from(offset).map_err(|_| StorageError(5))?;
        let end = start.checked_add(bytes.len()).ok_or(StorageError(5))?;
        bytes.copy_from_slice(self.get(start..end).ok_or(StorageError(5))?);
        Ok(())
    }
}
