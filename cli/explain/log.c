/* --log: a line of JSON for each removal. */
#include "log.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "print.h"
#include "source.h"

#define HEAD 65536		/* first bytes of a file, enough to recognise a
				 * log */

/* Does a file begin as a line of provenance_put_place() does? */
static bool
is_log(const char *head, size_t len)
{
	static const char begins[] = "{\"file\":\"";
	static const char goes_on[] = "\",\"document\":\"";
	size_t n = sizeof(begins) - 1;

	return len > n && memcmp(head, begins, n) == 0 &&
	       memmem(head, len, goes_on, sizeof(goes_on) - 1) != NULL;
}

bool
log_may_replace(const char *path)
{
	char head[HEAD];
	struct source s;
	struct stat st;
	ssize_t len;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	if (source_open(&s, path) != 0)
		return false;
	len = source_read(&s, head, sizeof(head));
	source_close(&s);
	return len > 0 && is_log(head, (size_t)len);
}

int
log_put_why(const struct provenance *o, struct writer *w,
	    const struct dedup_removal *removal)
{
	if (print_format(w, "\"reason\":\"%s\",\"similarity\":%.4f,",
			 dedup_reason_name(removal->reason),
			 removal->resemblance) != 0 ||
	    (removal->reason == DEDUP_BOILERPLATE &&
	     print_format(w, "\"documents\":%" PRIu64 ",",
			  removal->documents) != 0))
		return -1;
	return print_string(w, "\"witness\":{") != 0 ||
	       provenance_put_place(o, w, &removal->witness) != 0 ||
	       print_string(w, "}") != 0 ? -1 : 0;
}

/* ,"removed":[{"at":..,"text":..},..]} */
static int
put_ranges(struct writer *w, const struct range *range, size_t n)
{
	if (print_string(w, ",\"removed\":[") != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct range *r = &range[i];

		if (print_format(w, "%s{\"at\":%" PRIu64 ",", i > 0 ? "," : "",
				 r->at) != 0 ||
		    print_bytes_field(w, r->raw, r->raw_len) != 0 ||
		    print_string(w, "}") != 0)
			return -1;
	}
	return print_string(w, "]}\n");
}

static int
result(struct log *l, bool failed)
{
	l->failed |= failed;
	return failed ? -1 : 0;
}

int
log_dropped(struct log *l, uint64_t document, bool listed, uint64_t words,
	    const struct range *range, size_t n)
{
	struct dedup_place here = { document, 0, 0, 0 };
	struct writer *w = l->to;

	if (w == NULL)
		return 0;
	return result(l, print_string(w, "{") != 0 ||
		      provenance_put_place(l->provenance, w, &here) != 0 ||
		      print_format(w, ",\"reason\":\"%s\",\"words\":%"
				   PRIu64, listed ? "dropped" : "short",
				   words) != 0 ||
		      put_ranges(w, range, n) != 0);
}

int
log_removal(struct log *l, uint64_t document,
	    const struct dedup_removal *removal, const struct range *range,
	    size_t n)
{
	struct dedup_place here = {
		document, removal->unit_begin, removal->line, 0,
	};
	struct writer *w = l->to;

	if (w == NULL)
		return 0;
	return result(l, print_string(w, "{") != 0 ||
		      provenance_put_place(l->provenance, w, &here) != 0 ||
		      print_format(w, ",\"length\":%" PRIu64 ",",
				 removal->unit_end - removal->unit_begin) != 0 ||
		      log_put_why(l->provenance, w, removal) != 0 ||
		      put_ranges(w, range, n) != 0);
}
