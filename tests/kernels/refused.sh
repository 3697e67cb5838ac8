#!/usr/bin/env bash
# In a guest whose kernel is too old: one sentence that says so, exit 3.
. "$(dirname "$0")/../lib.sh"

for options in "--json 1 1" "1 1" "--by subnet 1 1" "--listeners 1 1"; do
	status=0
	# shellcheck disable=SC2086 # several words
	"$l4dstat" $options >"$work/out" 2>"$work/err" || status=$?
	cat "$work/err"
	equal "exit of $options" $status 3
	equal "bytes on stdout" "$(wc -c <"$work/out")" 0
	equal "lines on stderr" "$(wc -l <"$work/err")" 1
	grep -q "too old" "$work/err" || fail "it does not say that the kernel is too old"
done
