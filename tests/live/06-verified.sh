#!/usr/bin/env bash
# What the verifier goes through to accept each program: no more than the budget, and, on kernels that are in the table,
# no more than stands there. tests/kernels/verify makes the table anew.
. "$(dirname "$0")/../lib.sh"

readonly budget=5000 table=$root/tests/kernels/verified.txt

start json "$l4dstat" --json 0.3
within 60 "the first line" job_said json .
sed -n 's/^prog_id:\t//p' "/proc/${job_pid[json]}"/fdinfo/* | sort -u >"$work/ids"
xargs "$root/build/verified" <"$work/ids" | sort -u >"$work/now"
stop json
at_least "programs" "$(wc -l <"$work/now")" 15
[ ! "${L4_GUEST-}" ] || cp "$work/now" /run/verified # for verify

awk -v budget=$budget '
	{ key = $1 " " $2 " " $3 }
	FNR == NR { before[key] = $4; known[$1 " " $2] = 1; next }
	{ print $3 ": " $4 (key in before ? ", was " before[key] : "") }
	$4 > budget { bad = bad "\n" $3 ": " $4 " instructions, the budget is " budget }
	key in before && $4 > before[key] { bad = bad "\n" $3 ": " $4 " instructions, were " before[key] }
	key in before && $4 < before[key] { print $3 " has shrunk: tests/kernels/verify writes the table anew" }
	END {
		if (!(($1 " " $2) in known)) print "the table does not have this kernel and compiler: only the budget counts"
		if (bad) print "FAILED: grown:" bad "\nIf that has to be, tests/kernels/verify writes the table anew."
		exit bad != ""
	}' "$table" "$work/now"
