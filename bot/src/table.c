#include "bot/src/table.h"

#include <stdlib.h>

void table_release(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}

/* The slot that holds the name, or the free one where it belongs. */
static struct table_slot *find(struct table_slot *slots, size_t size, struct text name)
{
	size_t i = text_hash(name) & (size - 1);
	while (slots[i].name.p && !text_equal(slots[i].name, name))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

uint32_t table_get(const struct table *t, struct text name)
{
	if (!t->n)
		return TABLE_NONE;
	const struct table_slot *slot = find(t->slots, t->size, name);
	return slot->name.p ? slot->value : TABLE_NONE;
}

static bool grow(struct table *t)
{
	size_t size = t->size ? t->size * 2 : 16;
	struct table_slot *slots = calloc(size, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].name.p)
			*find(slots, size, t->slots[i].name) = t->slots[i];
	free(t->slots);
	t->slots = slots;
	t->size = size;
	return true;
}

bool table_put(struct table *t, struct text name, uint32_t value)
{
	if (!name.p)
		name.p = "";
	if ((t->n + 1) * 4 > t->size * 3 && !grow(t))
		return false;
	struct table_slot *slot = find(t->slots, t->size, name);
	if (!slot->name.p) {
		slot->name = name;
		t->n++;
	}
	slot->value = value;
	return true;
}
