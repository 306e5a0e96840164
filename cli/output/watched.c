/* Tells two sinks the same. */
#include "watched.h"

static struct watched *
watched_of(struct sink *s)
{
	return (struct watched *)s;
}

static int
begin(struct sink *s)
{
	struct watched *w = watched_of(s);

	return sink_begin(w->watcher, s->document) != 0 ? -1 :
	       sink_begin(w->next, s->document);
}

static int
decided(struct sink *s, const struct range *text)
{
	struct watched *w = watched_of(s);

	return sink_decided(w->watcher, text) != 0 ? -1 :
	       sink_decided(w->next, text);
}

static int
around(struct sink *s, const struct range *r)
{
	struct watched *w = watched_of(s);

	return sink_around(w->watcher, r) != 0 ? -1 : sink_around(w->next, r);
}

static int
kept(struct sink *s, const struct range *r)
{
	struct watched *w = watched_of(s);

	return sink_kept(w->watcher, r) != 0 ? -1 : sink_kept(w->next, r);
}

static int
removed(struct sink *s, const struct removed *r)
{
	struct watched *w = watched_of(s);

	return sink_removed(w->watcher, r) != 0 ? -1 :
	       sink_removed(w->next, r);
}

static int
words(struct sink *s, uint64_t n)
{
	struct watched *w = watched_of(s);

	return sink_words(w->watcher, n) != 0 ? -1 : sink_words(w->next, n);
}

static int
end(struct sink *s)
{
	struct watched *w = watched_of(s);

	return sink_end(w->watcher) != 0 ? -1 : sink_end(w->next);
}

static int
pass(struct sink *s, enum item_kind kind, const char *bytes, size_t len,
     bool ends)
{
	struct watched *w = watched_of(s);

	return sink_pass(w->watcher, kind, bytes, len, ends) != 0 ? -1 :
	       sink_pass(w->next, kind, bytes, len, ends);
}

const struct sink_ops sink_of_watched = {
	.begin = begin, .decided = decided, .around = around, .kept = kept,
	.removed = removed, .words = words, .end = end, .pass = pass,
};
