# must.sh: what the scripts of tests share; they read it.
#
#   DEDUP       the binary                         (./dedup)
#   SHARED      the corpora that are not in the tree  (../shared)
#   TEST_ONLY   only tests whose text matches this     (all)
#   TEST_PART   2/4: the second of four parts, which may run at once  (all)
#   CHECK_LONG  all rounds of random tests, not a fifth; texts of full length
#
# A test is a command that succeeds, in an empty directory of its own; what it
# says is shown where it fails, and else only its "figure: " lines.  Exit status
# 77 is "cannot be tested here".
# shellcheck shell=bash
# shellcheck disable=SC2034	# variables are used by who reads it

set -u
export LC_ALL=C

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$tests")
fixtures=$root/fixtures
DEDUP=$(realpath "${DEDUP:-$root/dedup}")
shared=$(realpath -m "${SHARED:-$root/../shared}")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
seen=0 passed=0 failed=0 skipped=0
part_of=${TEST_PART:-1/1}

# Bash passes <(...) by /dev/fd, which is a part of /proc.
if [ ! -e /dev/fd/0 ] && [ ! -e /proc/self/fd/0 ]; then
	echo "1..0 # SKIP no /proc"
	exit 0
fi

must() {	# WHAT COMMAND [ARGUMENT]...
	local what=$1 n=$((++seen)) status
	shift
	if [[ ! $what =~ ${TEST_ONLY:-} ]] ||
	    [ $(((n - ${part_of%/*}) % ${part_of#*/})) -ne 0 ]; then
		return
	fi
	rm -rf "$tmp/here"
	mkdir "$tmp/here"
	(
		set -eE
		cd "$tmp/here"
		trap 'echo "failed: $BASH_COMMAND (lines $LINENO ${BASH_LINENO[*]})"' ERR
		"$@"
	) >"$tmp/said" 2>&1 </dev/null
	status=$?
	if [ $status -eq 0 ]; then
		echo "ok $n - $what"
		sed -n 's/^figure: /# /p' "$tmp/said"
		passed=$((passed + 1))
	elif [ $status -eq 77 ]; then
		echo "ok $n - $what # SKIP $(tail -n 1 "$tmp/said")"
		skipped=$((skipped + 1))
	else
		echo "not ok $n - $what"
		head -c 4000 "$tmp/said" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

skip() {	# WHY
	echo "$1"
	exit 77
}

# A python3 that starts fast: the interpreter, not a wrapper.
python=$(python3 -c 'import sys; print(sys.executable)') || exit 2

dedup() {
	"$DEDUP" "$@"
}

# What a test needs beside the compiler's and the shell's own.
needs() {	# COMMAND...
	local command
	for command; do
		command -v "$command" >/dev/null || skip "no $command"
	done
}

# Against what never ends: no measure of time, which says nothing on a machine
# that others use too.
ends() {	# COMMAND...
	timeout 600 "$@"
}

# Until it holds, of what another process is about to do.
wait_until() {	# COMMAND...
	local n
	for ((n = 0; n < 12000; n++)); do
		! "$@" || return 0
		sleep 0.05
	done
	echo "in vain: $*"
	return 1
}

# For short, rounds and bytes are a fifth of what is asked for.
rounds() {	# NUMBER
	local n=$1
	[ -n "${CHECK_LONG:-}" ] || n=$((n / 5))
	echo $((n > 0 ? n : 1))
}

needs_terminal() {
	needs script timeout
	ends script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
	    skip 'no terminal to be had'
}

needs_proc() {
	[ -e /proc/self/fd/0 ] || skip 'no /proc'
}

not() {
	! "$@"
}

# Texts are given as printf's %b takes them.
becomes() {	# BEFORE AFTER [OPTION]...
	printf '%b' "$1" >before
	printf '%b' "$2" >after
	shift 2
	dedup "$@" <before >got
	diff -a after got
}

stays() {	# TEXT [OPTION]...
	becomes "$1" "$@"
}

# What an option does: the text becomes WITHOUT without and WITH with it.
changes() {	# TEXT WITHOUT WITH OPTION...
	becomes "$1" "$2"
	becomes "$1" "$3" "${@:4}"
}

exits() {	# STATUS COMMAND [ARGUMENT]...
	local want=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" -eq "$want" ] || {
		echo "exit status $got, not $want"
		return 1
	}
}

# Nothing on standard output, one message (and perhaps a hint), status 2.
refuses() {	# MESSAGE [ARGUMENT]...
	exits 2 dedup "${@:2}" >out 2>err
	cat err
	[ ! -s out ]
	grep -Fqx -- "$1" err
	[ "$(grep -vc '^Try ' err)" -eq 1 ]
}

is_sanitized() {
	nm "$DEDUP" 2>/dev/null | grep -q '__[at]san_init'
}

# Each is a sentence: a line that goes on in lower case is one with the line
# before it.  'whole' says all of 'part'; 'variant' is only like it, 0.9167.
long='One two three four five six.'
other='Seven eight nine ten eleven twelve.'
twice="$long\n\n$other\n\n$long\n"
once="$long\n\n$other\n"
whole='Alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu.'
variant='Alpha beta gamma delta epsilon zeta psi theta iota kappa lambda mu.'
part='Gamma delta epsilon zeta eta theta iota kappa lambda mu.'

# At the end of a script.
sum_up() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed -eq 0 ]
}
