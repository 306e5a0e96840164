"""Strip duplicate and near-duplicate paragraphs from columns of text.

clean()     one call: a column in, a column of the same shape out
Deduper     what was read so far: columns one after another, saved tables,
            spans with reasons and witnesses
characters()    spans in characters instead of bytes
python -m libdedup      Parquet files
libdedup.datatrove      a step of a datatrove pipeline

The rules are those of dedup(1): a unit goes if there is a copy that stays and
says all of it, never otherwise; what stays is not changed.

>>> import libdedup
>>> libdedup.clean(["The storm left many homes without power.",
...     "Update:\\nThe storm left many homes without power."])
['The storm left many homes without power.', 'Update:\\n']
"""

from ._core import Arrow, TableError
from ._core import version as __version__
from ._deduper import Deduper, clean
from ._spans import Span, Witness, characters

__all__ = ["Arrow", "Deduper", "Span", "TableError", "Witness", "__version__",
           "characters", "clean"]

for _thing in (Deduper, Span, Witness, characters, clean):
    _thing.__module__ = __name__
del _thing
