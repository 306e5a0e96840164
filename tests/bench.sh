#!/usr/bin/env bash
# bench.sh [DEDUP [GEN]]: measure dedup beside other tools, on this machine.
#
# Each round runs every tool on every corpus, from a file into a file, so
# that all of them meet the same disturbances; the tables give the median of
# the rounds, and of the ratios within a round.  CPU seconds are the measure:
# other work on the machine changes them least.  Tables are Markdown; progress
# and complaints go to standard error.
#
#   DEDUP            the binary                 (./dedup)
#   GEN              built from tests/gen.c     (build/tests/gen)
#   BENCH_MB         size of a corpus, 10^6 B   (200)
#   BENCH_GROWTH_MB  n of the growth table      (120; 2n is twice that)
#   BENCH_RUNS       rounds                     (5)
#   BENCH_TOOLS      only these, comma between  (all; e.g. "dedup,dedup -x")
#   BENCH_CPU        pin to this core; needs taskset  (not pinned)
#   BENCH_DIR        corpora, kept for the next run   ($TMPDIR/dedup-bench)
#
# Needed: GNU coreutils, mawk, python3.  Measured when on PATH: huniq, dedupe
# (github.com/kpu/preprocess; "kpu" here), onion (corpus.tools).

set -eu
export LC_ALL=C

dedup=${1:-${DEDUP:-./dedup}}
gen=${2:-${GEN:-build/tests/gen}}
mb=${BENCH_MB:-200}
growth_mb=${BENCH_GROWTH_MB:-120}
runs=${BENCH_RUNS:-5}
wanted=${BENCH_TOOLS:-}
dir=${BENCH_DIR:-${TMPDIR:-/tmp}/dedup-bench}

say() {
	printf 'bench: %s\n' "$*" >&2
}

die() {
	say "$@"
	exit 2
}

for number in "$mb" "$growth_mb" "$runs"; do
	case $number in
	'' | *[!0-9]* | 0*) die "$number: not a positive number" ;;
	esac
done
for program in mawk python3 "$dedup" "$gen"; do
	command -v "$program" >/dev/null || die "$program: not found"
done
pin=()
if [ -n "${BENCH_CPU:-}" ]; then
	pin=(taskset -c "$BENCH_CPU")
fi
# The interpreter itself, not a wrapper whose own children would be counted.
python=$(python3 -c 'import sys; print(sys.executable)')
mkdir -p "$dir"
results=$dir/results.tsv
: >"$results"

