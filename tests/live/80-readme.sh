#!/usr/bin/env bash
# README, --help and --list agree with the program: the examples run, every metric is described by the same words.
. "$(dirname "$0")/../lib.sh"

cd "$(dirname "$0")/../.."
ip link set lo up

./l4dstat --help >"$work/help"

takes_value() { # OPTION
	[[ $1 = --* ]] && grep -q -- "^ .* $1 [A-Z]" "$work/help"
}

# What stands behind l4dstat, up to where its output goes, without delay and count: numbers that are no option's value.
arguments() { # COMMAND
	local words=${1#*l4dstat}

	read -ra words <<<"${words%%[|>]*}"
	while [[ ${#words[@]} -gt 0 && ${words[-1]} =~ ^[0-9.]+$ ]]; do
		[[ ${#words[@]} -gt 1 ]] && takes_value "${words[-2]}" && break
		unset "words[-1]"
	done
	echo "${words[*]-}"
}

# Commands of README's ```sh blocks, the indented examples of --help, those of the manual: each for one short interval.
examples=$(sed -n '/^```sh$/,/^```$/{s/^sudo //; /^l4dstat/p}' README.md)
examples+=$'\n'$(sed -n 's/^  \(l4dstat.*[^ ]\)   *[^ ].*$/\1/p' "$work/help")
examples+=$'\n'$(sed -n 's/^\.Dl //p' build/docs/l4dstat.8)
# What has just been recorded was last night, at 02:05.
at_two() {
	zcat "$work/l4.jsonl.gz" | jq -c ".ts = $(date -d 'today 02:05' +%s)" | gzip >"$work/l4.gz"
	mv "$work/l4.gz" "$work/l4.jsonl.gz"
}

ran=0
while read -r example; do
	if [[ $example = *\'* ]]; then # a shell's words, and nothing behind them
		eval "options=(${example#*l4dstat})"
	else
		read -ra options <<<"$(arguments "$example")"
	fi
	echo "-- l4dstat ${options[*]}"
	times=(0.2 1)
	[[ ${options[*]} != *--replay* ]] || times=()
	(cd "$work" && "$l4dstat" "${options[@]}" "${times[@]}") >"$work/out" || fail "'$example' failed"
	[[ ${options[*]} != "--record "* ]] || at_two
	# What only serves is silent.
	[[ -s $work/out || ${options[*]} = *"--listen "* ]] || fail "'$example' shows nothing"
	ran=$((ran + 1))
done < <(grep -w l4dstat <<<"$examples" | sort -u)
at_least "examples that run" "$ran" 15

./l4dstat --list | sed -n '/^Metrics/,$s/^  \([a-z_0-9]*\) *\(.*\)$/| \1 | \2 |/p' >"$work/listed"
at_least "metrics listed" "$(wc -l <"$work/listed")" 18
equal "metrics that README says otherwise" "$(grep -vxFf README.md "$work/listed" || :)" ""
equal "metrics only in README" "$(grep -E '^\| (tcp_|udp_|remotes_|ports )' README.md | grep -vxFf "$work/listed" || :)" ""

# Every option of the program that README names exists.
for option in $(grep -v '^    ' README.md | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u); do
	grep -q -- "$option" "$work/help" || fail "README names $option, --help does not"
done
