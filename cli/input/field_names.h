/* The fields of a record, for a message. */
#ifndef FIELD_NAMES_H
#define FIELD_NAMES_H

#include <stddef.h>

/*
 * The names of the members of the JSON object at rec[0..len), which json_scan()
 * accepts, as "id, url, content": as many as have room in 'to', and a NUL.
 * Objects in it are not looked into.
 */
void field_names(const char *rec, size_t len, char *to, size_t size);

#endif
