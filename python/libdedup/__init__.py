"""Strip duplicate and near-duplicate paragraphs from columns of text.

clean()     one call: a column in, a column of the same shape out
mark() groups()     which rows are duplicates, and of which row
explain()   what is removed and why, as a table; clean_and_explain(): both
top()       what is in most documents
Deduper     what was read so far: columns one after another, saved tables,
            spans with reasons and witnesses
characters()    spans in characters instead of bytes
merge_tables() table_info() check_table()   saved tables
libdedup, python -m libdedup    Parquet and JSONL files, at any URL
libdedup.datatrove              a step of a datatrove pipeline

Each call of these functions is a corpus of its own. A map that calls clean() for
each batch or partition (datasets with num_proc, dask map_partitions, Ray
map_batches, Spark mapInArrow, polars map_batches) leaves copies that are in other
batches. Give such batches to one Deduper in order, or ask for copies within each
document only: scope="document". What progresses is logged under "libdedup".

The rules are those of dedup(1): a unit goes if there is a copy that stays and
says all of it, never otherwise; what stays is not changed.

>>> import libdedup
>>> libdedup.clean(["The storm left many homes without power.",
...     "Update:\\nThe storm left many homes without power."])
['The storm left many homes without power.', 'Update:\\n']
"""

from ._calls import clean, clean_and_explain, explain, groups, mark, top
from ._core import Arrow, TableError
from ._core import version as __version__
from ._deduper import Common, Deduper
from ._spans import Span, Witness, characters
from ._tables import check_table, merge_tables, table_info

__all__ = ["Arrow", "Common", "Deduper", "Span", "TableError", "Witness",
           "__version__", "characters", "check_table", "clean",
           "clean_and_explain", "explain", "groups", "mark", "merge_tables",
           "table_info", "top"]

for _thing in (Common, Deduper, Span, Witness, characters, check_table, clean,
               clean_and_explain, explain, groups, mark, merge_tables,
               table_info, top):
    _thing.__module__ = __name__
del _thing
