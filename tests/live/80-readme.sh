#!/usr/bin/env bash
# README, --help and --list agree with the program: the examples run, every metric is described by the same words.
. "$(dirname "$0")/../lib.sh"

cd "$(dirname "$0")/../.."
ip link set lo up

# Commands of ```sh blocks that run l4dstat, and the indented examples of --help, each for one short interval.
examples=$(sed -n '/^```sh$/,/^```$/s/^sudo l4dstat//p' README.md)
examples+=$'\n'$(./l4dstat --help | sed -n 's/^  l4dstat\([^|]*[^ |]\)   *.*$/\1/p; s/^  l4dstat\(.*[0-9]\) |.*$/\1/p')
ran=0
while read -r words; do
	words=${words%%>>*}
	case " $words " in
	*" 5 12 "*) words=${words/5 12/} ;;
	*" 60 "* | *" 1 "*) words=${words% } words=${words% *} ;;
	esac
	# shellcheck disable=SC2086 # words are options
	./l4dstat $words 0.2 1 >"$work/out" || fail "'l4dstat $words' failed"
	[ -s "$work/out" ] || fail "'l4dstat $words' shows nothing"
	ran=$((ran + 1))
done < <(grep -v '^ *$' <<<"$examples")
at_least "examples that run" "$ran" 8

./l4dstat --list | sed -n '/^Metrics/,$s/^  \([a-z_0-9]*\) *\(.*\)$/| \1 | \2 |/p' >"$work/listed"
at_least "metrics listed" "$(wc -l <"$work/listed")" 18
equal "metrics that README says otherwise" "$(grep -vxFf README.md "$work/listed" || :)" ""
equal "metrics only in README" "$(grep -E '^\| (tcp|udp)_' README.md | grep -vxFf "$work/listed" || :)" ""

# Every option of the program that README names exists.
./l4dstat --help >"$work/help"
for option in $(grep -v '^    ' README.md | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u); do
	grep -q -- "$option" "$work/help" || fail "README names $option, --help does not"
done

# The question asked of a recording, word for word.
./l4dstat --json 0.2 2 >"$work/l4.jsonl"
question=$(sed -n '/^```sh$/,/^```$/s/^\(jq .*\)$/\1/p' README.md)
equal "answers to '$question'" "$(cd "$work" && eval "$question" | wc -l)" 2
