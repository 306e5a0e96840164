#!/usr/bin/env python3
"""Can the Python package be built and tested?  Else say why, and status 1."""
import importlib.util
import os
import sys
import sysconfig

why = None
if sys.version_info < (3, 11):
    why = "Python 3.11 or later is wanted"
elif not importlib.util.find_spec("ensurepip"):
    why = "python3-venv is not installed"
elif not os.path.exists(sysconfig.get_path("include") + "/Python.h"):
    why = "python3-dev is not installed"
if why is not None:
    print(why)
    sys.exit(1)