# Run a command and print: seconds, seconds of CPU, peak kB, exit status.
# The peak of a process counts from before exec(), so the command must be
# started by something small; python only reads what the shell's children used.
measure() {	# INPUT OUTPUT COMMAND [ARGUMENT]...
	# shellcheck disable=SC2016
	sh -c '
		python=$1 in=$2 out=$3
		shift 3
		rm -f "$out"
		start=$(date +%s%N)
		"$@" <"$in" >"$out" 2>"$out.err"
		status=$?
		end=$(date +%s%N)
		exec "$python" -c "
import resource
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(($end - $start) / 1e9, used.ru_utime + used.ru_stime,
      used.ru_maxrss, $status, sep=\"\\t\")"
	' sh "$python" "$@"
}

size() {
	stat -c %s "$1"
}

# Measure and append a line to the results; 'text' is the corpus before any
# conversion, whose bytes count as input.
record() {	# PART CORPUS TOOL TEXT INPUT COMMAND [ARGUMENT]...
	local part=$1 corpus=$2 tool=$3 text=$4 input=$5 figures
	shift 5
	figures=$(measure "$input" "$dir/out" ${pin[@]+"${pin[@]}"} "$@")
	if [ "${figures##*	}" -ne 0 ]; then
		say "$tool on $corpus: exit ${figures##*	}:" \
		    "$(head -n 1 "$dir/out.err")"
	fi
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$part" "$corpus" "$tool" \
	    "$(size "$text")" "$(size "$dir/out")" "$figures" >>"$results"
	rm -f "$dir/out" "$dir/out.err"
}

# Generate FILE unless it is there already.
generate() {	# KIND MB FILE
	if [ ! -s "$3" ] || [ "$gen" -nt "$3" ]; then
		say "generating $3"
		"$gen" -k "$1" -b "$2M" >"$3.new"
		mv "$3.new" "$3"
	fi
}

# The documentation installed here, as plain text; each text once, since many
# packages carry the same one.  Prints the bytes written.
collect_documentation() {	# MB FILE
	"$python" - "$1" "$2" <<'EOF'
import gzip, hashlib, os, re, sys

room, target = int(sys.argv[1]) * 1000000, sys.argv[2]
roots = ["/usr/share/" + d for d in ("doc", "info", "perl", "vim")]
text = re.compile(r"""(?ix)
    ( (authors|change|copyright|faq|history|news|notes|readme|thanks|todo)
      [^.]* ( \.(debian|old|\d+) )*
    | .* \. (info(-\d+)?|md|pod|rst|txt) ) (\.gz)?""")
seen = set()

with open(target, "wb") as out:
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if not text.fullmatch(name) or not os.path.isfile(path):
                    continue
                try:
                    with (gzip.open if name.endswith(".gz") else open)(
                            path, "rb") as f:
                        data = f.read()
                except (OSError, EOFError):
                    continue
                digest = hashlib.sha1(data).digest()
                if digest in seen or b"\0" in data:
                    continue
                seen.add(digest)
                if not data.endswith(b"\n"):
                    data += b"\n"
                if len(data) >= room:
                    data = data[:data.rfind(b"\n", 0, room) + 1]
                    folders.clear()
                out.write(data)
                room -= len(data)
    print(out.tell())
EOF
}

# Documents of 20 paragraphs as JSONL.
to_jsonl() {	# TEXT FILE
	if [ ! -s "$2" ] || [ "$1" -nt "$2" ]; then
		say "making $2"
		"$python" - "$1" >"$2.new" <<'EOP'
import json, sys

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
paragraphs = text.split("\n\n")
for i in range(0, len(paragraphs), 20):
    print(json.dumps({"id": i // 20,
                      "text": "\n\n".join(paragraphs[i:i + 20])},
                     ensure_ascii=False))
EOP
		mv "$2.new" "$2"
	fi
}

# onion wants a word a line, tags around paragraphs, and documents that fit
# its buffer.
verticalise() {	# TEXT FILE
	if [ ! -s "$2" ] || [ "$1" -nt "$2" ]; then
		say "converting $1 for onion"
		mawk 'BEGIN { RS = "" }
			NR % 1000 == 1 { print "<doc>" }
			{
				print "<p>"
				for (i = 1; i <= NF; i++)
					print $i
				print "</p>"
			}
			NR % 1000 == 0 { print "</doc>" }' "$1" >"$2.new"
		mv "$2.new" "$2"
	fi
}

is_wanted() {	# TOOL
	case ,$wanted, in
	,, | *",$1,"*) return 0 ;;
	esac
	return 1
}

# The tools to measure: mawk always, since the others are compared with it.
tools=()
for tool in dedup 'dedup -x' 'dedup -T2' 'dedup -x -T2' cat mawk 'sort -u' \
    huniq kpu onion; do
	[ "$tool" = mawk ] || is_wanted "$tool" || continue
	case $tool in
	huniq) command -v huniq >/dev/null || continue ;;
	kpu) # others are called dedupe too; its --help exits with 1
		command -v dedupe >/dev/null || continue
		help=$(dedupe --help 2>&1 || :)
		[[ $help == *'Only 64-bit hashes are kept'* ]] || continue
		;;
	onion)
		command -v onion >/dev/null || continue
		help=$(onion -h 2>&1 || :)
		[[ $help == *'n-gram length'* ]] || continue
		;;
	esac
	tools+=("$tool")
done

