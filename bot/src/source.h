/* source.h: the .rive files of a brain, in memory.
 *
 * Purpose    reads a file, or all of a folder, before anything is parsed.
 * Ownership  sources owns names and texts until sources_release.
 * Errors     reported with the file's name; false when something could not be read.
 * Threads    one at a time.
 */
#ifndef BOT_SOURCE_H
#define BOT_SOURCE_H

#include "bot/include/rivescript.h"
#include "bot/src/diagnose.h"

struct sources {
	struct rs_source *v;
	size_t n;
	size_t size;
};

bool sources_read(struct sources *s, const char *path, struct diagnose *d);
void sources_release(struct sources *s);

#endif
