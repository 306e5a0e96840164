"""Compile the extension, with all of libdedup in it.

The library's sources lie above this folder in a checkout, and in the folder c/
of an sdist, which the command sdist copies there.  Nothing is written to the
library's folders.

xxHash and utf8proc are the system's; or, where the folder vendor/ has their
sources (vendor.sh fetches them from Debian), they are built in, and go into the
sdist with their licences.
"""

import re
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
FOLDERS = ["base", "text", "hash", "store", "saved", "table", "engine",
           "api"]
IO = ["json.c", "json.h"]       # of io/, what the command reads JSONL with
OBJECTS = tempfile.TemporaryDirectory(prefix="libdedup-")
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def find_library() -> Path:
    for folder in (HERE / "c", HERE.parent):
        if (folder / "dedup.h").is_file():
            return folder
    raise SystemExit("setup.py: dedup.h is neither in c/ nor above")


LIBRARY = find_library()
VENDOR = HERE / "vendor"        # xxhash.h, utf8proc*.[ch], LICENSE.*


def version() -> str:
    text = (LIBRARY / "dedup.h").read_text(encoding="utf-8")
    return re.search(r'#define DEDUP_VERSION "(.*)"', text)[1]


def sources() -> list[Path]:
    """What the Makefile names LIB_SOURCES."""
    found = [LIBRARY / "dedup.c", LIBRARY / "shingle.c"]
    for folder in FOLDERS:
        found += sorted((LIBRARY / folder).glob("*.c"))
    return found + [LIBRARY / "io" / "json.c"]


def pkg_config(*args: str) -> str:
    try:
        return subprocess.run(["pkg-config", *args], check=True, text=True,
                              capture_output=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def utf8proc() -> list[str]:
    """The static library where there is one: the wheel then needs no other."""
    if VENDOR.is_dir():
        return []
    folder = pkg_config("--variable=libdir", "libutf8proc")
    archive = Path(folder or "/usr/lib") / "libutf8proc.a"
    if archive.is_file():
        return [str(archive)]
    return (pkg_config("--libs", "libutf8proc") or "-lutf8proc").split()


class Build(build_ext):
    def finalize_options(self) -> None:
        super().finalize_options()
        self.force = True       # it does not look at the library's sources

    def build_extension(self, ext: Extension) -> None:
        includes = [str(LIBRARY)] + [str(LIBRARY / f)
                                      for f in [*FOLDERS, "io"]]
        cflags = ["-std=c11", "-O3", "-fvisibility=hidden", "-pthread"]
        built_in = []
        if VENDOR.is_dir():
            cflags += ["-DUTF8PROC_STATIC", f"-I{VENDOR}"]
            built_in = [VENDOR / "utf8proc.c"]
        else:
            cflags += pkg_config("--cflags", "libxxhash",
                                 "libutf8proc").split()
        # Not among ext.sources: setuptools wants these inside of this folder.
        ext.extra_objects = self.compiler.compile(
            [str(s) for s in [*sources(), *built_in]], output_dir=self.build_temp,
            macros=[("_GNU_SOURCE", None)], include_dirs=includes,
            extra_postargs=cflags)
        ext.include_dirs = [str(LIBRARY), str(LIBRARY / "base"),
                            str(LIBRARY / "io")]
        ext.extra_compile_args = cflags
        ext.extra_link_args = ["-pthread", *utf8proc()]
        super().build_extension(ext)


class Sdist(sdist):
    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        to = Path(base_dir) / "c"
        for folder in FOLDERS:
            for file in sorted((LIBRARY / folder).glob("*.[ch]")):
                (to / folder).mkdir(parents=True, exist_ok=True)
                shutil.copy(file, to / folder / file.name)
        (to / "io").mkdir(parents=True, exist_ok=True)
        for name in IO:
            shutil.copy(LIBRARY / "io" / name, to / "io" / name)
        for name in ("dedup.h", "dedup.c", "shingle.h", "shingle.c"):
            shutil.copy(LIBRARY / name, to / name)
        if VENDOR.is_dir():
            shutil.copytree(VENDOR, Path(base_dir) / "vendor",
                            dirs_exist_ok=True)
        license = HERE / "LICENSE"      # here in an sdist
        shutil.copy(license if license.is_file() else LIBRARY / "LICENSE",
                    base_dir)


setup(
    version=version(),
    ext_modules=[Extension(
        "libdedup._core",
        sources=[f"core/{p.name}" for p in sorted((HERE / "core").glob("*.c"))],
        depends=[f"core/{p.name}" for p in sorted((HERE / "core").glob("*.h"))],
        define_macros=[("_GNU_SOURCE", None)],
        py_limited_api=not FREE_THREADED,
    )],
    options={
        # Not in the tree, where files of another build would come along.
        "build": {"build_base": OBJECTS.name},
        "bdist_wheel": {} if FREE_THREADED else {"py_limited_api": "cp311"},
    },
    cmdclass={"build_ext": Build, "sdist": Sdist},
)
