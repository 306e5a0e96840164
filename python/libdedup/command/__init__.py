"""The script libdedup: Parquet and JSONL files, on disks and at URLs.

    main.py         options, signals, exit status
    run.py          a run: all files as one corpus
    places.py       URLs, folders, globs; outputs, and the journal of --resume
    parquet.py      row groups, and how a file is laid out
    jsonl.py        records, and compression
    log.py          --log
    progress.py     --progress
"""
