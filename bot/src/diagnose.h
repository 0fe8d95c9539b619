/* diagnose.h: where mistakes in .rive files are reported.
 *
 * Purpose    carries the caller's report callback through a load, and remembers how bad it was.
 * Ownership  the callback's context is the caller's.
 * Errors     `errors` counts what refuses the brain.
 * Threads    one at a time.
 */
#ifndef BOT_DIAGNOSE_H
#define BOT_DIAGNOSE_H

#include "bot/include/rivescript.h"

struct place {
	const char *file;
	unsigned line;
	unsigned column;
};

struct diagnose {
	rs_report *report; /* may be NULL */
	void *context;
	bool is_lenient; /* without strict mode: mistakes of syntax are warnings */
	size_t errors;
	size_t warnings;
};

void diagnose_error(struct diagnose *d, struct place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diagnose_warning(struct diagnose *d, struct place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* An error in strict mode, a warning else. */
void diagnose_syntax(struct diagnose *d, struct place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
