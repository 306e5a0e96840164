#!/usr/bin/env bash
# What is found on real pages, and what a second pass takes: tests/recall.py on
# JSONL files of pages.  usage: bench_pages.sh DEDUP [FILE.jsonl]...
set -euo pipefail
dedup=$1
shift
planted=../shared/planted/docs.jsonl
if [ $# -eq 0 ] && [ -r "$planted" ]; then
	set -- "$planted"
fi
if [ $# -eq 0 ]; then
	echo 'no pages: skipped'
	exit 0
fi
exec "$(dirname "$0")/recall.py" "$dedup" "$@"
