#!/usr/bin/env bash
# python.sh [--sanitize FLAGS]: the tests of the Python package, installed as
# the README installs it into an environment of its own, build/python.  Packages
# that it works with come from the index of pip; what cannot be had is named.
#
#   DEDUP    the binary to compare with  (./dedup)
#   PYTHON   the interpreter             (python3)
#   CHECK_LONG  see must.sh
#
# With --sanitize the extension is built with those flags of CC.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/build/python
python=$here/venv/bin/python
packages=(pyarrow pandas polars duckdb nanoarrow datasets datatrove orjson mypy
    dask 'ray[data]' fsspec tqdm 'moto[server]' boto3 pyspark)
export DEDUP_CHECKOUT=$root DEDUP=${DEDUP:-$root/dedup}
DEDUP=$(realpath "$DEDUP")
# No bytecode in the tree; and of what is installed, only what is used.
export PYTHONPYCACHEPREFIX=$here/bytecode
pip=("$python" -m pip install -q --no-compile --disable-pip-version-check)

why=$("${PYTHON:-python3}" "$root/tests/has_python.py") || {
	echo "1..0 # SKIP $why"
	exit 0
}
mkdir -p "$here"
if [ ! "$here/packages" -nt "$0" ]; then
	rm -rf "$here/venv"
	"${PYTHON:-python3}" -m venv "$here/venv"
	"${pip[@]}" pytest || {
		echo '1..0 # SKIP pip cannot install pytest'
		exit 0
	}
	: >"$here/missing"
	"${pip[@]}" "${packages[@]}" || for package in "${packages[@]}"; do
		"${pip[@]}" "$package" || echo "$package" >>"$here/missing"
	done
	mv "$here/missing" "$here/packages"
fi

less=()
if [ "${1-}" = --sanitize ]; then
	rm -rf "$here/sanitized"
	CFLAGS="-O1 -g $2" LDFLAGS="$2" "${pip[@]}" --no-deps \
	    --target="$here/sanitized" "$root/python"
	# What the interpreter itself never frees would be told as leaks: the
	# tests look at memory that grows instead.
	export ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=$here/sanitized
	less=(-k 'not memory and not leaks and not types')
	preload=$("${CC:-cc}" -print-file-name=libasan.so)
	preload+=" $("${CC:-cc}" -print-file-name=libstdc++.so.6)"
else
	# Nothing stays behind when it is removed.
	"${pip[@]}" --force-reinstall --no-deps "$root/python"
	"$python" -m pip uninstall -q -y libdedup
	left=$(find "$here/venv" -name '*libdedup*')
	[ -z "$left" ] || {
		echo "not ok 1 - pip uninstall leaves nothing behind: $left"
		exit 1
	}
	"${pip[@]}" --force-reinstall --no-deps "$root/python"
	preload=
fi

# Outside of the tree, where another package of that name would be found.
cd "$here"
rm -f report.xml
status=0
LD_PRELOAD=$preload "$python" -X dev -m pytest -q -p no:cacheprovider \
    --junitxml=report.xml "${less[@]}" "$root/python/tests" || status=$?

# Once more as must.sh says it.
"${PYTHON:-python3}" - "$status" "$here/packages" <<'END'
import sys
import xml.etree.ElementTree as tree

passed = failed = skipped = n = 0
for package in open(sys.argv[2]).read().split():
    n, skipped = n + 1, skipped + 1
    print(f"ok {n} - with {package} # SKIP pip cannot install it")
for case in tree.parse("report.xml").iter("testcase"):
    n += 1
    name = f"{case.get('classname').split('.')[-1]}: {case.get('name')}"
    skip = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
        print(f"not ok {n} - {name}")
    elif skip is not None:
        skipped += 1
        print(f"ok {n} - {name} # SKIP {skip.get('message')}")
    else:
        passed += 1
        print(f"ok {n} - {name}")
if sys.argv[1] != "0" and failed == 0:
    failed += 1
    print(f"not ok {n + 1} - pytest: exit status {sys.argv[1]}")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
END
