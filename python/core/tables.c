/*
 * Saved tables: load(), save(), the names of their documents, and functions for
 * files that may be tables.
 */
#include "deduper.h"

#include <stdlib.h>

/*
 * None if 'st' is DEDUP_OK, else NULL with an exception.  'late' is what
 * DEDUP_ESTATE means, or NULL.  Drops 'path'.
 */
static PyObject *
answer(struct state *s, enum dedup_status st, PyObject *path, const char *why,
       const char *late)
{
	if (st == DEDUP_ETABLE)
		PyErr_Format(s->table_error, "%s: %s", PyBytes_AsString(path),
			     why);
	else if (st == DEDUP_ESTATE && late != NULL)
		PyErr_SetString(PyExc_RuntimeError, late);
	else if (st != DEDUP_OK)
		raise_status(st);
	Py_DECREF(path);
	return st == DEDUP_OK ? Py_NewRef(Py_None) : NULL;
}

PyObject *
deduper_load(struct deduper *self, PyObject *args)
{
	PyObject *path;
	char why[DEDUP_WHY];
	enum dedup_status st;
	int listed;

	if (!PyArg_ParseTuple(args, "O&p", PyUnicode_FSConverter, &path,
			      &listed))
		return NULL;
	if (deduper_enter(self) != 0) {
		Py_DECREF(path);
		return NULL;
	}
	st = dedup_load(self->d, PyBytes_AsString(path), listed ?
			DEDUP_LOAD_LISTED : DEDUP_LOAD_KNOWN, why);
	deduper_leave(self);
	return answer(deduper_state(self), st, path, why,
		      "load() comes before all columns");
}

/* Names of rows: a list of bytes or None. */
struct labels {
	const struct deduper *self;
	PyObject *list;
};

static int
label_of(void *arg, uint64_t document, const char **p, size_t *len)
{
	const struct labels *l = arg;
	uint64_t row = rows_of(&l->self->rows, document);
	PyObject *name = row < (uint64_t)PyList_Size(l->list) ?
			 PyList_GetItem(l->list, (Py_ssize_t)row) : NULL;

	*p = "";
	*len = 0;
	if (name == NULL || !PyBytes_Check(name))
		return 0;
	*p = PyBytes_AsString(name);
	*len = (size_t)PyBytes_Size(name);
	return 0;
}

PyObject *
deduper_save(struct deduper *self, PyObject *args)
{
	PyObject *path, *names;
	char why[DEDUP_WHY];
	enum dedup_status st;
	struct labels labels;

	if (!PyArg_ParseTuple(args, "O&O", PyUnicode_FSConverter, &path,
			      &names))
		return NULL;
	if (deduper_enter(self) != 0) {
		Py_DECREF(path);
		return NULL;
	}
	labels = (struct labels){ self, names };
	if (PyList_Check(names)) {
		st = dedup_save(self->d, PyBytes_AsString(path), label_of,
				&labels, why);
	} else {
		const char *name = PyBytes_AsString(path);

		Py_BEGIN_ALLOW_THREADS
		st = dedup_save(self->d, name, NULL, NULL, why);
		Py_END_ALLOW_THREADS
	}
	deduper_leave(self);
	return answer(deduper_state(self), st, path, why, NULL);
}

PyObject *
deduper_label(struct deduper *self, PyObject *args)
{
	unsigned int table;
	unsigned long long document;
	const char *p;
	size_t len;
	enum dedup_status st;
	PyObject *name = NULL;

	if (!PyArg_ParseTuple(args, "IK", &table, &document) ||
	    deduper_enter(self) != 0)
		return NULL;
	st = dedup_get_label(self->d, table, document, &p, &len);
	if (st == DEDUP_OK)
		name = PyBytes_FromStringAndSize(p, (Py_ssize_t)len);
	else
		raise_status(st);
	deduper_leave(self);
	return name;
}

/* Functions of the module. */

PyObject *
table_lock(PyObject *module, PyObject *args)
{
	PyObject *path, *done;
	char why[DEDUP_WHY];
	enum dedup_status st;
	int lock = -1;

	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
		return NULL;
	st = dedup_table_lock(PyBytes_AsString(path), &lock, why);
	done = answer(PyModule_GetState(module), st, path, why, NULL);
	if (done == NULL)
		return NULL;
	Py_DECREF(done);
	return PyLong_FromLong(lock);
}

