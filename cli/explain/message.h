/*
 * Messages on standard error: one line each, with control characters escaped.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

/* Print "dedup: ", the formatted message, and a newline. */
__attribute__((format(printf, 1, 2)))
void message(const char *format, ...);

/*
 * Draw a line on the terminal over the one drawn before.  "" removes it, and so
 * does the next message.
 */
void message_redraw(const char *line);

/* The name of a file in messages; NULL is standard output. */
const char *message_name(const char *path);

#endif
