/* Options: what the library says of them, and what it says of their values. */
#include "core.h"

static PyObject *
describe(const struct dedup_option *o)
{
	char letter[2] = { o->letter, '\0' };

	return Py_BuildValue("(sszzKKss)", o->name, letter, o->arg, o->words,
			     (unsigned long long)o->least,
			     (unsigned long long)o->most, o->value, o->help);
}

PyObject *
options_list(void)
{
	PyObject *list = PyList_New(0);
	const struct dedup_option *o;

	for (size_t i = 0; list != NULL && (o = dedup_option_at(i)) != NULL;
	     i++) {
		PyObject *one = describe(o);

		if (one == NULL || PyList_Append(list, one) != 0)
			Py_CLEAR(list);
		Py_XDECREF(one);
	}
	return list;
}

PyObject *
options_check(PyObject *module, PyObject *args)
{
	struct dedup_options o;
	char why[DEDUP_WHY];
	const char *name, *value;

	(void)module;
	if (!PyArg_ParseTuple(args, "sz", &name, &value))
		return NULL;
	dedup_options_init(&o);
	dedup_options_set(&o, name, value, why);
	return PyUnicode_FromString(why);
}

int
options_set(struct dedup_options *to, PyObject *given)
{
	PyObject *name, *value;
	Py_ssize_t at = 0;
	char why[DEDUP_WHY];

	while (PyDict_Next(given, &at, &name, &value)) {
		const char *n = PyUnicode_AsUTF8AndSize(name, NULL);
		const char *v = n != NULL && value != Py_None ?
				PyUnicode_AsUTF8AndSize(value, NULL) : NULL;

		if (PyErr_Occurred())
			return -1;
		if (!dedup_options_set(to, n, v, why)) {
			PyErr_Format(PyExc_ValueError, "%s: %s", n, why);
			return -1;
		}
	}
	return 0;
}
