#!/bin/sh
# Formats C++ and Rust sources; with '--check', only tells what would change.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$here"
rust_option=
cpp_options=-i
case ${1:-} in
  '') ;;
  --check)
    rust_option=--check
    cpp_options='--dry-run --Werror'
    ;;
  *)
    printf '%s\n' "fmt: there is --check, and no '$1'" >&2
    exit 1
    ;;
esac

for workspace in rust-vmx rust-vmx/fuzz tests; do
  (cd "$workspace" && cargo fmt --all $rust_option)
done
# shellcheck disable=SC2086 # options are words
git ls-files -z '*.h' '*.cpp' '*.c' | xargs -0 clang-format $cpp_options
