/* --stats and --json: the counts, on standard error. */
#include "stats.h"

#include <inttypes.h>
#include <stdio.h>

static double
share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (double)part / (double)whole;
}

static void
print_json(const struct dedup_stats *s, const struct tally *t)
{
	fprintf(stderr, "{\"documents\":%" PRIu64 ",\"bytes\":%" PRIu64
		",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64
		",\"units\":%" PRIu64 ",\"removed\":{",
		s->documents, s->bytes, t->bytes_in, t->bytes_out, s->units);
	for (int i = 0; i < DEDUP_NREASONS; i++)
		fprintf(stderr, "%s\"%s\":%" PRIu64, i > 0 ? "," : "",
			dedup_reason_name((unsigned)i), s->removed[i]);
	fprintf(stderr, "},\"removed_bytes\":%" PRIu64 ",\"removed_share\":%.6f,"
		"\"records\":%" PRIu64 ",\"bad_records\":%" PRIu64
		",\"no_text\":%" PRIu64 ",\"oversize\":%" PRIu64
		",\"short_documents\":%" PRIu64 ",\"short_bytes\":%" PRIu64
		",\"unrecorded\":%" PRIu64 ",\"early\":%" PRIu64
		",\"full\":%s,\"memory\":%" PRIu64 ",\"lines\":%" PRIu64
		",\"short_lines\":%" PRIu64 ",\"given_up\":%" PRIu64 "}\n",
		s->removed_bytes,
		share(s->removed_bytes, s->bytes), t->records, t->bad_records,
		t->no_text, s->oversize + t->long_records, t->short_documents,
		t->short_bytes, s->unrecorded,
		t->early, s->full ? "true" : "false", s->memory, s->lines,
		s->short_lines, s->given_up);
}

/*
 * Report how much of the text was compared at all; if it was little, as in a
 * list of names, also how to have it compared.
 */
static void
print_lines(const struct dedup_stats *s)
{
	if (s->lines == 0)
		return;
	fprintf(stderr, "compared    %" PRIu64 " units of %" PRIu64
		" lines\n", s->units, s->lines);
	if (s->short_lines > s->lines / 2)
		fprintf(stderr, "            %" PRIu64 " lines are not units "
			"by themselves: -u line -m 1 compares each\n",
			s->short_lines);
}

void
stats_print(const struct dedup_stats *s, const struct tally *t, bool json)
{
	uint64_t removed = 0;

	if (json) {
		print_json(s, t);
		return;
	}
	for (int i = 0; i < DEDUP_NREASONS; i++)
		removed += s->removed[i];
	fprintf(stderr, "documents   %" PRIu64 "\nunits       %" PRIu64
		"\nbytes       %" PRIu64 "\nremoved     %" PRIu64
		" units, %" PRIu64 " bytes, %.1f %%\n", s->documents, s->units,
		s->bytes, removed, s->removed_bytes,
		100 * share(s->removed_bytes, s->bytes));
	for (int i = 0; i < DEDUP_NREASONS; i++)
		if (s->removed[i] > 0)
			fprintf(stderr, "  %-9s %" PRIu64 "\n",
				dedup_reason_name((unsigned)i),
				s->removed[i]);
	print_lines(s);
	if (t->short_documents > 0)
		fprintf(stderr, "dropped     %" PRIu64 " documents, %" PRIu64
			" bytes\n", t->short_documents, t->short_bytes);
	if (t->bad_records > 0)
		fprintf(stderr, "bad records %" PRIu64 "\n", t->bad_records);
	if (t->no_text > 0)
		fprintf(stderr, "no text in  %" PRIu64 " records\n",
			t->no_text);
	if (s->oversize + t->long_records > 0)
		fprintf(stderr, "too long    %" PRIu64 ", not judged\n",
			s->oversize + t->long_records);
	if (s->given_up > 0)
		fprintf(stderr, "given up    %" PRIu64
			" comparisons, which took too many steps\n",
			s->given_up);
	if (s->unrecorded > 0)
		fprintf(stderr, "not stored  %" PRIu64 " units: no memory\n",
			s->unrecorded);
	if (t->early > 0)
		fprintf(stderr, "early       %" PRIu64
			" times, as the input paused\n", t->early);
	fprintf(stderr, "memory      %.1f MB%s\n", (double)s->memory / 1e6,
		s->full ? ", full" : "");
}
