#!/usr/bin/env bash
# make install puts each file where its reader looks, below DESTDIR and PREFIX; make uninstall takes all of it away.
. "$(dirname "$0")/../lib.sh"

cd "$root"
built=$(stat -c %Y l4dstat)
make -s install DESTDIR="$work/staged" PREFIX=/usr >"$work/log" 2>&1 || fail "$(cat "$work/log")"
equal "built anew for it" "$(stat -c %Y l4dstat)" "$built"
equal "files" "$(cd "$work/staged" && find . -type f -printf '%m %P\n' | sort -k 2)" "644 usr/lib/systemd/system-preset/80-l4dstat.preset
644 usr/lib/systemd/system/l4dstat.service
755 usr/sbin/l4dstat
644 usr/share/bash-completion/completions/l4dstat
644 usr/share/fish/vendor_completions.d/l4dstat.fish
644 usr/share/l4dstat/grafana/l4dstat.json
644 usr/share/l4dstat/grafana/provisioning.yaml
644 usr/share/l4dstat/prometheus/l4dstat.rules.yml
644 usr/share/l4dstat/prometheus/prometheus.yml
644 usr/share/l4dstat/schema/json.json
644 usr/share/l4dstat/schema/recording.json
644 usr/share/l4dstat/schema/rows.json
644 usr/share/man/man8/l4dstat.8
644 usr/share/zsh/site-functions/_l4dstat"
equal "version" "$("$work/staged/usr/sbin/l4dstat" --version)" "$("$l4dstat" --version)"
grep -q '^complete -F' "$work/staged/usr/share/bash-completion/completions/l4dstat" || fail "that is not for bash"
grep -q '^#compdef l4dstat' "$work/staged/usr/share/zsh/site-functions/_l4dstat" || fail "that is not for zsh"
grep -q '^complete -c l4dstat' "$work/staged/usr/share/fish/vendor_completions.d/l4dstat.fish" || fail "that is not for fish"
grep -q 'path: /usr/share/l4dstat/grafana$' "$work/staged/usr/share/l4dstat/grafana/provisioning.yaml" || fail "Grafana looks elsewhere"
grep -q '^ExecStart=/usr/sbin/l4dstat ' "$work/staged/usr/lib/systemd/system/l4dstat.service" || fail "the unit does not run it"
make -s uninstall DESTDIR="$work/staged" PREFIX=/usr
equal "files after uninstall" "$(find "$work/staged" -type f)" ""
equal "and directories of ours" "$(find "$work/staged" -name l4dstat)" ""
