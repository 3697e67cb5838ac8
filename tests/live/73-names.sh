#!/usr/bin/env bash
# Processes whose names have every byte there is, escape sequences, quotes and separators: each output names them so that
# its own kind of reader reads what it should, and no control character reaches a file, a pipe or a terminal.
. "$(dirname "$0")/../lib.sh"

ip link set lo up
python3 - "$l4dstat" "$work" <<'END'
import csv, ctypes, json, os, pty, re, select, signal, socket, subprocess, sys, time, unicodedata

program, work = sys.argv[1:]
names = [bytes(range(first, min(first + 15, 256))) for first in range(1, 256, 15)]
names += [b"other", b"'other'", b"kernel", b"unknown"]  # what there are rows of by themselves
names += [b"\x1b]0;pwn\x07\x1b[2J", "é€😀".encode(), b'","x":"', b'a{b="c"} 1\n', b"\xc2\x9b31mred", b"x\r\n;,\t|y", b"$(id)`id`%s%n",
          b"\xed\xa0\x80\xf5\xc0\x80\xfe", b"a b  c   "]
PORT = 7000


def shown(name):
    """The name as it should be seen; every byte that is no UTF-8, and every control character, is a question mark.
    What is called like a row that stands for no process has one more pair of quotes than it has."""
    text = name.decode("utf-8", "surrogateescape")
    text = "".join("?" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return f"'{text}'" if re.fullmatch(r"('*)(other|kernel|unknown)\1", text) else text


def be(number, name, go):
    """A process of that name that sends as many datagrams to itself as its number says, when told to."""
    child = os.fork()
    if child:
        return child
    ctypes.CDLL(None).prctl(15, ctypes.c_char_p(name), 0, 0, 0)  # PR_SET_NAME
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", PORT + number))
        os.read(go, 1)
        for _ in range(number):
            end.sendto(b"x", ("127.0.0.1", PORT + number))
            end.recv(1)
    signal.pause()


def start(*options, terminal=False, **more):
    arguments = [program, "--netns", "self", *options, "0.5"]
    if not terminal:
        return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    child, end = pty.fork()
    if not child:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS="150", LINES="60")
        os.execv(program, arguments)
    return child, end


def read_until(satisfied):
    """Takes what comes from all of them into `got`, those that are closed out of `ends`."""
    until = time.monotonic() + 30
    ends.extend(end for end in got if end not in ends and end not in closed)
    while not satisfied():
        assert time.monotonic() < until, f"not in time: {got}"
        for end in select.select(ends, [], [], 0.1)[0]:
            try:
                more = os.read(end if isinstance(end, int) else end.fileno(), 65536)
            except OSError:
                more = b""
            got[end] += more
            if not more:
                ends.remove(end)
                closed.append(end)


got, ends, closed = {}, [], []


def check_bytes(what, data, allowed="\n"):
    text = data.decode()  # UTF-8 or it fails here
    bad = sorted({c for c in text if unicodedata.category(c) == "Cc" and c not in allowed})
    assert not bad, f"{what} has control characters {bad}"
    assert text.strip(), f"{what} is empty"
    return text


def check_sent(what, sent):
    """sent: {(pid, name): datagrams}"""
    for number, (pid, name) in enumerate(zip(children, names), 1):
        wanted = {(str(pid), shown(name)): number}
        got = {key: count for key, count in sent.items() if key[0] == str(pid)}
        assert got == wanted, f"{what}: {got}, should be {wanted}"
    print(f"{what}: {len(names)} names")


go, told = os.pipe()
children = [be(number, name, go) for number, name in enumerate(names, 1)]
files = [f"{work}/names.csv", f"{work}/names.rows.jsonl"]
options = ["--json", "--by", "process", "--top", "0", "--alert", "udp_tx_dgrams by process > 0"]
for file in files:
    options += ["-o", file]