PyObject *
table_unlock(PyObject *module, PyObject *args)
{
	PyObject *path;
	int lock;

	(void)module;
	if (!PyArg_ParseTuple(args, "O&i", PyUnicode_FSConverter, &path, &lock))
		return NULL;
	dedup_table_unlock(PyBytes_AsString(path), lock);
	Py_DECREF(path);
	return Py_NewRef(Py_None);
}

PyObject *
table_is(PyObject *module, PyObject *args)
{
	PyObject *path;
	bool is;

	(void)module;
	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
		return NULL;
	is = dedup_is_table(PyBytes_AsString(path));
	Py_DECREF(path);
	return PyBool_FromLong(is);
}

static PyObject *
dict_of(const struct dedup_table_info *i)
{
	static const char *const units[] = {
		"auto", "line", "paragraph", "document",
	};

	return Py_BuildValue("{sIsKsssIsIsNsNsNsNsNsKsKsKsKsKsKsKss}",
		"version", i->version, "bytes", (unsigned long long)i->bytes,
		"unit", i->unit <= DEDUP_UNIT_DOCUMENT ? units[i->unit] : "?",
		"min_words", i->min_words, "ngram", i->ngram,
		"exact", PyBool_FromLong(i->exact),
		"fold_digits", PyBool_FromLong(i->fold_digits),
		"contained", PyBool_FromLong(i->contained),
		"places", PyBool_FromLong(i->places),
		"labels", PyBool_FromLong(i->labels),
		"secret", (unsigned long long)i->secret_id,
		"documents", (unsigned long long)i->documents,
		"units", (unsigned long long)i->units,
		"shingles", (unsigned long long)i->shingles,
		"records_bytes", (unsigned long long)i->records_bytes,
		"counted", (unsigned long long)i->counted,
		"counts", (unsigned long long)i->counts,
		"unicode", i->unicode);
}

PyObject *
table_info(PyObject *module, PyObject *args)
{
	struct dedup_table_info info;
	PyObject *path, *done;
	char why[DEDUP_WHY];
	enum dedup_status st;

	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
		return NULL;
	st = dedup_table_info(PyBytes_AsString(path), &info, why);
	done = answer(PyModule_GetState(module), st, path, why, NULL);
	if (done == NULL)
		return NULL;
	Py_DECREF(done);
	return dict_of(&info);
}

PyObject *
table_test(PyObject *module, PyObject *args)
{
	PyObject *path;
	char why[DEDUP_WHY];
	enum dedup_status st;

	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
	st = dedup_table_test(PyBytes_AsString(path), why);
	Py_END_ALLOW_THREADS
	return answer(PyModule_GetState(module), st, path, why, NULL);
}

/* merge_tables(path, tables, min_count): 'tables' is a list of bytes. */
PyObject *
table_merge(PyObject *module, PyObject *args)
{
	PyObject *path, *list, *bad_path;
	unsigned long long least;
	char why[DEDUP_WHY], **tables;
	size_t bad = 0, n;
	enum dedup_status st;

	if (!PyArg_ParseTuple(args, "O&O!K", PyUnicode_FSConverter, &path,
			      &PyList_Type, &list, &least))
		return NULL;
	n = (size_t)PyList_Size(list);
	tables = calloc(n + 1, sizeof(*tables));
	if (tables == NULL) {
		Py_DECREF(path);
		return PyErr_NoMemory();
	}
	for (size_t i = 0; i < n; i++)
		tables[i] = PyBytes_AsString(PyList_GetItem(list,
							    (Py_ssize_t)i));
	Py_BEGIN_ALLOW_THREADS
	st = dedup_table_merge(PyBytes_AsString(path), tables, n, least, &bad,
			       why);
	Py_END_ALLOW_THREADS
	free(tables);
	bad_path = st == DEDUP_ETABLE && bad < n ?
		   PyList_GetItem(list, (Py_ssize_t)bad) : path;
	Py_INCREF(bad_path);
	Py_DECREF(path);
	return answer(PyModule_GetState(module), st, bad_path, why, NULL);
}
