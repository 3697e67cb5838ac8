#!/usr/bin/env bash
# What clang-tidy 14 has to say of src/, asked by .clang-tidy; other versions find other things.
set -euo pipefail
cd "$(dirname "$0")/../.."

tidy=$(command -v clang-tidy-14 || command -v clang-tidy) || { echo "there is no clang-tidy here"; exit 77; }
[[ $("$tidy" --version) == *"version 14."* ]] || { echo "clang-tidy here is not version 14"; exit 77; }
[ -e build/l4dstat.skel.h ] || { echo "build/l4dstat.skel.h has not been made yet"; exit 1; }
flags=$(make -s compiler-flags)
# What bpftool generates is not ours to tidy.
git ls-files 'src/*.c' | FLAGS=${flags/-Ibuild/-isystem build} xargs -P "$(nproc)" -n 6 \
	bash -c "$tidy"' --quiet "$@" -- $FLAGS' tidy 2>&1 | sed '/warnings generated\.$/d'
