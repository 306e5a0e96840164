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

static PyObject *
join_all(PyObject *module, PyObject *list)
{
	return arrow_join(state_of(module), list);
}

/* Their names, by number. */
static PyObject *
reasons(void)
{
	PyObject *names = PyTuple_New(DEDUP_NREASONS);

	for (int i = 0; names != NULL && i < DEDUP_NREASONS; i++) {
		PyObject *name = PyUnicode_FromString(
			dedup_reason_name((unsigned)i));

		if (name == NULL || PyTuple_SetItem(names, i, name) != 0)
			Py_CLEAR(names);
	}
	return names;
}

/* types(Span, Witness): what spans of lists are made of. */
static PyObject *
set_types(PyObject *module, PyObject *args)
{
	struct state *s = state_of(module);
	PyTypeObject *span, *witness;

	if (!PyArg_ParseTuple(args, "O!O!", &PyType_Type, &span, &PyType_Type,
			      &witness))
		return NULL;
	if (!PyType_IsSubtype(span, &PyTuple_Type) ||
	    !PyType_IsSubtype(witness, &PyTuple_Type)) {
		PyErr_SetString(PyExc_TypeError, "types of tuples");
		return NULL;
	}
	s->span_type = (PyTypeObject *)Py_NewRef((PyObject *)span);
	s->witness_type = (PyTypeObject *)Py_NewRef((PyObject *)witness);
	return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
	{ "types", set_types, METH_VARARGS, NULL },
	{ "read", read_all, METH_O, NULL },
	{ "join", join_all, METH_O, NULL },
	{ "fetch", top_fetch, METH_VARARGS, NULL },
	{ "json_find", json_find, METH_VARARGS, NULL },
	{ "json_cut", json_cut, METH_VARARGS, NULL },
	{ "table_info", table_info, METH_VARARGS, NULL },
	{ "test_table", table_test, METH_VARARGS, NULL },
	{ "merge_tables", table_merge, METH_VARARGS, NULL },
	{ "lock_table", table_lock, METH_VARARGS, NULL },
	{ "unlock_table", table_unlock, METH_VARARGS, NULL },
	{ "is_table", table_is, METH_VARARGS, NULL },
	{ "check_option", options_check, METH_VARARGS, NULL },
	{ "cluster_scan", cluster_scan, METH_VARARGS, NULL },
	{ "cluster_match", cluster_match, METH_O, NULL },
	{ "cluster_rows", cluster_rows, METH_VARARGS, NULL },
	{ "cluster_cut", cluster_cut, METH_VARARGS, NULL },
	{ "cluster_secret", cluster_secret, METH_O, NULL },
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
add_constants(PyObject *module)
{
	static const struct {
		const char *name;
		int value;
	} all[] = {
		{ "CLEAN", JUDGE_CLEAN }, { "SPANS", JUDGE_SPANS },
		{ "REFERENCE", JUDGE_REFERENCE }, { "MARKS", JUDGE_MARKS },
		{ "GROUPS", JUDGE_GROUPS }, { "TABLE", JUDGE_TABLE },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (PyModule_AddIntConstant(module, all[i].name,
					    all[i].value) != 0)
			return -1;
	return 0;
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
	s->reasons = reasons();
	if (listed != 0 || s->table_error == NULL ||
	    s->arrow_type == NULL || s->deduper_type == NULL ||
	    PyModule_AddObjectRef(module, "TableError", s->table_error) != 0 ||
	    s->reasons == NULL ||
	    PyModule_AddObjectRef(module, "reasons", s->reasons) != 0 ||
	    add_constants(module) != 0)
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
	Py_VISIT(s->span_type);
	Py_VISIT(s->witness_type);
	Py_VISIT(s->reasons);
	return 0;
}

static int
clear(PyObject *module)
{
	struct state *s = state_of(module);

	Py_CLEAR(s->table_error);
	Py_CLEAR(s->arrow_type);
	Py_CLEAR(s->deduper_type);
	Py_CLEAR(s->span_type);
	Py_CLEAR(s->witness_type);
	Py_CLEAR(s->reasons);
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
