//! The fields of the VMCS as types: a field knows its width, its role (and so whether it can be written) and the
//! type of its value. The constants stand in the order of SDM appendix B, "Field Encoding in VMCS", one file per role.
//!
//! ```text
//!  31      15 14  13 12 11  10 9          1   0
//! +----------+------+--+------+------------+------+
//! | reserved | width| 0| role |   index    |access|   access 1 = the upper half of a 64-bit field
//! +----------+------+--+------+------------+------+
//! ```

pub mod control;
pub mod exit_info;
pub mod guest;
pub mod host;

use crate::addr::{Gpa, Gva, Hpa};
use core::fmt;
use core::marker::PhantomData;

/// What a field is for: bits 11:10 of its encoding.
pub trait Role {
    /// The encoding's bits.
    const BITS: u32;
}

/// Roles whose fields software may write on every CPU.
pub trait Writable: Role {}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $bits:literal $(: $writable:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Role for $name {
            const BITS: u32 = $bits;
        }
        $(impl $writable for $name {})?
    )*};
}

roles! {
    /// VM-execution, VM-exit and VM-entry control fields.
    Control = 0: Writable;
    /// What the CPU reports about an exit.
    ExitInfo = 1;
    /// The guest's state, loaded at entry, saved at exit.
    Guest = 2: Writable;
    /// The host's state, loaded at exit.
    Host = 3: Writable;
}

/// How wide a field is: bits 14:13 of its encoding.
pub trait Width {
    /// The encoding's bits.
    const BITS: u32;
}

/// The width of a general register: 64 bits here.
#[derive(Clone, Copy, Debug)]
pub struct Natural;

impl Width for u16 {
    const BITS: u32 = 0;
}
impl Width for u64 {
    const BITS: u32 = 1;
}
impl Width for u32 {
    const BITS: u32 = 2;
}
impl Width for Natural {
    const BITS: u32 = 3;
}

/// A type that a field's value can have.
pub trait Value: Copy {
    /// The value as VMREAD delivers it.
    fn from_raw(raw: u64) -> Self;
    /// The value as VMWRITE takes it.
    fn into_raw(self) -> u64;
}

macro_rules! integer_values {
    ($($integer:ty)*) => {$(
        impl Value for $integer {
            fn from_raw(raw: u64) -> Self {
                raw as Self
            }
            fn into_raw(self) -> u64 {
                u64::from(self)
            }
        }
    )*};
}
integer_values!(u16 u32 u64);

macro_rules! address_values {
    ($($address:ident)*) => {$(
        impl Value for $address {
            fn from_raw(raw: u64) -> Self {
                Self(raw)
            }
            fn into_raw(self) -> u64 {
                self.0
            }
        }
    )*};
}
address_values!(Gpa Gva Hpa);

/// A field of the VMCS with role `R`, width `W` and values of type `V`.
pub struct Field<R, W, V> {
    encoding: u32,
    name: &'static str,
    _type: PhantomData<(R, W, V)>,
}

impl<R, W, V> Clone for Field<R, W, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, W, V> Copy for Field<R, W, V> {}

impl<R: Role, W: Width, V: Value> Field<R, W, V> {
    /// A field of this encoding. In a constant a wrong role or width does not compile.
    pub(crate) const fn new(encoding: u32, name: &'static str) -> Self {
        assert!(encoding >> 10 & 3 == R::BITS, "the encoding is of another role");
        assert!(encoding >> 13 & 3 == W::BITS, "the encoding is of another width");
        assert!(
            encoding & 0xFFFF_9001 == 0,
            "reserved bit, or the upper half of a 64-bit field"
        );
        Self {
            encoding,
            name,
            _type: PhantomData,
        }
    }

    /// The field `index` places further on, for the fields that exist once per segment register.
    pub(crate) const fn nth(self, index: u32) -> Self {
        Self {
            encoding: self.encoding + 2 * index,
            name: self.name,
            _type: PhantomData,
        }
    }

    /// The number VMREAD and VMWRITE take.
    #[must_use]
    pub const fn encoding(self) -> u32 {
        self.encoding
    }

    /// The field without its types.
    #[must_use]
    pub const fn any(self) -> AnyField {
        AnyField(self.encoding)
    }

    /// The field's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<R, W, V> fmt::Debug for Field<R, W, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:#06x})", self.name, self.encoding)
    }
}

/// A field by its number alone: what a list or a message speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnyField(pub u32);

impl AnyField {
    /// Bits 11:10 of the encoding: 0 control, 1 exit information, 2 guest state, 3 host state.
    #[must_use]
    pub const fn role(self) -> u32 {
        self.0 >> 10 & 3
    }

    /// The width in bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self.0 >> 13 & 3 {
            0 => 16,
            2 => 32,
            _ => 64,
        }
    }

    /// The bits a value of it can have.
    #[must_use]
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }

    /// Its name in this crate, without the role.
    #[must_use]
    pub fn name(self) -> &'static str {
        let fields = match self.role() {
            0 => control::ALL,
            1 => exit_info::ALL,
            2 => guest::ALL,
            _ => host::ALL,
        };
        let place = fields.binary_search_by_key(&self.0, |field| field.0).ok();
        place
            .and_then(|place| fields.get(place))
            .map_or("?", |field| field.1)
    }
}

impl<R: Role, W: Width, V: Value> From<Field<R, W, V>> for AnyField {
    fn from(field: Field<R, W, V>) -> Self {
        Self(field.encoding)
    }
}

/// The name as messages use it: guest and host registers are told apart.
impl fmt::Display for AnyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.role() {
            2 => "guest ",
            3 => "host ",
            _ => "",
        })?;
        f.write_str(self.name())
    }
}

impl fmt::Debug for AnyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:#06x})", self.0)
    }
}

/// Declares the fields of one role and a list of them all.
macro_rules! fields {
    ($role:ident; $($encoding:literal $name:ident: $width:ty as $value:ty, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            pub const $name: $crate::field::Field<$crate::field::$role, $width, $value> =
                $crate::field::Field::new($encoding, stringify!($name));
        )*

        /// Every field of this role: encoding and name.
        pub const ALL: &[(u32, &str)] = &[$(($encoding, stringify!($name))),*];
    };
}
pub(crate) use fields;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_in_order_of_width_and_index_without_doubles() {
        for list in [control::ALL, exit_info::ALL, guest::ALL, host::ALL] {
            assert!(list.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }

    #[test]
    fn the_segment_fields_lie_two_apart_in_the_vmcs_order() {
        use crate::state::SegmentName;
        assert_eq!(
            guest::selector(SegmentName::Tr).encoding(),
            guest::TR_SELECTOR.encoding()
        );
        assert_eq!(guest::base(SegmentName::Tr).encoding(), guest::TR_BASE.encoding());
        assert_eq!(
            guest::limit(SegmentName::Tr).encoding(),
            guest::TR_LIMIT.encoding()
        );
        assert_eq!(
            guest::access_rights(SegmentName::Tr).encoding(),
            guest::TR_ACCESS_RIGHTS.encoding()
        );
        assert_eq!(
            guest::access_rights(SegmentName::Cs).encoding(),
            guest::CS_ACCESS_RIGHTS.encoding()
        );
    }
}
