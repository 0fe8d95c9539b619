#include "session/name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

static bool is_space(ucs4_t c)
{
	return uc_is_property_white_space(c) || c == 0x200B || c == 0xFEFF;
}

/* Controls, line separators, and the marks that turn the direction of what follows. */
static bool is_forbidden(ucs4_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl |
							   UC_CATEGORY_MASK_Zp) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static struct text trim(struct text t)
{
	ucs4_t c;
	int n;

	while (t.n > 0 && (n = u8_mbtouc(&c, (const uint8_t *)t.p, t.n)) > 0 && is_space(c)) {
		t.p += n;
		t.n -= (size_t)n;
	}
	while (t.n > 0) {
		const uint8_t *start = (const uint8_t *)t.p;
		const uint8_t *last = u8_prev(&c, start + t.n, start);

		if (!last || !is_space(c))
			break;
		t.n = (size_t)(last - start);
	}
	return t;
}

static enum err check(struct text t)
{
	size_t characters = 0;

	for (size_t i = 0; i < t.n; characters++) {
		ucs4_t c;
		int n = u8_mbtouc(&c, (const uint8_t *)t.p + i, t.n - i);

		if (n <= 0 || is_forbidden(c))
			return ERR_NAME_INVALID;
		i += (size_t)n;
	}
	if (characters == 0)
		return ERR_NAME_REQUIRED;
	return characters > NAME_CHARACTERS || t.p[0] == '#' ? ERR_NAME_INVALID : ERR_NONE;
}

/* Both in one piece of memory: every connection has one. */
static bool copy(struct name *name, struct text shown, struct text normal)
{
	char *at = malloc(shown.n + normal.n);

	if (!at)
		return false;
	name->shown = text_put(&at, shown);
	name->normal = text_put(&at, normal);
	return true;
}

/* A copy without what no eye can see (soft hyphens, joiners ...): names that look alike are one. */
static bool copy_visible(struct text from, struct text *to)
{
	char *p = malloc(from.n);

	*to = (struct text){p, 0};
	for (size_t i = 0; p && i < from.n;) {
		ucs4_t c;
		size_t n = (size_t)u8_mbtouc(&c, (const uint8_t *)from.p + i, from.n - i);

		if (!uc_is_property_default_ignorable_code_point(c)) {
			memcpy(p + to->n, from.p + i, n);
			to->n += n;
		}
		i += n;
	}
	return p != NULL;
}

/* Adds the normal form to a good name. */
static enum err fold(struct text shown, struct name *name)
{
	struct text visible, folded = TEXT_NONE;
	uint8_t *p = NULL;
	size_t n;
	enum err err = ERR_UNAVAILABLE;

	if (copy_visible(shown, &visible))
		p = u8_casefold((const uint8_t *)visible.p, visible.n, NULL, UNINORM_NFKC, NULL, &n);
	if (!p && visible.n > 0)
		goto out;
	folded = trim(text_of((char *)p, p ? n : 0));
	if (folded.n == 0)
		err = ERR_NAME_REQUIRED; /* nothing but what folding removes */
	else if (folded.p[0] == '#')
		err = ERR_NAME_INVALID; /* written with a look-alike */
	else if (copy(name, shown, folded))
		err = ERR_NONE;
out:
	free(p);
	free((char *)visible.p);
	return err;
}

enum err name_make(struct name *name, struct text typed)
{
	struct text shown = trim(typed);
	enum err err = check(shown);

	*name = (struct name){0};
	if (err == ERR_NONE)
		err = fold(shown, name);
	return err;
}

void name_release(struct name *name)
{
	free((char *)name->shown.p); /* the normal form lies behind it */
	*name = (struct name){0};
}

const char *name_error_message(enum err err)
{
	switch (err) {
	case ERR_NAME_REQUIRED:
		return "enter a name first";
	case ERR_NAME_INVALID:
		return "a name has 1 to 64 characters, no control characters, and does not begin with #";
	default:
		return "out of memory; try again";
	}
}
