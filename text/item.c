#include "item.h"

bool
item_begins_bullet(const char *s, size_t len)
{
	switch (*s) {
	case '-': case '+': case '*':
		return len > 1 && item_is_apart(s + 1, len - 1);
	case 'o':
		return len > 2 && s[1] == ' ' && s[2] == ' ';
	case '\xe2':		/* dashes, bullets, squares, triangles, ... */
		return len > 3 && item_is_apart(s + 3, len - 3) &&
		       (s[1] == '\x80' || s[1] == '\x81' || s[1] == '\x96' ||
			s[1] == '\x97' || s[1] == '\x9e');
	case '\xc2':		/* middle dot */
		return len > 2 && s[1] == '\xb7';
	default:
		return false;
	}
}

bool
item_may_begin_number(const char *s, size_t len)
{
	size_t i = *s == '(' || *s == '[', digits = i, k;

	for (k = i; k < len && k < 12 && ((s[k] >= '0' && s[k] <= '9') ||
					  (s[k] == '.' && k > i)); k++)
		digits += s[k] != '.';
	if (k == i && k + 2 < len && is_ascii_letter(s[k]))
		k++;
	else if (digits == i)
		return false;
	if (k > i && s[k - 1] == '.')
		return item_is_apart(s + k, len - k);
	return k < len && (s[k] == '.' || s[k] == ')' || s[k] == ']') &&
	       (s[k] != '.' || digits > i) &&
	       item_is_apart(s + k + 1, len - k - 1);
}
