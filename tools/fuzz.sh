#!/bin/sh
# Fuzzing, from the committed inputs and from what earlier searches found:
#   fuzz.sh                       lists the targets
#   fuzz.sh TARGET [SECONDS]      searches for so long (60); 'all' takes one target after the other
#   fuzz.sh TARGET --run HEX      runs one input
#   fuzz.sh TARGET --adopt        adds inputs that reach code which the committed ones do not to the corpus
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
: "${SWEB_BUILD:=$here/build}"
corpora=$SWEB_BUILD/fuzz
# The longest input a search makes; longer ones only repeat themselves.
longest=1024

say() { printf '%s\n' "fuzz: $*" >&2; }
die() { say "$*"; exit 1; }

# The program without cargo-fuzz: it knows targets and corpora, and mutates without the compiler's help.
plain() {
  (cd "$here/rust-vmx" && CARGO_TARGET_DIR="$SWEB_BUILD/rust-host" \
    cargo run --locked --quiet --package fuzz-targets --bin fuzz -- "$@")
}

# cargo-fuzz, with the nightly compiler it wants or with another that is told to be as willing.
has_cargo_fuzz() { cargo fuzz --version > /dev/null 2>&1; }
cargo_fuzz() {
  cd "$here/rust-vmx" || return 1
  if cargo +nightly --version > /dev/null 2>&1; then
    cargo +nightly fuzz "$@"
  else
    RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
  fi
}

# search TARGET LIBFUZZER-ARGUMENTS...: safe code has no use for the address sanitizer.
search() {
  target=$1
  shift
  (cargo_fuzz run --sanitizer none --target-dir "$SWEB_BUILD/rust-fuzz" "$target" "$@")
}

known() { plain list | grep -qx -- "$1" || die "there is no target '$1'; './x fuzz' lists them"; }

fuzz() {
  target=$1
  seconds=$2
  if ! has_cargo_fuzz; then
    say "no cargo-fuzz here (cargo install cargo-fuzz, and a nightly compiler): mutations without coverage to guide them"
    plain mutate "$target" "$seconds"
    return
  fi
  mkdir -p "$corpora/$target/found" "$corpora/$target/failures"
  plain unpack "$target" "$corpora/$target/committed"
  search "$target" "$corpora/$target/found" "$corpora/$target/committed" -- -max_total_time="$seconds" \
    -max_len=$longest -artifact_prefix="$corpora/$target/failures/" -print_final_stats=1 && return
  for failure in "$corpora/$target/failures"/*; do
    [ -f "$failure" ] || continue
    say "$failure; to run it again:"
    printf './x fuzz %s --run %s\n' "$target" "$(od -An -v -tx1 "$failure" | tr -d ' \n')" >&2
  done
  return 1
}

# The fewest found inputs that together reach all lines which the committed ones miss.
adopt() {
  has_cargo_fuzz || die 'only cargo-fuzz knows what an input reaches (cargo install cargo-fuzz)'
  chosen=$corpora/$1/chosen
  rm -rf -- "$chosen"
  plain unpack "$1" "$chosen"
  search "$1" "$chosen" "$corpora/$1/found" -- -set_cover_merge=1 -use_counters=0 -max_len=$longest
  plain adopt "$1" "$chosen"
}

[ $# -gt 0 ] || { plain list; exit; }
target=$1
[ "$target" = all ] || known "$target"
case ${2:-60} in
  --run) plain run "$target" "${3:?the input in hexadecimal}" ;;
  --adopt) adopt "$target" ;;
  *[!0-9]*) die "'$2' is no number of seconds" ;;
  *)
    failed=
    for each in $([ "$target" = all ] && plain list || echo "$target"); do
      fuzz "$each" "${2:-60}" || failed="$failed $each"
    done
    [ -z "$failed" ] || die "failures in:$failed"
    ;;
esac
