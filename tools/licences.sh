#!/bin/sh
# Every crate that a Cargo.lock names must be free to use in a project under the MIT licence.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
allowed='^(MIT|Apache-2\.0|Apache-2\.0 WITH LLVM-exception|BSD-2-Clause|BSD-3-Clause|0BSD|ISC|NCSA|Zlib|Unicode-3\.0|Unlicense|CC0-1\.0)$'
# Build tools only: nothing of them is linked into what we build.
tools='^cbindgen$'

# One line "name<TAB>licence expression" per crate.
crates() {
  (cd "$1" && cargo metadata --locked --format-version 1) |
    sed 's/{"name":"/\n{"name":"/g' |
    sed -nE 's/^\{"name":"([^"]+)","version":"[^"]+","id":"[^"]+","license":"?([^",]+).*/\1\t\2/p' | sort -u
}

# An expression is fine when one alternative of each OR is; AND needs all. No crate here nests deeper than that.
acceptable() {
  printf '%s\n' "$1" | sed 's/ AND /\n/g' | tr -d '()' | while read -r part; do
    printf '%s\n' "$part" | sed -E 's# OR |/#\n#g' | grep -qE "$allowed" || { echo no; break; }
  done
}

bad=0
for workspace in rust-vmx rust-vmx/fuzz tests; do
  crates "$here/$workspace" > "${TMPDIR:-/tmp}/licences.$$"
  while IFS="$(printf '\t')" read -r name licence; do
    if [ -n "$(acceptable "$licence")" ] && ! printf '%s' "$name" | grep -qE "$tools"; then
      echo "$workspace: $name is under $licence"
      bad=1
    fi
  done < "${TMPDIR:-/tmp}/licences.$$"
  echo "$workspace: $(wc -l < "${TMPDIR:-/tmp}/licences.$$") crates looked at"
  rm -f "${TMPDIR:-/tmp}/licences.$$"
done
exit $bad
