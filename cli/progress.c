/* How far a run has come. */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "message.h"
#include "signals.h"

#define LARGE ((uint64_t)32 << 20)	/* bytes worth a line, unasked */
#define FIRST 1.0			/* seconds without one */
#define REDRAW 0.2
#define LINE 1.0

static double
between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) +
	       (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

void
progress_begin(struct progress *p, const struct options *opt, uint64_t size,
	       unsigned passes)
{
	bool mixed = opt->output == NULL && opt->output_dir == NULL &&
		     !opt->in_place && isatty(STDOUT_FILENO);

	*p = (struct progress){
		.redraws = isatty(STDERR_FILENO), .size = size * passes,
	};
	clock_gettime(CLOCK_MONOTONIC, &p->start);
	p->last = p->start;
	p->on = opt->progress == PROGRESS_ALWAYS ||
		(opt->progress == PROGRESS_AUTO && p->redraws && !mixed &&
		 !opt->quiet && (size == 0 || size >= LARGE));
}

void
progress_again(struct progress *p)
{
	p->before += p->raw;
	p->raw = 0;
}

bool
progress_is_due(struct progress *p, uint64_t raw)
{
	struct timespec now;
	bool asked = signals_asked();

	p->raw = raw;
	if (!asked && !p->on)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!asked && (between(&p->start, &now) < FIRST ||
		       between(&p->last, &now) < (p->redraws ? REDRAW : LINE)))
		return false;
	p->last = now;
	if (asked && !p->on)
		p->redraws = false;	/* a line of its own */
	return true;
}

/* "1.24 GB" */
static int
put_size(char *to, size_t room, double bytes)
{
	return bytes >= 1e9 ? snprintf(to, room, "%.2f GB", bytes / 1e9)
			    : snprintf(to, room, "%.1f MB", bytes / 1e6);
}

void
progress_show(struct progress *p, const struct dedup_stats *s)
{
	double read = (double)(p->before + p->raw), size = (double)p->size;
	double seconds = between(&p->start, &p->last);
	double rate = seconds > 0 ? read / seconds : 0;
	char line[160];
	size_t n;

	n = (size_t)put_size(line, sizeof(line), read);
	if (size > 0) {
		n += (size_t)snprintf(line + n, sizeof(line) - n, " of ");
		n += (size_t)put_size(line + n, sizeof(line) - n, size);
	}
	n += (size_t)snprintf(line + n, sizeof(line) - n,
			      ", %.1f MB/s, %.1f %% removed", rate / 1e6,
			      s->bytes > 0 ? 100 * (double)s->removed_bytes /
			      (double)s->bytes : 0.0);
	if (size > read && rate > 0) {
		unsigned long left = (unsigned long)((size - read) / rate);

		snprintf(line + n, sizeof(line) - n, left < 3600 ?
			 ", %lu:%02lu left" : ", %lu:%02lu hours left",
			 left < 3600 ? left / 60 : left / 3600,
			 left < 3600 ? left % 60 : left / 60 % 60);
	}
	if (!p->redraws) {
		message("%s", line);
		return;
	}
	message_redraw(line);
}

void
progress_clear(void)
{
	message_redraw("");
}
