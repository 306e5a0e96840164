#!/usr/bin/env bash
# man.sh PAGE...: the manual pages are right for groff too, and what it and
# mandoc show has the same letters.  Where groff is missing it says so.

set -u

if ! command -v groff >/dev/null || ! command -v mandoc >/dev/null; then
	echo "man.sh: groff or mandoc is missing: pages not compared"
	exit 0
fi

# One a line: hyphens at line ends do not matter so.
letters() {
	col -b | tr -cd '[:alnum:]' | fold -w 1
}

status=0
for page in "$@"; do
	said=$(groff -mandoc -ww -z -Tutf8 "$page" 2>&1)
	if [ -n "$said" ]; then
		printf '%s\n' "$said"
		status=1
	fi
	# The system's name in the head and foot differs, and no more.
	n=$(diff <(mandoc -Tutf8 "$page" | letters) \
	    <(groff -mandoc -Tutf8 -P-cbou "$page" 2>/dev/null | letters) |
	    grep -c '^[<>]')
	if [ "$n" -gt 40 ]; then
		echo "$page: mandoc and groff differ by $n letters"
		status=1
	fi
done
exit $status
