/* libdedup._core: types, and functions for tables. */
#include "core.h"
#include "judge.h"

static struct state *
state_of(PyObject *module)
{
	return PyModule_GetState(module);
}

static PyObject *
read_all(PyObject *module, PyObject *object)
{
	return arrow_read(state_of(module), object);
}

static PyObject *
lock_table(PyObject *module, PyObject *args)
{
	PyObject *path;
	char why[DEDUP_WHY];
	enum dedup_status st;
	int lock = -1;

	if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
		return NULL;
	st = dedup_table_lock(PyBytes_AsString(path), &lock, why);
	if (st == DEDUP_ETABLE)
		PyErr_Format(state_of(module)->table_error, "%s: %s",
			     PyBytes_AsString(path), why);
	else if (st != DEDUP_OK)
		PyErr_SetString(PyExc_RuntimeError, dedup_strerror(st));
	Py_DECREF(path);
	return st == DEDUP_OK ? PyLong_FromLong(lock) : NULL;
}

static PyObject *
unlock_table(PyObject *module, PyObject *args)
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

static PyObject *
is_table(PyObject *module, PyObject *args)
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

static PyMethodDef methods[] = {
	{ "read", read_all, METH_O, NULL },
	{ "lock_table", lock_table, METH_VARARGS, NULL },
	{ "unlock_table", unlock_table, METH_VARARGS, NULL },
	{ "is_table", is_table, METH_VARARGS, NULL },
	{ "check_option", options_check, METH_VARARGS, NULL },
	{ NULL, NULL, 0, NULL },
};

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec)
{
	PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);

	if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) != 0)
		Py_CLEAR(type);
	return (PyTypeObject *)type;
}

static int
run(PyObject *module)
{
	struct state *s = state_of(module);
	PyObject *options = options_list();
	int listed = options == NULL ? -1 :
		     PyModule_AddObjectRef(module, "options", options);

	Py_XDECREF(options);
	s->table_error = PyErr_NewExceptionWithDoc("libdedup.TableError",
		"A saved table that is damaged, was made with other options, "
		"or cannot be read or written.", NULL, NULL);
	s->arrow_type = add_type(module, &arrow_spec);
	s->deduper_type = add_type(module, &deduper_spec);
	if (listed != 0 || s->table_error == NULL ||
	    s->arrow_type == NULL || s->deduper_type == NULL ||
	    PyModule_AddObjectRef(module, "TableError", s->table_error) != 0 ||
	    PyModule_AddIntConstant(module, "CLEAN", JUDGE_CLEAN) != 0 ||
	    PyModule_AddIntConstant(module, "SPANS", JUDGE_SPANS) != 0 ||
	    PyModule_AddIntConstant(module, "REFERENCE",
				    JUDGE_REFERENCE) != 0)
		return -1;
	return PyModule_AddStringConstant(module, "version", dedup_version());
}

static int
traverse(PyObject *module, visitproc visit, void *arg)
{
	struct state *s = state_of(module);

	Py_VISIT(s->table_error);
	Py_VISIT(s->arrow_type);
	Py_VISIT(s->deduper_type);
	return 0;
}

static int
clear(PyObject *module)
{
	struct state *s = state_of(module);

	Py_CLEAR(s->table_error);
	Py_CLEAR(s->arrow_type);
	Py_CLEAR(s->deduper_type);
	return 0;
}

static PyModuleDef_Slot slots[] = {
	{ Py_mod_exec, run },
#ifdef Py_GIL_DISABLED
	/* A Deduper refuses a second thread by itself. */
	{ Py_mod_gil, Py_MOD_GIL_NOT_USED },
#endif
	{ 0, NULL },
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT, .m_name = "libdedup._core",
	.m_size = sizeof(struct state), .m_methods = methods,
	.m_slots = slots, .m_traverse = traverse, .m_clear = clear,
};

PyMODINIT_FUNC
PyInit__core(void)
{
	return PyModuleDef_Init(&module);
}
