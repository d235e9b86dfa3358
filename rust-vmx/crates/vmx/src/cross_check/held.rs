//! Writing a field, and what the VMCS holds of it then. A CPU may drop reserved bits of the access rights at VMWRITE (as KVM does,
//! with 1F0FFH; SDM 25.4.1 has them reserved, and Table 25-2 says no more): what it enters is what it kept, so that is judged.

use crate::check::VmcsImage;
use crate::error::VmInstructionError;
use crate::field::AnyField;

/// The VMCS as far as this goes.
pub(super) trait Store {
    /// VMWRITE.
    fn write(&mut self, field: AnyField, value: u64) -> Result<(), VmInstructionError>;
    /// VMREAD.
    fn read(&self, field: AnyField) -> Result<u64, VmInstructionError>;
}

/// Writes a field to the VMCS, and to the image what the VMCS holds now.
pub(super) fn put(
    store: &mut impl Store,
    image: &mut VmcsImage,
    field: AnyField,
    value: u64,
) -> Result<(), VmInstructionError> {
    store.write(field, value)?;
    image.set_raw(field, store.read(field)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::guest;
    use crate::registers::access;
    use std::collections::BTreeMap;

    /// A CPU that keeps the defined bits of access rights only.
    #[derive(Default)]
    struct Masking(BTreeMap<u32, u64>);

    impl Store for Masking {
        fn write(&mut self, field: AnyField, value: u64) -> Result<(), VmInstructionError> {
            let rights = guest::ES_ACCESS_RIGHTS.encoding()..=guest::TR_ACCESS_RIGHTS.encoding();
            let kept = if rights.contains(&field.0) {
                0x1_F0FF
            } else {
                u64::MAX
            };
            self.0.insert(field.0, value & kept);
            Ok(())
        }

        fn read(&self, field: AnyField) -> Result<u64, VmInstructionError> {
            Ok(self.0.get(&field.0).copied().unwrap_or(0))
        }
    }

    #[test]
    fn the_image_has_what_the_cpu_kept() {
        let (mut cpu, mut image) = (Masking::default(), VmcsImage::default());
        let rights = u64::from(access::L) | 0x9B;
        for (field, written, held) in [
            (guest::CS_ACCESS_RIGHTS.any(), rights | 0xFFFE_0F00, rights),
            (guest::SS_ACCESS_RIGHTS.any(), 0x1_0000, 0x1_0000),
            (guest::RFLAGS.any(), 0xFFFF_FFFF, 0xFFFF_FFFF),
        ] {
            put(&mut cpu, &mut image, field, written).expect("the double refuses nothing");
            assert_eq!(image.raw(field), held, "{field}");
        }
    }
}
