/* What a document belongs to. */
#include "source_name.h"

#include <string.h>

/* The host of a URL; all of it if it is none. */
static const char *
host(const char *url, size_t *len)
{
	const char *at = strstr(url, "://");
	size_t n;

	if (at == NULL) {
		*len = strlen(url);
		return url;
	}
	at += 3;
	n = strcspn(at, "/?#");
	if (n > 4 && memcmp(at, "www.", 4) == 0) {
		at += 4;
		n -= 4;
	}
	*len = n;
	return at;
}

/*
 * "wiki/12" and "wiki-00012" belong to "wiki".  NULL: what it begins with tells
 * nothing.
 */
static const char *
prefix(const char *id, size_t *len)
{
	size_t all = strlen(id), n = all;

	for (size_t i = all; i > 0; i--)
		if (strchr("/:#@", id[i - 1]) != NULL) {
			*len = i - 1;
			return id;
		}
	while (n > 0 && strchr("0123456789-_.", id[n - 1]) != NULL)
		n--;
	*len = n;
	return n > 0 && n < all ? id : NULL;
}

/* The folder of a file; the file itself, if it has several documents. */
static const char *
folder(const struct origin *o, size_t *len)
{
	const char *slash = strrchr(o->file, '/');

	*len = strlen(o->file);
	if (o->section > 0 || o->id != NULL)
		return o->file;
	*len = slash != NULL ? (size_t)(slash - o->file) : 1;
	return slash != NULL ? o->file : ".";
}

const char *
source_name(const struct origin *o, size_t *len)
{
	const char *name = NULL;

	if (o->url != NULL)
		return host(o->url, len);
	if (o->id != NULL && strstr(o->id, "://") != NULL)
		return host(o->id, len);
	if (o->id != NULL)
		name = prefix(o->id, len);
	return name != NULL ? name : folder(o, len);
}
