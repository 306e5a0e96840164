/* Messages on standard error: each one line, control characters shown. */
#ifndef MESSAGE_H
#define MESSAGE_H

/* "dedup: ", what the format makes, and a newline. */
__attribute__((format(printf, 1, 2)))
void message(const char *format, ...);

/*
 * A line on the terminal that is drawn again and again, over itself; "" takes
 * it away, as the next message does.
 */
void message_redraw(const char *line);

/* What a file is called in messages; NULL is standard output. */
const char *message_name(const char *path);

#endif
