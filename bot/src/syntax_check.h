/* syntax_check.h: what strict mode asks of a command's form.
 *
 * Purpose    one question: is this line well formed, and if not, where and what was expected?
 * Ownership  the message is a constant.
 * Errors     NULL is the good answer.
 * Threads    any.
 */
#ifndef BOT_SYNTAX_CHECK_H
#define BOT_SYNTAX_CHECK_H

#include "bot/include/rivescript.h"

/* The mistake in the line, with `column` (bytes from the line's start, from 0) set; NULL: none. */
const char *syntax_check(char kind, struct text line, const struct rs_options *options,
			 size_t *column);

#endif