options += ["--textfile", f"{work}/names.prom", "--metrics-top", "50"]
recording = f"{work}/recording.jsonl.gz"
records = b" --record " in subprocess.run([program, "--help"], stdout=subprocess.PIPE, check=True).stdout
try:
    machine = start(*options, *(["--record", recording] if records else []))
    table = start("--by", "process", "--top", "0")
    line = start("--top-udp", "--top-net", "--top-cpu", "--top-io", "--top-mem")
    live, live_end = start("--by", "process", "--top", "0", terminal=True)
    coloured, coloured_end = start("--top-udp", "--top-net", "--color=always", terminal=True)
    got = {end: b"" for end in (machine.stdout, table.stdout, line.stdout, live_end, coloured_end)}
    read_until(lambda: got[machine.stdout].count(b"\n") and got[line.stdout].count(b"\n") > 2
               and len(got[live_end]) > 200 and got[coloured_end].count(b"\n") > 2)
    os.write(told, b"x" * len(names))
    last = shown(names[-1]).encode()
    read_until(lambda: all(last in got[end] for end in (machine.stdout, table.stdout, line.stdout, coloured_end)) and "€".encode() in got[live_end])
    for child in (machine.pid, table.pid, line.pid, live, coloured):
        os.kill(child, signal.SIGTERM)
    read_until(lambda: not any(end in ends for end in got))
    assert [os.waitpid(child, 0)[1] for child in (live, coloured)] == [0, 0], "exit code on a terminal"
    said = machine.stderr.read()
    assert machine.wait() == table.wait() == line.wait() == 0, said
finally:
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

sent = {}
for data in got[machine.stdout].splitlines(keepends=True):
    for row in json.loads(check_bytes("JSON", data))["rows"]:
        if row.get("udp_tx_dgrams"):
            key = str(row["pid"]), row["process"]
            sent[key] = sent.get(key, 0) + row["udp_tx_dgrams"]
check_sent("JSON", sent)

sent = {}
with open(files[1], "rb") as file:
    for data in file:
        row = json.loads(check_bytes("JSON rows", data))
        if row["type"] == "process" and row.get("udp_tx_dgrams"):
            key = str(row["pid"]), row["process"]
            sent[key] = sent.get(key, 0) + row["udp_tx_dgrams"]
check_sent("JSON rows", sent)

sent = {}
with open(files[0], "rb") as file:
    for row in csv.DictReader(check_bytes("CSV", file.read(), "\r\n").splitlines(), strict=True):
        assert None not in row and None not in row.values(), f"CSV is no rectangle: {row}"
        if int(row["udp_tx_dgrams"] or 0):
            # What a spreadsheet would take for a formula has a quote before it.
            key = row["pid"], re.sub(r"^'(?=[=+@-])", "", row["process"])
            sent[key] = sent.get(key, 0) + int(row["udp_tx_dgrams"])
check_sent("CSV", sent)

# A label value, its backslashes, quotes and line feeds escaped.
sample = re.compile(r'(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)')
series = set()
with open(f"{work}/names.prom", "rb") as file:
    for text in check_bytes("metrics", file.read()).splitlines():
        if not text.startswith("#"):
            found = sample.fullmatch(text)
            assert found, f"no sample: {text}"
            series |= set(re.findall(r'process="((?:[^"\\]|\\.)*)"', found[2] or ""))
seen = {re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], name) for name in series}
assert {shown(name) for name in names} <= seen, f"not among the series: { {shown(name) for name in names} - seen}"
print(f"metrics: {len(seen)} names")

text = check_bytes("alerts", said)
for pid, name in list(zip(children, names))[-9:]:  # the worst ones are named, the others are a number
    assert f"process {shown(name)}[{pid}]" in text, f"no alert of {name}: {text}"
text = check_bytes("table", got[table.stdout])
for pid, name in zip(children, names):
    assert f"{shown(name)}[{pid}]" in text, f"not in the table: {name}"
check_bytes("lines", got[line.stdout])
if records:
    unpacked = subprocess.run(["zcat", recording], stdout=subprocess.PIPE, check=True).stdout
    for data in unpacked.splitlines(keepends=True):
        json.loads(check_bytes("recording", data, "\n\x7f"))

# What a terminal is sent has control characters: those that draw. None of them may come from a name.
for what, data in (("live table", got[live_end]), ("line", got[coloured_end])):
    check_bytes(what, data, "\x1b\b\t\n\r\x0e\x0f")
    assert b"\x1b]0;" not in data, f"{what} sets the title"
    drawn = re.sub(rb"\x1b(\[[0-9;?]*[@-~]|[()][0-9A-Z]|[=>78M])", b"", data)
    assert b"\x1b" not in drawn, f"{what} has an odd escape: {drawn[drawn.index(27):][:20]}"
assert "é€😀".encode() in got[live_end], "the live table has lost a name"
print("terminals: nothing but what draws")
END
