#!/usr/bin/env bash
# What cppcheck has to say of the C outside of the kernel. It does not know that die() does not return.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v cppcheck >/dev/null || { echo "there is no cppcheck here"; exit 77; }
git ls-files 'src/*.c' 'tools/*.c' 'tests/*.c' | xargs cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	--suppress=nullPointerRedundantCheck:tools/traffic/* --error-exitcode=1 --include=tests/lint/cppcheck.h -Iinclude -Isrc
