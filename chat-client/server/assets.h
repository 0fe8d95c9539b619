/* assets.h: the web client's files, in memory.
 *
 * Purpose    reads a folder once, pairs each file with its .br and .gz siblings, names each by its
 *            content (ETag). What a request asks for is looked up here and nowhere else, so no path
 *            can lead out of the folder.
 * Ownership  the assets own all bytes and strings; what find returns is lent until assets_release.
 * Errors     a load that fails leaves the assets empty and `error` holds one line.
 * Threads    any number of readers once loaded.
 */
#ifndef CHAT_CLIENT_ASSETS_H
#define CHAT_CLIENT_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "chat-client/server/negotiation.h"

enum { ETAG_SIZE = 2 + 32 + 1 };

struct asset_body {
	struct text bytes;    /* p is NULL when the file has no such sibling */
	char etag[ETAG_SIZE]; /* with its quotes */
};

struct asset {
	char *path; /* as requested: "/assets/index-3f2a.js" */
	const char *type;
	bool is_hashed;     /* its name changes with its content */
	unsigned encodings; /* a set of bits (1 << encoding) */
	struct asset_body bodies[ENCODING_COUNT];
};

struct assets {
	struct asset *items; /* by path */
	size_t n;
	size_t bytes; /* of all bodies */
};

#define ASSETS_INIT ((struct assets){0})

/* Hidden files are left out. The folder must have an index.html. */
bool assets_load(struct assets *assets, const char *root, char *error, size_t error_size);
void assets_release(struct assets *assets);

/* NULL: there is none. */
const struct asset *assets_find(const struct assets *assets, struct text path);

#endif
