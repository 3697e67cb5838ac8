#!/usr/bin/env bash
# nginx with four workers under wrk, with keep-alive and without: bytes and connections are its workers' and wrk's,
# nothing is unknown, and the bytes are those in nginx's own log.
. "$(dirname "$0")/../lib.sh"

for program in nginx wrk curl; do
	command -v $program >/dev/null || skip "there is no $program here: tools/setup test installs it"
done

mkdir "$work/www" "$work/tmp"
head -c 3000 /dev/zero >"$work/www/page"
cat >"$work/nginx.conf" <<-END
	daemon off;
	user root;
	worker_processes 4;
	pid $work/nginx.pid;
	error_log stderr crit;
	events { worker_connections 512; }
	http {
		log_format bytes '\$request_length \$bytes_sent';
		access_log $work/access.log bytes;
		keepalive_requests 1000000;
		$(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/tmp;"; done)
		server {
			listen $port backlog=1000;
			listen [::]:$port backlog=1000;
			root $work/www;
		}
	}
END
# Answers to the last requests arrive before wrk closes its connections, which it does without waiting for them.
echo 'function done() os.execute("sleep 0.5") end' >"$work/done.lua"

answers() {
	"${clients[@]}" curl --silent --fail --max-time 1 --output "$work/page" "http://$net4.128.1:$port/page"
}

wrk() { # NAME ADDRESS OPTION…
	start "$1" "${clients[@]}" wrk --threads 2 --connections 32 --duration 2s --script "$work/done.lua" "${@:3}" \
		"http://$2:$port/page"
}

network
start nginx nginx -p "$work" -c "$work/nginx.conf"
within 20 "nginx answers" answers
remember server clients
watch joined 0.3 --top 0 --by netns,port,process,role
: >"$work/access.log"
wrk kept "$net4.128.1"
wrk closed "[$net6:80::1]" --header "Connection: close"
finish kept closed
workers=$(pgrep -P "${job_pid[nginx]}" | paste -sd,)
stop nginx
settle
unwatch joined

here=".netns == \"$(netns_of server)\" and .port == $port"
there=".netns == \"$(netns_of clients)\" and .port == $port"
worker="$here and .role == \"server\" and .process == \"nginx\" and (.pid | IN($workers))"
read -r requests received sent < <(awk '{ r += $1; s += $2 } END { printf "%d %d %d\n", NR, r, s }' "$work/access.log")
accepted=$(risen server TcpPassiveOpens)
opened=$(risen clients TcpActiveOpens)
at_least "requests" "$requests" 5000
at_least "ActiveOpens" "$opened" 1000
equal "PassiveOpens" "$accepted" "$opened"

equal "opened by the wrk that keeps them, and one to try" \
	"$(sum joined rows tcp_opens_out "$there and .pid == ${job_pid[kept]}")" 33
equal "opened by both" "$(sum joined rows tcp_opens_out "$there and .process == \"wrk\"")" "$opened"
equal "accepted by nginx" "$(sum joined rows tcp_opens_in "$here and .process == \"nginx\"")" "$accepted"
equal "ended by wrk" "$(sum joined rows tcp_closes "$there and .process == \"wrk\"")" "$opened"
equal "ended by the workers" "$(sum joined rows tcp_closes "$worker")" "$accepted"
equal "bytes sent by wrk" "$(sum joined rows tcp_tx_bytes "$there and .process == \"wrk\"")" "$received"
equal "bytes received by wrk" "$(sum joined rows tcp_rx_bytes "$there and .process == \"wrk\"")" "$sent"
equal "bytes received by the workers" "$(sum joined rows tcp_rx_bytes "$worker")" "$received"
equal "bytes sent by the workers" "$(sum joined rows tcp_tx_bytes "$worker")" "$sent"
for metric in tcp_rx_bytes tcp_tx_bytes tcp_rx_segs tcp_tx_segs tcp_opens_in tcp_opens_out tcp_closes; do
	equal "$metric of others" \
		"$(sum joined rows $metric "($here or $there) and (.process | IN(\"nginx\", \"wrk\") | not)")" 0
done
equal "events missed" "$(jq -s 'map(.quality.missed + .quality.cell_overflow) | add' "$work/joined.out")" 0