# shellcheck disable=SC2016	# the dollar is awk's
run_tool() {	# PART CORPUS TOOL TEXT
	case $3 in
	dedup) record "$@" "$4" "$dedup" -T 1 ;;
	'dedup -x') record "$@" "$4" "$dedup" -x -T 1 ;;
	'dedup -T2') record "$@" "$4" "$dedup" -T 2 ;;
	'dedup -x -T2') record "$@" "$4" "$dedup" -x -T 2 ;;
	cat) record "$@" "$4" cat ;;
	mawk) record "$@" "$4" mawk '!seen[$0]++' ;;
	'sort -u') record "$@" "$4" sort -u --parallel=1 ;;
	huniq) record "$@" "$4" huniq ;;
	kpu) record "$@" "$4" dedupe ;;
	onion) record "$@" "${4%.txt}.vert" onion -q -n5 -sm ;;
	esac
}

# Corpora.  The name of one is what stands in the tables.
generate paragraphs "$mb" "$dir/paragraphs-$mb.txt"
generate lines "$mb" "$dir/lines-$mb.txt"
to_jsonl "$dir/paragraphs-$mb.txt" "$dir/jsonl-$mb.txt"
file=$dir/documentation-$mb.txt
if [ ! -s "$file" ]; then
	say "collecting documentation into $file"
	collect_documentation "$mb" "$file.new" >/dev/null
	mv "$file.new" "$file"
fi
corpora=(paragraphs lines jsonl)
if [ -s "$file" ]; then
	corpora+=(documentation)
fi
growth=()
if is_wanted dedup || is_wanted 'dedup -x'; then
	growth=(paragraphs template onebucket)
	for kind in "${growth[@]}"; do
		for n in "$growth_mb" $((2 * growth_mb)); do
			generate "$kind" "$n" "$dir/growth-$kind-$n.txt"
		done
	done
fi
case " ${tools[*]} " in
*' onion '*)
	for corpus in "${corpora[@]}"; do
		[ "$corpus" = jsonl ] ||
		    verticalise "$dir/$corpus-$mb.txt" "$dir/$corpus-$mb.vert"
	done
	;;
esac

