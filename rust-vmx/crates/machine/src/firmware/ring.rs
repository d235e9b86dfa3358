//! The ring of keys at 40:1E, between the keyboard's interrupt and INT 16h.

use super::caller::Caller;
use super::data;
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;

/// Whether there is no place for another word.
pub fn is_full<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> bool {
    after(pointer(caller, data::KEY_TAIL)) == pointer(caller, data::KEY_HEAD)
}

/// Appends a word; false if the ring is full.
pub fn push<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, word: u16) -> bool {
    if is_full(caller) {
        return false;
    }
    let tail = pointer(caller, data::KEY_TAIL);
    caller.store_word(tail, word);
    set_pointer(caller, data::KEY_TAIL, after(tail));
    true
}

/// The first word.
pub fn peek<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> Option<u16> {
    let (head, tail) = (pointer(caller, data::KEY_HEAD), pointer(caller, data::KEY_TAIL));
    (head != tail).then(|| caller.load_word(head))
}

/// Takes the first word out.
pub fn remove<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let next = after(pointer(caller, data::KEY_HEAD));
    set_pointer(caller, data::KEY_HEAD, next);
}

/// Takes all words out.
pub fn clear<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    set_pointer(caller, data::KEY_HEAD, data::KEY_BUFFER);
    set_pointer(caller, data::KEY_TAIL, data::KEY_BUFFER);
}

/// A pointer into the ring, in it whatever the data area says.
fn pointer<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, at: u64) -> u64 {
    let pointer = data::AREA + u64::from(caller.load_word(at) & !1);
    if (data::KEY_BUFFER..data::KEY_BUFFER_END).contains(&pointer) {
        pointer
    } else {
        data::KEY_BUFFER
    }
}

fn set_pointer<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, at: u64, to: u64) {
    caller.store_word(at, (to - data::AREA) as u16);
}

fn after(pointer: u64) -> u64 {
    if pointer + 2 == data::KEY_BUFFER_END {
        data::KEY_BUFFER
    } else {
        pointer + 2
    }
}
