#include "store/page.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more; the array as it is then, NULL: memory is short. */
static void *grow(void *array, size_t n, size_t *size, size_t item_size)
{
	size_t larger = *size ? *size * 2 : 64;
	void *grown;

	if (n < *size)
		return array;
	grown = realloc(array, larger * item_size);
	if (grown)
		*size = larger;
	return grown;
}

bool row_page_add(struct row_page *page, const struct store_row *row)
{
	struct store_row **rows =
		grow(page->rows, page->n, &page->size, sizeof(struct store_row *));

	if (!rows)
		return false;
	page->rows = rows;
	page->rows[page->n] = row_copy(row);
	if (!page->rows[page->n])
		return false;
	page->bytes += row_size(row);
	page->n++;
	return true;
}

bool row_page_is_full(const struct row_page *page)
{
	return page->n >= page->limit || page->bytes >= PAGE_BYTES;
}

void row_page_release(struct row_page *page)
{
	for (size_t i = 0; i < page->n; i++)
		free(page->rows[i]);
	free(page->rows);
	*page = (struct row_page){0};
}

static struct store_scanned *add(struct scan_page *page)
{
	struct store_scanned *items =
		grow(page->items, page->n, &page->size, sizeof(struct store_scanned));

	if (!items)
		return NULL;
	page->items = items;
	return memset(&page->items[page->n++], 0, sizeof(struct store_scanned));
}

bool scan_page_add(struct scan_page *page, struct entry *entry)
{
	struct store_scanned *item = add(page);

	if (!item) {
		entry_unref(entry);
		return false;
	}
	item->conversation = entry->conversation;
	item->first = (int64_t)entry->first;
	item->entry = entry;
	page->bytes += entry_size(entry);
	return true;
}

bool scan_page_add_malformed(struct scan_page *page, struct text conversation, int64_t first,
			     const char *why)
{
	size_t length = strlen(why) + 1;
	char *texts = malloc(length + conversation.n);
	struct store_scanned *item = texts ? add(page) : NULL;

	if (!item) {
		free(texts);
		return false;
	}
	item->why = memcpy(texts, why, length); /* first: it is what the allocation is known by */
	texts += length;
	item->conversation = text_put(&texts, conversation);
	item->first = first;
	page->bytes += length + conversation.n;
	return true;
}

bool scan_page_is_full(const struct scan_page *page)
{
	return page->n >= page->limit || page->bytes >= PAGE_BYTES;
}

void scan_page_release(struct scan_page *page)
{
	for (size_t i = 0; i < page->n; i++) {
		entry_unref(page->items[i].entry);
		free((char *)page->items[i].why);
	}
	free(page->items);
	buffer_release(&page->next);
	*page = (struct scan_page){0};
}
