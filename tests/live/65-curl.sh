#!/usr/bin/env bash
# Connections that live a few milliseconds between two walks over the sockets are counted in full: curl says to the byte
# what each carried in both directions.
. "$(dirname "$0")/../lib.sh"

command -v nginx >/dev/null || skip "there is no nginx here: tools/setup test installs it"

mkdir "$work/www" "$work/tmp"
for size in 0 1 1000 100000 3000000; do
	head -c $size /dev/zero >"$work/www/$size"
done
cat >"$work/nginx.conf" <<-END
	daemon off;
	user root;
	master_process off;
	pid $work/nginx.pid;
	error_log stderr crit;
	events {}
	http {
		access_log off;
		$(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/tmp;"; done)
		server {
			listen $port;
			listen [::]:$port;
			root $work/www;
		}
	}
END

get() { # URL OPTION…
	"${clients[@]}" curl --silent --fail --globoff --max-time 10 --output "$work/got" \
		--write-out '%{size_request} %{size_header} %{size_download}\n' "${@:2}" "http://$1" >>"$work/curl"
}

answers() {
	get "$net4.128.1:$port/0"
}

network
start nginx nginx -p "$work" -c "$work/nginx.conf"
within 20 "nginx answers" answers
watch joined 3 --top 0 --by netns,port,process,role
: >"$work/curl"
for address in "$net4.128.1" "[$net6:80::1]"; do
	for size in 0 1 1000 100000 3000000; do
		get "$address:$port/$size"
		get "$address:$port/$size" --header "Connection: close"
	done
done
settle
equal "intervals before the connections ended" "$(wc -l <"$work/joined.out")" 1
stop nginx
unwatch joined

here=".netns == \"$(netns_of server)\" and .port == $port and .role == \"server\" and .pid == ${job_pid[nginx]}"
there=".netns == \"$(netns_of clients)\" and .port == $port and .role == \"client\" and .process == \"curl\""
read -r count sent received < <(awk '{ s += $1; r += $2 + $3 } END { print NR, s, r }' "$work/curl")
equal "requests" "$count" 20
at_least "bytes" "$received" 12404004
equal "opened by curl" "$(sum joined rows tcp_opens_out "$there")" 20
equal "ended by curl" "$(sum joined rows tcp_closes "$there")" 20
equal "sent by curl" "$(sum joined rows tcp_tx_bytes "$there")" "$sent"
equal "received by curl" "$(sum joined rows tcp_rx_bytes "$there")" "$received"
equal "accepted by nginx" "$(sum joined rows tcp_opens_in "$here")" 20
equal "ended by nginx" "$(sum joined rows tcp_closes "$here")" 20
equal "received by nginx" "$(sum joined rows tcp_rx_bytes "$here")" "$sent"
equal "sent by nginx" "$(sum joined rows tcp_tx_bytes "$here")" "$received"
