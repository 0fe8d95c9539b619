/* page.h: a part of all that a store holds, in its order.
 *
 * Purpose    what a walk over all entries, or over all rows of the view, gets at a time: bounded in number
 *            and in bytes. Pure.
 * Ownership  a page owns what was added; page_release gives it up.
 * Errors     an addition says false when memory runs out: the walk is then unavailable.
 * Threads    one at a time.
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include "base/buffer.h"
#include "store/store.h"

enum { PAGE_BYTES = 4 * 1024 * 1024 };

struct row_page {
	size_t limit, size, bytes;
	struct store_row **rows;
	size_t n;
};

bool row_page_add(struct row_page *page, const struct store_row *row);
bool row_page_is_full(const struct row_page *page);
void row_page_release(struct row_page *page);

struct scan_page {
	size_t limit, size, bytes;
	struct store_scanned *items;
	size_t n;
	struct buffer next; /* where the next one goes on, in the backend's own words; empty: at the end */
};

/* Takes the entry over. */
bool scan_page_add(struct scan_page *page, struct entry *entry);
/* What should be an entry and is none; the texts are copied. */
bool scan_page_add_malformed(struct scan_page *page, struct text conversation, int64_t first,
			     const char *why);
bool scan_page_is_full(const struct scan_page *page);
void scan_page_release(struct scan_page *page);

#endif
