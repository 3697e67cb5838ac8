#!/usr/bin/env bash
# What shellcheck warns of in the scripts.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v shellcheck >/dev/null || { echo "there is no shellcheck here"; exit 77; }
git grep -lE '^#!.*(bash|/sh)|^# shellcheck shell=' -- .ci tests tools | xargs shellcheck -x -P SCRIPTDIR -S warning
