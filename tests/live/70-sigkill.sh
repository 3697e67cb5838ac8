#!/usr/bin/env bash
# Killed with SIGKILL at work ten times, or TURNS: no program, map, link or file remains.
. "$(dirname "$0")/../lib.sh"

objects() { # prints "prog 7", "map 9", … of all there are
	local kind

	for kind in prog map link; do
		bpftool --json $kind list | jq -r ".[] | \"$kind \\(.id)\""
	done | sort
}

# Those that a living process has a descriptor of: another l4dstat may be at work beside us.
held() {
	cat /proc/[0-9]*/fdinfo/* 2>/dev/null | sed -nE 's/^(prog|map|link)_id:\s*/\1 /p' | sort -u || :
}

left() {
	comm -13 "$work/before" <(objects) | comm -23 - <(held)
}

none_left() {
	[ -z "$(left)" ]
}

files() {
	find /tmp /var/tmp /dev/shm /run /sys/fs/bpf /mnt/cwd -mindepth 1 | sort
}

# Places of its own where a program could leave files, so that whatever appears there is l4dstat's. What we need
# ourselves moves to /mnt.
mkdir "$work/cwd"
install -m 755 "$l4dstat" "$work/l4dstat"
mount --bind "$work" /mnt
hidden=$work work=/mnt
trap 'umount -l /tmp /mnt; work=$hidden; clean_up' EXIT
for directory in /tmp /var/tmp /dev/shm /run; do
	mount -t tmpfs l4test $directory
done
[ ! -d /sys/fs/bpf ] || mount -t bpf l4test /sys/fs/bpf

files >"$work/files"
objects >"$work/before"
ip link set lo up
turns=${TURNS:-10}
for ((turn = 1; turn <= turns; turn++)); do
	start "kill-$turn" env -C /mnt/cwd /mnt/l4dstat --json 0.1
	within 20 "first line" job_said "kill-$turn" .
	for ((i = 0; i < 50; i++)); do echo >/dev/udp/127.0.0.1/9; done
	pid=${job_pid[kill-$turn]}
	loaded=$({ cat /proc/"$pid"/fdinfo/* 2>/dev/null || :; } | # some are closed meanwhile
		sed -nE 's/^(prog|map|link)_id:\s*/\1 /p' | sort -u | wc -l)
	at_least "turn $turn: objects it holds" "$loaded" 20
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	unset "job_input[kill-$turn]"
	within 20 "turn $turn: the kernel frees its objects" none_left
done
echo "none of them left after $turns times"
equal "files" "$(files)" "$(cat "$work/files")"
