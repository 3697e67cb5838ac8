#!/usr/bin/env bash
# 1 000 random command lines, made from the options --help names and from junk: each ends in time with one of the four exit
# codes, what is wrong is one printable sentence, and no word that means nothing is passed over. Most run without
# privileges, where the programs of the kernel are refused; some as root.
. "$(dirname "$0")/../lib.sh"

ip link set lo up
chmod 755 "$work"
install -m 755 "$l4dstat" "$work/l4dstat"
install -d -m 777 "$work/files"
cd "$work/files"
python3 - "$work/l4dstat" <<'END'
import os, random, re, subprocess, sys

program, seed, total, as_root = sys.argv[1], 20261123, 1000, 40
os.environ.pop("L4DSTAT_OPTS", None)
pick = random.Random(seed)
help_text = subprocess.run([program, "--help"], stdout=subprocess.PIPE, check=True, text=True).stdout

# (letter, name, argument, whether it may be left out)
options = []
for line in help_text.splitlines():
    found = re.match(r"  (?:-(.),|   ) --([a-z0-9-]+)(?:(\[=| )([A-Z]+)(\[,\.\.\.\])?\]?)?(?:  |\s*$)", line)
    if found:
        options.append((found[1], found[2], found[4], found[3] == "[="))
assert len(options) > 50, len(options)
ends_at_once = {"help", "version", "list", "check"}
good = {
    "DIM": ["subnet", "port", "process,port", "netns,proto,role"], "N": ["16", "100"], "METRIC": ["tcp_retrans_segs"],
    "PORT": ["443", "1-10,53"], "CIDR": ["10.0.0.0/8", "2001:db8::/32"], "PID": ["1", "1,2"], "NAME": ["lo", "total,lo", "total"],
    "PROTO": ["tcp", "udp"], "FORM": ["rows"], "FILE": ["a.csv", "b.jsonl", "c.json.gz"], "BITS": ["24", "0", "32"],
    "WHICH": ["all", "self"], "WHEN": ["auto", "always", "never"],
}
# No option, number of seconds, or value of any.
junk = ["junk", "--junk", "--junk=1", "-Q", "-tQ", "''", "-1", "1e999", "nan", "0", "0x1", "1,", ",", "--=", "\x1b[2J", "--\x1b[31m",
        "\xff\xfe".encode("latin-1"), b"--\xff", "a\nb", "%s%n", "9" * 400, "--" + "x" * 5000, "é", "", "---", "--tcp=3", "-t=3", "--nosuch-top"]


def vector():
    """Words, and whether one of them must be refused."""
    words, bad = [], False
    for _ in range(pick.randrange(0, 7)):
        if pick.random() < 0.12:
            words.append(pick.choice(junk))
            bad = True
            continue
        letter, name, argument, optional = pick.choice(options)
        if pick.random() < 0.5 and name in ends_at_once:
            continue
        short = letter and pick.random() < 0.5
        word = "-" + letter if short else "--" + name
        if not argument or (optional and pick.random() < 0.5):
            words.append(word)
            continue
        value = pick.choice(good.get(argument, ["1"]))
        if optional:
            words.append(word + "=" + value)
        elif short or pick.random() < 0.5:
            words += [word, value]
        else:
            words.append(word + "=" + value)
    where = pick.random()
    if where < 0.9:
        words += ["0.01", "1"]
    elif where < 0.95:
        words = ["0.01", "1"] + words
    else:
        words += ["0.01", "1", "junk"]
        bad = True
    return words, bad


def nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def check(words, bad, root):
    ran = subprocess.run([program] + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20,
                         preexec_fn=None if root else nobody)
    at_once = {"-h", "-V"} | {"--" + name for name in ends_at_once}
    shows_help = any(word in at_once for word in words)
    lines = ran.stderr.splitlines()
    wrong = []
    if ran.returncode not in (0, 1, 2, 3):
        wrong.append("exit %d" % ran.returncode)
    if bad and not shows_help and ran.returncode != 2:
        wrong.append("a word that means nothing was passed over: exit %d" % ran.returncode)
    if ran.returncode in (2, 3) and "--check" not in words and (ran.stdout or len(lines) != 1 or not lines[0].startswith(b"l4dstat: ")):
        wrong.append("not one sentence on stderr and nothing on stdout")
    if re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", ran.stderr):
        wrong.append("control bytes on stderr")
    try:
        ran.stderr.decode()
    except UnicodeDecodeError:
        wrong.append("stderr is no UTF-8")
    if ran.returncode == 0 and not ran.stdout and not any("o" in str(word) for word in words):
        wrong.append("nothing on stdout")
    if wrong:
        sys.exit("FAILED: %r: %s\n%s" % (words, "; ".join(wrong), ran.stderr.decode(errors="replace")))
    return ran.returncode


codes = {0: 0, 1: 0, 2: 0, 3: 0}
for i in range(total):
    words, bad = vector()
    codes[check(words, bad, i < as_root)] += 1
print("exit codes:", codes)
assert codes[0] > 100 and codes[2] > 100 and codes[3] > 100, "these command lines say too little"
END
