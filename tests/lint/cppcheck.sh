#!/usr/bin/env bash
# What cppcheck has to say of the C outside of the kernel.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Not of interest: it does not know that die() does not return; a test without memory may well die; newer versions take
# fclose() in an assertion for two, and tell where they have not looked closely.
not=({nullPointerRedundantCheck,nullPointerOutOfMemory}:tools/traffic/*
	{nullPointerOutOfMemory,ctunullpointerOutOfMemory,nullPointerOutOfResources,deallocuse}:tests/*
	normalCheckLevelMaxBranches)

command -v cppcheck >/dev/null || { echo "there is no cppcheck here"; exit 77; }
git ls-files 'src/*.c' 'tools/*.c' 'tests/*.c' ':!*.bpf.c' | xargs cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	"${not[@]/#/--suppress=}" --error-exitcode=1 --include=tests/lint/cppcheck.h -Iinclude -Isrc
