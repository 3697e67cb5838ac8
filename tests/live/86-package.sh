#!/usr/bin/env bash
# make deb: a Debian package of all that make install installs, with which lintian finds nothing wrong.
. "$(dirname "$0")/../lib.sh"

for tool in dpkg-buildpackage dh lintian; do
	command -v $tool >/dev/null || skip "there is no $tool on this system, so no Debian package either"
done
cd "$root"

# What the build needs is written down for Debian as it is for tools/setup.
for package in $(awk '$1 == "build" { print $4 }' tools/setup); do
	[[ $package =~ ^(gcc|make|linux-libc-dev|libc6-dev)$ ]] || # build-essential has these
		grep -qE "^(Build-Depends:)? +$package,?$" tools/debian/control ||
		fail "tools/debian/control does not name $package, which tools/setup says a build needs"
done

make -s deb >"$work/log" 2>&1 || fail "$(tail -n 30 "$work/log")"
package=$(ls build/deb/l4dstat_*.deb)
equal "what lintian says" "$(lintian --allow-root build/deb/*.changes 2>&1 || :)" ""

make -s install DESTDIR="$work/staged" PREFIX=/usr zshdir=/usr/share/zsh/vendor-completions >"$work/log"
dpkg-deb -x "$package" "$work/unpacked"
for file in $(cd "$work/staged" && find . -type f); do
	[ -e "$work/unpacked/$file" ] || [ -e "$work/unpacked/$file.gz" ] || [ -e "$work/unpacked/${file#./usr}" ] ||
		fail "the package lacks $file"
done
equal "version" "$("$work/unpacked/usr/sbin/l4dstat" --version)" "$("$l4dstat" --version)"
equal "configuration files" "$(dpkg-deb -I "$package" conffiles)" /etc/default/l4dstat
