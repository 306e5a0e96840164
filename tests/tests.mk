# How the tests are built and run; included by the Makefile.

UNIT_TESTS = words shingle ordered lcs table unit json dedup
