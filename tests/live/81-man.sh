#!/usr/bin/env bash
# The manual page: mandoc has nothing to say against it, and it names what the program names, no more and no less.
. "$(dirname "$0")/../lib.sh"

command -v mandoc >/dev/null || skip "there is no mandoc here, and on this system none beside its own man"

page=$root/build/docs/l4dstat.8

# Whether the pages it refers to are installed is no matter of ours.
equal "complaints of mandoc" "$(mandoc -T lint "$page" 2>/dev/null | grep -v 'mandoc.db\|referenced manual' || :)" ""
mandoc -T ascii -O width=78 "$page" | sed 's/.\x08//g' >"$work/read"
at_least "lines to read" "$(wc -l <"$work/read")" 100
equal "lines wider than 80 columns" "$(awk 'length > 80' "$work/read")" ""
equal "lists left out" "$(grep '^@' "$page" || :)" ""

# Options: a list item each, with the letter and the argument that --help gives them.
"$l4dstat" --help | sed -nE 's/^  (-(.),|   ) --([a-z0-9-]+)(\[?[ =]([A-Z]+))?.*/_\2 \3 _\5/p' | sort >"$work/helped"
sed -nE 's/^\.It (Fl (.) , )?Fl -([a-z0-9-]+)(.* Ar ([A-Z]+).*)?$/_\2 \3 _\5/p' "$page" | sort >"$work/manned"
at_least "options in --help" "$(wc -l <"$work/helped")" 30
diff "$work/helped" "$work/manned" || fail "--help and the manual name different options"

# Columns, dimensions and metrics: as --list has them.
"$l4dstat" --list | sed -n '/^[DM]/,$s/^  \([a-z0-9_-]\{1,\}\) .*/\1/p' | sort >"$work/listed"
sed -n 's/^\.It Cm \([a-z0-9_-]*\)$/\1/p' "$page" | sort >"$work/described"
at_least "dimensions and metrics in --list" "$(wc -l <"$work/listed")" 50
diff "$work/listed" "$work/described" || fail "--list and the manual name different things"

# What is written in words names no option that does not exist.
"$l4dstat" --help >"$work/help"
for option in $(grep -oE -- '(Fl -|--)[a-z][a-z0-9-]+' "$root/tools/docs/l4dstat.8" | sed 's/^Fl -/--/' | sort -u); do
	grep -q -- " $option\>" "$work/help" || fail "the manual names $option, --help does not"
done

equal "lines of --help wider than 80 columns" "$(awk 'length > 80' "$work/help")" ""
