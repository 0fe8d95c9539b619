/* finding.h: what a look at one thing told.
 *
 * Purpose    how parts report to --doctor what they found where the settings point.
 * Ownership  holds copies.
 * Errors     what is too long is cut.
 * Threads    one at a time.
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include <stdbool.h>

struct finding {
	const char *of; /* "Redis" */
	bool is_good;
	char found[400];
	char mend[300]; /* what to do, when it is not good */
};

/* Each takes a format for `found`; `mend` is as it is. */
void finding_good(struct finding *finding, const char *of, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_bad(struct finding *finding, const char *of, const char *mend, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
