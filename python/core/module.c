/* libdedup._core: its types, functions and constants. */
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

static PyMethodDef methods[] = {
	{ "read", read_all, METH_O, NULL },
	{ "lock_table", table_lock, METH_VARARGS, NULL },
	{ "unlock_table", table_unlock, METH_VARARGS, NULL },
	{ "is_table", table_is, METH_VARARGS, NULL },
	{ "check_option", options_check, METH_VARARGS, NULL },
	{ "cluster_scan", cluster_scan, METH_VARARGS, NULL },
	{ "cluster_match", cluster_match, METH_O, NULL },
	{ "cluster_rows", cluster_rows, METH_VARARGS, NULL },
	{ "cluster_cut", cluster_cut, METH_VARARGS, NULL },
	{ "cluster_secret", cluster_secret, METH_O, NULL },
	{ "cluster_reasons", cluster_reasons, METH_NOARGS, NULL },
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
