/* cases.h: what the tests of the engine share.
 *
 * Purpose    brains from a string, replies as strings.
 * Ownership  the caller frees the brain.
 * Errors     a brain that is refused fails the test.
 * Threads    one.
 */
#ifndef TEST_BOT_CASES_H
#define TEST_BOT_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "bot/include/rivescript.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline void print_diagnostic(void *context, const struct rs_diagnostic *d)
{
	(void)context;
	fprintf(stderr, "%s:%u:%u: %s\n", d->file, d->line, d->column, d->message);
}

static inline struct rs_brain *brain_of(const char *source, const struct rs_options *options)
{
	const struct rs_source s = {"test.rive", text_of_string(source)};
	struct rs_brain *brain = rs_brain_compile(&s, 1, options, print_diagnostic, NULL);
	assert_non_null(brain);
	return brain;
}

/* The reply in a buffer that the caller lends, NUL-terminated. */
static inline const char *say(const struct rs_brain *brain, struct rs_state *state,
			      const char *message, struct buffer *reply)
{
	const struct rs_request request = {
		.user = TEXT("tester"), .text = text_of_string(message), .seed = 1};
	buffer_clear(reply);
	rs_reply(brain, state, &request, NULL, reply, NULL);
	buffer_add(reply, "", 0);
	return reply->p;
}

#endif
