#!/usr/bin/env bash
# picture.sh: the README's picture of a report, man/report.png, made anew from
# the fixtures.  Needs chromium; what it shows hangs on the fonts that are there.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
./dedup -q --check --report="$tmp/report.html" fixtures/*.in || [ $? -eq 1 ]
chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
    --user-data-dir="$tmp/user" --force-device-scale-factor=1 \
    --window-size=1100,960 --screenshot="$tmp/report.png" \
    "file://$tmp/report.html" 2>/dev/null
mv "$tmp/report.png" man/report.png
