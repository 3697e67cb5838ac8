#!/usr/bin/env bash
# The package of 86-package on fresh Debian 12 and 13 systems, in a chroot each: it installs with what it depends on, runs,
# and is removed without a trace. The systems are fetched once and kept in the cache.
export L4_TEST_INSIDE=$$ # the network is needed; mounts have a namespace of their own below
. "$(dirname "$0")/../lib.sh"

for tool in dpkg-deb mmdebstrap; do
	command -v $tool >/dev/null || skip "there is no $tool on this system"
done
package=$(ls "$root"/build/deb/l4dstat_*.deb 2>/dev/null) || make -s -C "$root" deb >"$work/log" 2>&1 || fail "$(cat "$work/log")"
package=$(ls "$root"/build/deb/l4dstat_*.deb)
depends=$(dpkg-deb -f "$package" Depends | sed 's/ ([^)]*)//g; s/ //g')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/l4dstat/debian

# A minimal system with what the package depends on, as a directory; it is never written to.
system_of() { # RELEASE
	echo "$cache/$1-$(sha256sum <<<"$depends" | cut -c 1-12)"
}

fetch() { # RELEASE
	local system

	system=$(system_of "$1")
	[ ! -d "$system" ] || return 0
	mkdir -p "$cache"
	mmdebstrap --quiet --variant=apt --include="$depends" "$1" "$work/$1" || return
	rm -rf "$cache/$1"-*
	mv "$work/$1" "$system.new" && mv "$system.new" "$system"
}

# What is on the system, but for what dpkg and others note of their own work.
files='cd / && find . -xdev \( -path ./proc -o -path ./sys -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/log -o -path ./var/cache \
	-o -path ./tmp \) -prune -o -printf "%p %y %m %u %l\n" | sort'

# In the chroot, from here on.
# shellcheck disable=SC2016 # it is a script
check='
	set -e
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
	mkdir -p /var/lib/private # which systemd makes
	'$files' >/tmp/before
	apt-get install -y /tmp/l4dstat.deb
	l4dstat --version
	l4dstat -t --tcp --net 0.1 1
	l4dstat --json 0.2 1 >/tmp/line
	grep -q "\"total\":{" /tmp/line
	for file in /lib/systemd/system/l4dstat.service /etc/default/l4dstat; do [ -f $file ]; done
	[ ! -e /etc/systemd/system/multi-user.target.wants/l4dstat.service ]
	[ "$(dpkg --verify l4dstat)" = "" ]
	mkdir /var/lib/private/l4dstat # as systemd makes it, for what the service records
	ln -s private/l4dstat /var/lib/l4dstat
	touch /var/lib/l4dstat/l4dstat.jsonl.gz
	apt-get purge -y l4dstat
	'$files' >/tmp/after
	diff /tmp/before /tmp/after
	echo clean
'
try() { # RELEASE
	unshare --mount -- bash -euc '
		mkdir "$1" && mount -t tmpfs l4test "$1" && mkdir "$1/upper" "$1/work" "$1/system"
		mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" l4test "$1/system"
		cp "$3" "$1/system/tmp/l4dstat.deb"
		mount --rbind /proc "$1/system/proc" && mount --rbind /sys "$1/system/sys"
		mount -t tmpfs l4test "$1/system/tmp" -o nosuid && cp "$3" "$1/system/tmp/l4dstat.deb"
		unshare --net -- chroot "$1/system" /bin/bash -c "$4"
	' try "$work/chroot-$1" "$(system_of "$1")" "$package" "$check" >"$work/$1.log" 2>&1
}

# What is built on Debian 13 wants the libraries of that, and is for no older one.
releases=(bookworm trixie)
[ "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" != trixie ] || releases=(trixie)
for release in "${releases[@]}"; do
	fetch "$release" 2>"$work/$release.fetched" &
	job_pid[$release]=$!
done
tried=0
for release in "${releases[@]}"; do
	if ! wait "${job_pid[$release]}"; then
		tail -n 3 "$work/$release.fetched"
		missing="the system of $release could not be fetched: is there no network?"
		continue
	fi
	try "$release" || fail "$release: $(tail -n 20 "$work/$release.log")"
	equal "$release" "$(tail -n 1 "$work/$release.log")" clean
	tried=$((tried + 1))
done
[ $tried = ${#releases[@]} ] || skip "$missing"