# Rounds.  Each starts with another tool, since the first is slower: it is the
# one that gets fresh pages for its output.
for ((run = 1; run <= runs; run++)); do
	say "round $run of $runs: ${tools[*]}"
	for corpus in "${corpora[@]}"; do
		text=$dir/$corpus-$mb.txt
		cat "$text" >/dev/null	# into the page cache
		for ((i = 0; i < ${#tools[@]}; i++)); do
			tool=${tools[(i + run - 1) % ${#tools[@]}]}
			case $corpus:$tool in
			jsonl:dedup* | jsonl:cat) ;;
			jsonl:*) continue ;;	# they know no records
			esac
			run_tool speed "$corpus" "$tool" "$text"
		done
	done
	for tool in dedup 'dedup -x'; do
		is_wanted "$tool" || continue
		run_tool base empty "$tool" /dev/null
		for kind in "${growth[@]}"; do
			for n in "$growth_mb" $((2 * growth_mb)); do
				text=$dir/growth-$kind-$n.txt
				cat "$text" >/dev/null
				run_tool "growth$((n / growth_mb))" \
				    "$kind" "$tool" "$text"
			done
		done
	done
done

# What dedup says of itself; the report does without where it says nothing.
for corpus in "${corpora[@]}"; do
	"$dedup" -s --json <"$dir/$corpus-$mb.txt" 2>"$dir/$corpus-dedup.json" \
	    >/dev/null || :
	"$dedup" -x -s --json <"$dir/$corpus-$mb.txt" \
	    2>"$dir/$corpus-dedup -x.json" >/dev/null || :
done

printf '%s cores of %s, load %s, median of %s\n' "$(nproc)" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
    "$(cut -d ' ' -f 1 /proc/loadavg)" "$runs"
"$python" - "$dir" <<'EOF'
import json, statistics, sys

folder = sys.argv[1]
measured = {}       # (part, corpus, tool): lists of numbers, one a round
for line in open(folder + "/results.tsv"):
    part, corpus, tool, *numbers = line.rstrip("\n").split("\t")
    measured.setdefault((part, corpus, tool), []).append(
        [float(x) for x in numbers])


class Median:
    def __init__(self, rounds):
        median = [statistics.median(column) for column in zip(*rounds)]
        self.input, self.output, self.wall, self.cpu, kilobytes = median[:5]
        self.peak = kilobytes * 1024
        self.failed = any(r[5] != 0 for r in rounds)
        self.speed = self.input / self.wall / 1e6


medians = {key: Median(rounds) for key, rounds in measured.items()}


def table(title, head, rows):
    rows = [head] + [[str(cell) for cell in row] for row in rows]
    if len(rows) == 1:
        return
    widths = [max(map(len, column)) for column in zip(*rows)]
    rule = ["-" * w if i < 2 else "-" * (w - 1) + ":"
            for i, w in enumerate(widths)]
    print("\n" + title + "\n")
    for row in rows[:1] + [rule] + rows[1:]:
        print("| " + " | ".join(
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths))) + " |")


def kept_units(corpus, tool):
    try:
        with open(f"{folder}/{corpus}-{tool}.json") as f:
            said = f.read()
        said = json.loads(said[said.index("{"):])
        return said["units"] - sum(said["removed"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def ratio(corpus, tool, other, column):
    """The median over rounds of the tool's figure over the other's."""
    a = measured["speed", corpus, tool]
    b = measured.get(("speed", corpus, other), [])
    if not b or any(r[5] != 0 for r in a + b):
        return "-"
    return f"{statistics.median(x[column] / y[column] for x, y in zip(a, b)):.2f}"


WALL, CPU = 2, 3
rows = []
for (part, corpus, tool), m in medians.items():
    if part != "speed":
        continue
    rows.append([corpus, tool] + (["failed"] + ["-"] * 7 if m.failed else [
        f"{m.cpu:.2f}"] + [ratio(corpus, tool, peer, CPU)
                           for peer in ("cat", "kpu", "huniq", "mawk")] + [
        f"{m.speed:.0f}", f"{m.peak / 1e6:.1f}", f"{m.output:.0f}"]))
table("CPU seconds, and their ratio to those of others: less than 1 is faster. "
      " MB is\n10^6 bytes; MB/s are of the clock on the wall.  onion reads and "
      "writes a word a\nline: its MB/s are of the text before conversion.",
      ["corpus", "tool", "CPU s", "x cat", "x kpu", "x huniq", "x mawk",
       "MB/s", "peak MB", "bytes out"], rows)

rows = [[corpus, tool, ratio(corpus, tool + " -T2", tool, CPU),
         ratio(corpus, tool, tool + " -T2", WALL)]
        for (part, corpus, tool) in medians
        if part == "speed" and tool in ("dedup", "dedup -x")
        and (part, corpus, tool + " -T2") in medians]
table("Two threads: CPU time over that of one, and how many times as fast by "
      "the clock.", ["corpus", "tool", "CPU", "as fast"], rows)

rows = []
for (part, corpus, tool), one in medians.items():
    if part != "growth1":
        continue
    two = medians["growth2", corpus, tool]
    base = medians["base", "empty", tool].peak
    cells = ["failed"] + ["-"] * 5
    if not one.failed and not two.failed:
        cells = [f"{one.wall:.2f}", f"{two.wall:.2f}",
                 f"{two.wall / one.wall:.2f}",
                 f"{(one.peak - base) / 1e6:.1f}",
                 f"{(two.peak - base) / 1e6:.1f}",
                 f"{(two.peak - base) / (one.peak - base):.2f}"
                 if one.peak - base > 1e6 else "-"]
    rows.append([corpus, tool] + cells)
table("Growth from n to 2n; memory is the peak less that on empty input.",
      ["corpus", "tool", "s of n", "s of 2n", "ratio", "MB of n", "MB of 2n",
       "ratio"], rows)

rows = []
for (part, corpus, tool), m in medians.items():
    if part != "speed" or tool not in ("dedup", "dedup -x") or m.failed:
        continue
    memory = m.peak - medians["base", "empty", tool].peak
    kept = kept_units(corpus, tool)
    rows.append([corpus, tool, f"{memory / 1e6:.1f}",
                 f"{memory / m.output:.3f}" if m.output else "-",
                 kept if kept is not None else "-",
                 f"{memory / kept:.1f}" if kept else "-"])
table("Memory: the peak less that on empty input.",
      ["corpus", "tool", "MB", "B/kept byte", "kept units", "B/kept unit"],
      rows)
EOF
