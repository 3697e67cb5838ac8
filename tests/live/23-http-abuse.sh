#!/usr/bin/env bash
# Whoever is on the other side of --listen: what is wrong is refused as HTTP has it, clients are bounded, and while a
# thousand of them misbehave no interval is left out and no descriptor is lost.
. "$(dirname "$0")/../lib.sh"

ip link set lo up
cd "$work"
watch abused 1 --listen 127.0.0.1:9474
pid=${job_pid[abused]}
descriptors() {
	find "/proc/$pid/fd" -mindepth 1 | wc -l
}

# A request without an end, a byte now and then, so that no silence is long.
cat >endless.py <<'END'
import socket, time

s = socket.create_connection(('127.0.0.1', 9474), source_address=('127.0.2.1', 0))
s.sendall(b'GET /metrics HTTP/1.1\r\nX: ')
print('ready', flush=True)
s.settimeout(0.5)
for turn in range(240):
    try:
        s.sendall(b'x')
        if not s.recv(1):
            break
    except TimeoutError:
        continue
    except OSError:
        break
else:
    raise SystemExit('nobody has closed it')
END
start endless /usr/bin/python3 endless.py
ready endless
before=$(descriptors)

cat >abuse.py <<'END'
import socket, sys, time

def connect(i=0, wait=True):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.bind((f'127.0.1.{i % 200 + 1}', 0))
    s.settimeout(20 if wait else 0)
    if wait:
        s.connect(('127.0.0.1', 9474))
    else: # the queue of those not accepted is bounded too: most of a crowd stays outside
        s.connect_ex(('127.0.0.1', 9474))
    return s

def answer(request, i=0):
    s, got = connect(i), b''
    try:
        s.sendall(request)
        s.shutdown(socket.SHUT_WR)
        while piece := s.recv(65536):
            got += piece
    except OSError: # reset before all of it was taken
        pass
    s.close()
    return got

def status(request, i=0):
    words = answer(request, i).split(b' ', 2)
    return words[1].decode() if len(words) > 1 else 'closed'

def get(path, more=b''):
    return b'GET ' + path + b' HTTP/1.1\r\nHost: x\r\n' + more + b'\r\n'

def expect(what, got, *wanted):
    assert got in wanted, f'{what}: {got}, not {wanted}'
    print(f'{what}: {got}')

expect('the page', status(get(b'/metrics', b'Connection: close\r\n')), '200')
expect('a query behind it', status(get(b'/metrics?x=y', b'Connection: close\r\n')), '200')
expect('hint', status(get(b'/')), '200')
expect('no such page', status(get(b'/metrics/')), '404')
expect('a way out', status(get(b'/../../etc/passwd')), '404')
for method in b'POST', b'PUT', b'DELETE', b'OPTIONS', b'TRACE', b'BREW':
    got = answer(method + b' /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc')
    expect(method.decode(), got.split(b' ', 2)[1], b'405')
    assert b'\r\nAllow: GET, HEAD\r\n' in got
head, _, body = answer(b'HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').partition(b'\r\n\r\n')
expect('body of HEAD', len(body), 0)
assert int([l for l in head.split(b'\r\n') if l.lower().startswith(b'content-length:')][0].split(b':')[1]) > 1000
expect('oversize header', status(get(b'/metrics', b'X: ' + b'x' * 60000 + b'\r\n')), '431', '413', 'closed')
expect('oversize address', status(get(b'/' + b'x' * 60000)), '414', '431', '413', 'closed')
expect('a thousand headers', status(get(b'/metrics', b'A: b\r\n' * 5000)), '431', '413', 'closed')
expect('not HTTP', status(b'\x16\x03\x01\x02\x00\x01\xfc' * 50), '400', 'closed')
expect('nothing', status(b''), 'closed')
expect('a body with GET', status(b'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde'), '200')
expect('pipelined', answer(get(b'/') * 19 + get(b'/x', b'Connection: close\r\n')).count(b'HTTP/1.1 '), 20)

# All at once, from 200 addresses: some never say anything, some a byte now and then, some ask and never read.
crowd = [connect(i, False) for i in range(1000)]

def say(what, each):
    for s in crowd[each::4]:
        try:
            s.send(what)
        except OSError: # shown the door
            pass

say(get(b'/metrics') * 50, 0)
say(b'GET /metrics HTTP/1.1\r\nX-Slow: ', 1)
say(b'POST /metrics HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n', 2)
print('crowd', flush=True)
for turn in range(20):
    say(b'x', 1)
    time.sleep(0.1)
print('done', flush=True)
sys.stdin.readline()
END
start abuse prlimit --nofile=4096:4096 /usr/bin/python3 abuse.py
within 30 "the crowd is there" job_said abuse '^crowd$'
most=0
while ! job_said abuse '^done$'; do
	now=$(descriptors)
	[ "$now" -le "$most" ] || most=$now
done
cat abuse.out
[ "$most" -le $((before + 66)) ] || fail "$most descriptors are open, at first it was $before"
at_least "clients that were served at a time" $((most - before)) 32
go abuse
finish abuse

answers() {
	curl -sS -m 2 -o scraped http://127.0.0.1:9474/metrics 2>/dev/null
}
within 40 "it answers when they have gone" answers
grep -q '^l4dstat_scrapes_total ' scraped || fail "that is no page"
finish endless
let_go() {
	[ "$(descriptors)" -le $((before + 1)) ]
}
within 40 "descriptors are closed" let_go
next_line abused
unwatch abused

# Each deadline has its line, but for the last, which a signal made early.
at_least "intervals" "$(wc -l <abused.out)" 5
equal "intervals left out" "$(jq -s '.[:-1] | map(.interval + 0.5 | floor) | add - length' abused.out)" 0
