#!/usr/bin/env python3
"""Can the Python package be built and tested?  If not, why: status 1."""
import os
import sys
import sysconfig

if sys.version_info < (3, 11):
    sys.exit(print("Python 3.11 or later is wanted") or 1)
try:
    import ensurepip
    import venv
except ImportError:
    sys.exit(print("python3-venv is not installed") or 1)
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    sys.exit(print("python3-dev is not installed") or 1)
