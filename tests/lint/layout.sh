#!/usr/bin/env bash
# The layout of C is what clang-format 14 makes of it; other versions see some things differently.
set -euo pipefail
cd "$(dirname "$0")/../.."

format=$(command -v clang-format-14 || command -v clang-format) || { echo "there is no clang-format here"; exit 77; }
[[ $("$format" --version) == *" version 14."* ]] || { echo "clang-format here is not version 14"; exit 77; }
git ls-files '*.c' '*.h' | grep -v ^vmlinux/ | xargs "$format" --dry-run -Werror
