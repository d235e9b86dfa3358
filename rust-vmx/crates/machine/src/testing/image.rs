//! An image in a vector.

use crate::loader::Image;
use crate::storage::StorageError;
use std::vec::Vec;
use vmx::frames::Room;

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

    fn read_into(&self, offset: u64, mut room: Room<'_>) -> Result<(), StorageError> {
        let mut bytes = std::vec![0; room.size()];
        self.read(offset, &mut bytes)?;
        room.write(&bytes);
        Ok(())
    }
}
