#include "chat-client/server/assets.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILES = 4096, MOST_BYTES = 32 * 1024 * 1024 };

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".map", "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".webp", "image/webp"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".txt", "text/plain; charset=utf-8"},
};

static bool ends_with(struct text t, struct text end)
{
	return t.n >= end.n && text_equal(text_of(t.p + t.n - end.n, end.n), end);
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends_with(text_of_string(path), text_of_string(types[i].suffix)))
			return types[i].type;
	return "application/octet-stream";
}

/* 128 bits of the content's digest: it need only differ when the content does. */
static void name_by_content(struct asset_body *body)
{
	unsigned char digest[20];
	char *at = body->etag;

	lws_SHA1((const unsigned char *)body->bytes.p, body->bytes.n, digest);
	*at++ = '"';
	for (int i = 0; i < 16; i++)
		at += sprintf(at, "%02x", digest[i]);
	*at++ = '"';
	*at = '\0';
}

/* `size` bytes of the file, or errno. One that shrinks meanwhile fails. */
static bool read_file(const char *name, size_t size, struct text *bytes)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	char *p = malloc(size + 1);
	size_t n = 0;
	bool ok = false;

	if (fd < 0 || !p)
		goto out;
	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			goto out;
		n += (size_t)got;
	}
	*bytes = text_of(p, n);
	p = NULL;
	ok = true;
out:
	free(p);
	if (fd >= 0)
		close(fd);
	return ok;
}

static void asset_release(struct asset *asset)
{
	for (int e = 0; e < ENCODING_COUNT; e++)
		free((char *)asset->bodies[e].bytes.p);
	free(asset->path);
}

/* Adds the file as one of its own; siblings are paired later. */
static bool add_file(struct assets *assets, const char *name, size_t root_length, size_t size)
{
	struct asset asset = {.encodings = 1U << ENCODING_IDENTITY};
	struct asset *items;

	if (assets->n == MOST_FILES || size > MOST_BYTES - assets->bytes) {
		errno = EFBIG;
		return false;
	}
	asset.path = strdup(name + root_length);
	items = realloc(assets->items, (assets->n + 1) * sizeof(*items));
	if (items)
		assets->items = items;
	if (!asset.path || !items ||
	    !read_file(name, size, &asset.bodies[ENCODING_IDENTITY].bytes)) {
		free(asset.path);
		return false;
	}
	asset.type = type_of(asset.path);
	asset.is_hashed = strncmp(asset.path, "/assets/", 8) == 0;
	name_by_content(&asset.bodies[ENCODING_IDENTITY]);
	assets->items[assets->n++] = asset;
	assets->bytes += size;
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

/* Moves the body of "x.js.br" into "x.js"; false when it is nobody's sibling. */
static bool pair_sibling(struct assets *assets, struct asset *sibling, struct text suffix,
			 enum encoding e)
{
	struct text path = text_of_string(sibling->path);
	struct asset *file;

	if (!ends_with(path, suffix))
		return false;
	file = (struct asset *)assets_find(assets, text_of(path.p, path.n - suffix.n));
	if (!file)
		return false;
	file->bodies[e] = sibling->bodies[ENCODING_IDENTITY];
	file->encodings |= 1U << e;
	sibling->bodies[ENCODING_IDENTITY] = (struct asset_body){0};
	return true;
}

/* Nothing moves before all are paired; a sibling is then known by its missing type. */
static void pair_siblings(struct assets *assets)
{
	size_t kept = 0;

	for (size_t i = 0; i < assets->n; i++) {
		struct asset *asset = &assets->items[i];

		if (pair_sibling(assets, asset, TEXT(".gz"), ENCODING_GZIP) ||
		    pair_sibling(assets, asset, TEXT(".br"), ENCODING_BROTLI))
			asset->type = NULL;
	}
	for (size_t i = 0; i < assets->n; i++) {
		if (assets->items[i].type)
			assets->items[kept++] = assets->items[i];
		else
			asset_release(&assets->items[i]);
	}
	assets->n = kept;
}

/* False: `failed` names what errno is about. */
static bool walk(struct assets *assets, FTS *tree, size_t root_length, const char **failed)
{
	FTSENT *entry;

	while (errno = 0, entry = fts_read(tree)) {
		*failed = entry->fts_path;
		if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
			fts_set(tree, entry, FTS_SKIP);
			continue;
		}
		switch (entry->fts_info) {
		case FTS_F:
			if (!add_file(assets, entry->fts_path, root_length,
				      (size_t)entry->fts_statp->st_size))
				return false;
			break;
		case FTS_NS:
		case FTS_DNR:
		case FTS_ERR:
			errno = entry->fts_errno;
			return false;
		default:
			break;
		}
	}
	return errno == 0;
}

bool assets_load(struct assets *assets, const char *root, char *error, size_t error_size)
{
	char *path = realpath(root, NULL);
	const char *failed = root;
	bool ok = false;
	FTS *tree = NULL;

	*assets = ASSETS_INIT;
	if (path)
		tree = fts_open((char *const[]){path, NULL}, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (!tree || !walk(assets, tree, strlen(path), &failed)) {
		snprintf(error, error_size,
			 "WEB_ROOT is '%s', but must be a folder that can be read (%s: %s)", root,
			 failed, strerror(errno));
		goto out;
	}
	if (assets->n > 0)
		qsort(assets->items, assets->n, sizeof(*assets->items), by_path);
	pair_siblings(assets);
	ok = assets_find(assets, TEXT("/index.html")) != NULL;
	if (!ok)
		snprintf(error, error_size,
			 "WEB_ROOT is '%s', but must be a folder with the built web client (it has "
			 "no index.html)",
			 root);
out:
	if (tree)
		fts_close(tree);
	if (!ok)
		assets_release(assets);
	free(path);
	return ok;
}

void assets_release(struct assets *assets)
{
	for (size_t i = 0; i < assets->n; i++)
		asset_release(&assets->items[i]);
	free(assets->items);
	*assets = ASSETS_INIT;
}

const struct asset *assets_find(const struct assets *assets, struct text path)
{
	size_t low = 0, high = assets->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct text there = text_of_string(assets->items[middle].path);
		size_t shorter = path.n < there.n ? path.n : there.n;
		int order = memcmp(path.p, there.p, shorter);

		if (order == 0)
			order = (path.n > there.n) - (path.n < there.n);
		if (order == 0)
			return &assets->items[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
