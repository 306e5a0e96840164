/* The page that --report writes. */
#include "report_page.h"

#include <errno.h>
#include <string.h>

#include "open_output.h"

int
report_page_open(struct report_page *page, struct pipeline *p)
{
	const char *path = p->opt->report;

	if (path == NULL)
		return 0;
	if (!report_may_replace(path)) {
		pipeline_complain(p, path, "cannot write",
				  "there is a file that is no report; --report "
				  "takes the next argument for its file");
		return -1;
	}
	page->report = report_new(p->opt, &p->provenance);
	if (page->report == NULL)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	if (open_output(p, &page->to, path, NULL, true) != 0)
		return -1;
	page->open = true;
	p->out.watcher = &page->report->sink;
	return 0;
}

int
report_page_end(struct report_page *page, struct pipeline *p, bool whole)
{
	struct dedup_stats stats;
	struct writer *w = &page->to;
	int got = 0;

	if (page->open && !whole) {
		writer_abort(w);
	} else if (page->open) {
		dedup_get_stats(p->d, &stats);
		got = w->temporary != NULL || writer_truncate(w) == 0 ?
		      report_write(page->report, &stats, &p->tally, w) : -1;
		if (got != 0)
			writer_abort(w);
		else
			got = w->temporary != NULL ? writer_commit(w, false) :
			      writer_close(w);
	}
	if (got != 0)
		pipeline_complain(p, p->opt->report, "cannot write",
				  strerror(errno));
	report_free(page->report);
	*page = (struct report_page){ .report = NULL };
	p->out.watcher = NULL;
	return got;
}
