/* name.h: names of visitors.
 *
 * Purpose    a typed name -> what is shown, and the normal form that names are compared by.
 * Shape      1 to NAME_CHARACTERS code points after trimming, no control characters, not beginning with `#`.
 *            The normal form is Unicode's NFKC_Casefold: compatibility composed, case folded, without
 *            what is invisible (libunistring).
 * Ownership  both texts belong to the caller, who frees them with name_release.
 * Errors     ERR_NAME_REQUIRED (blank), ERR_NAME_INVALID, ERR_UNAVAILABLE (memory).
 * Threads    any; pure.
 */
#ifndef SESSION_NAME_H
#define SESSION_NAME_H

#include "base/err.h"
#include "base/text.h"

enum { NAME_CHARACTERS = 64 };

struct name {
	struct text shown;
	struct text normal;
};

/* `typed` is UTF-8. */
enum err name_make(struct name *name, struct text typed);
void name_release(struct name *name);
/* The sentence for each of the errors. */
const char *name_error_message(enum err err);

#endif
