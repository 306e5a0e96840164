/* What a sign may be used as, by its code point and its category. */
#include "sign_class.h"

/* White space that does not fold to U+0020. */
static bool
is_white(uint32_t c)
{
	return c == 0x85 || c == 0x1680 || c == 0x180e || c == 0x2028 ||
	       c == 0x2029 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xa0;
}

/* The plainest way to write this sign. */
static uint32_t
plainest(uint32_t c)
{
	switch (c) {
	case 0x2212:		/* minus */
		return '-';
	case 0x2044:		/* bars of fractions */
	case 0x2215:
		return '/';
	case 0x2217:
		return '*';
	case 0x2236:
		return ':';
	case 0x2219:		/* dots of multiplication, and in the middle */
	case 0x22c5:
	case 0x2022:
		return 0xb7;
	case 0x066a:		/* Arabic per cent */
		return '%';
	case 0x301c:		/* wave dash: the full-width tilde */
	case 0x223c:
		return '~';
	case 0x2a7d:
	case 0x2266:
		return 0x2264;
	case 0x2a7e:
	case 0x2267:
		return 0x2265;
	}
	return utf8proc_category((utf8proc_int32_t)c) ==
	       UTF8PROC_CATEGORY_PD ? '-' : c;
}

static enum sign_class
known_class(uint32_t c)
{
	switch (c) {
	case 0x2014:
	case 0x2015:
		return CLASS_LONG_DASH;
	case 0x2030:		/* per mille, per ten thousand */
	case 0x2031:
	case 0x0609:
	case 0x060a:
	case 0xb0:		/* degree */
		return CLASS_PERCENT;
	case 0x2032:
	case 0x2033:
	case 0x2034:
	case 0x2057:
		return CLASS_PRIME;
	case 0xd7:
	case 0xf7:
	case 0x2260:
	case 0x226e:
	case 0x226f:
		return CLASS_OPERATOR;
	case 0xb1:
	case 0x2213:
	case 0x2264:
	case 0x2265:
		return CLASS_RELATION;
	case 0x2248:
	case 0x2243:
	case 0x2245:
		return CLASS_NEARLY;
	case 0xa7:
		return CLASS_SECTION;
	case 0xb7:
		return CLASS_RATIO;
	case 0x25aa:		/* bullets of lists */
	case 0x25ab:
	case 0x25a0:
	case 0x25a1:
	case 0x25cf:
	case 0x25cb:
	case 0x25e6:
	case 0x25ba:
	case 0x25b6:
	case 0x25b8:
	case 0x27a4:
	case 0x27a2:
	case 0x25c6:
	case 0x2756:
		return CLASS_BULLET;
	}
	return CLASS_PLAIN;
}

static enum sign_class
class_of(uint32_t c)
{
	enum sign_class known = known_class(c);

	if (known != CLASS_PLAIN)
		return known;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_SC:
		return CLASS_CURRENCY;
	case UTF8PROC_CATEGORY_SO:
	case UTF8PROC_CATEGORY_SM:
		/* Boxes and bars are drawn with these. */
		return c >= 0x2500 && c <= 0x259f ? CLASS_PLAIN : CLASS_SYMBOL;
	case UTF8PROC_CATEGORY_SK:
		return c >= 0x1f3fb && c <= 0x1f3ff ? CLASS_SYMBOL
						    : CLASS_PLAIN;
	case UTF8PROC_CATEGORY_PS:
		return CLASS_OPEN;
	case UTF8PROC_CATEGORY_PE:
		return CLASS_CLOSE;
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
		return CLASS_QUOTE;
	default:
		return CLASS_PLAIN;
	}
}

uint32_t
sign_info(uint32_t c)
{
	enum sign_class class = CLASS_PLAIN;
	uint32_t plain = c;

	if (c >= 0x80) {
		plain = plainest(c);
		if (is_white(c))
			class = CLASS_WHITE;
		else if (plain >= 0x80 || c == 0x2014 || c == 0x2015)
			class = class_of(plain >= 0x80 ? plain : c);
	}
	return SEPARATOR | (uint32_t)class << CLASS_SHIFT | plain;
}
