/* The `!` commands: variables, substitutions, arrays. */
#include "bot/src/build.h"

#include <stdlib.h>

static bool is_undefined(struct text value)
{
	return text_equal(value, TEXT("<undef>"));
}

const struct text *brain_array(void *context, struct text name, size_t *n)
{
	const struct rs_brain *brain = context;
	uint32_t at = table_get(&brain->array_names, name);
	*n = at == TABLE_NONE ? 0 : brain->arrays[at].n;
	return at == TABLE_NONE ? NULL : brain->arrays[at].items;
}

struct text dictionary_get(const struct dictionary *d, struct text name)
{
	uint32_t at = table_get(&d->names, name);
	return at == TABLE_NONE ? TEXT_NONE : d->values[at];
}

static bool dictionary_set(struct dictionary *d, struct text name, struct text value)
{
	uint32_t at = table_get(&d->names, name);
	if (at == TABLE_NONE) {
		at = (uint32_t)d->n;
		if (!array_reserve(&d->values, &d->size, d->n + 1, sizeof *d->values) ||
		    !table_put(&d->names, name, at))
			return false;
		d->n++;
	}
	d->values[at] = value;
	return true;
}

/* A value of several lines is one line, but for arrays. */
static struct text one_line(struct build *b, struct text value)
{
	struct buffer joined = BUFFER_INIT;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\n')
			buffer_add_char(&joined, value.p[i]);
	if (joined.failed)
		b->failed = true;
	struct text kept = arena_text(&b->brain->arena, buffer_text(&joined));
	buffer_release(&joined);
	return kept;
}

/* An item with "\s" in it has blanks there. */
static struct text array_item(struct build *b, struct text item)
{
	struct buffer plain = BUFFER_INIT;
	item = text_trim(item);
	for (size_t i = 0; i < item.n; i++) {
		bool is_blank = item.p[i] == '\\' && i + 1 < item.n && (item.p[i + 1] | 32) == 's';
		buffer_add_char(&plain, is_blank ? ' ' : item.p[i]);
		i += is_blank;
	}
	if (plain.failed)
		b->failed = true;
	struct text kept = arena_text(&b->brain->arena, buffer_text(&plain));
	buffer_release(&plain);
	return kept;
}

struct items {
	struct text *v;
	size_t n;
	size_t size;
};

/* Each line is parted at its | if it has any, at blanks else. */
static bool split_line(struct build *b, struct text line, struct items *items)
{
	char part = memchr(line.p, '|', line.n) ? '|' : ' ';
	size_t start = 0;
	for (size_t i = 0; i <= line.n; i++) {
		if (i < line.n && line.p[i] != part)
			continue;
		struct text item = array_item(b, text_of(line.p + start, i - start));
		start = i + 1;
		if (item.n == 0)
			continue;
		if (!array_reserve(&items->v, &items->size, items->n + 1, sizeof *items->v))
			return false;
		items->v[items->n++] = item;
	}
	return true;
}

static bool set_array(struct rs_brain *brain, struct text name, struct array array)
{
	uint32_t at = table_get(&brain->array_names, name);
	if (at == TABLE_NONE) {
		at = (uint32_t)brain->array_count;
		if (!array_reserve(&brain->arrays, &brain->array_size, brain->array_count + 1,
				   sizeof *brain->arrays) ||
		    !table_put(&brain->array_names, name, at))
			return false;
		brain->array_count++;
	}
	brain->arrays[at] = array;
	return true;
}

static void define_array(struct build *b, struct text name, struct text value)
{
	struct items items = {0};
	struct array array = {0};
	bool done = true;
	if (!is_undefined(value)) {
		for (size_t start = 0; done && start <= value.n;) {
			const char *end = memchr(value.p + start, '\n', value.n - start);
			size_t n = end ? (size_t)(end - value.p) - start : value.n - start;
			done = split_line(b, text_of(value.p + start, n), &items);
			start += n + 1;
		}
		struct text *kept = arena_alloc_array(&b->brain->arena, items.n + 1, sizeof *kept);
		if (kept && items.n)
			memcpy(kept, items.v, items.n * sizeof *kept);
		array = (struct array){kept, items.n};
	}
	if (!done || !set_array(b->brain, name, array))
		b->failed = true;
	free(items.v);
}

static void define_global(struct build *b, struct text name, struct text value)
{
	int64_t depth;
	if (text_equal(name, TEXT("depth")) && text_to_int(value, 1, DEPTH_MOST, &depth))
		b->brain->depth = (unsigned)depth;
	if (!dictionary_set(&b->brain->globals, name, value))
		b->failed = true;
}

void build_define(struct build *b, const struct command *command)
{
	struct rs_brain *brain = b->brain;
	struct text data = command->data;
	const char *equals = memchr(data.p, '=', data.n);
	size_t left = equals ? (size_t)(equals - data.p) : data.n;
	size_t type_n = 0;
	while (type_n < left && data.p[type_n] != ' ' && data.p[type_n] != '\t')
		type_n++;
	struct text type = text_of(data.p, type_n);
	struct text name = text_trim(text_of(data.p + type_n, left - type_n));
	struct text value = equals ? text_trim(text_of(equals + 1, data.n - left - 1)) : TEXT_NONE;
	if (name.n == 0 || value.n == 0) {
		diagnose_warning(b->d, command->at,
				 "expected ! type name = value; this is ignored");
		return;
	}
	name = arena_text(&brain->arena, name);
	if (text_equal(type, TEXT("array"))) {
		define_array(b, name, value);
		return;
	}
	value = one_line(b, value);
	if (is_undefined(value))
		value = TEXT_NONE;
	if (text_equal(type, TEXT("var")))
		b->failed |= !dictionary_set(&brain->variables, name, value);
	else if (text_equal(type, TEXT("global")))
		define_global(b, name, value);
	else if (text_equal(type, TEXT("sub")))
		b->failed |= !substitutions_set(&brain->message_subs, name, value);
	else if (text_equal(type, TEXT("person")))
		b->failed |= !substitutions_set(&brain->person_subs, name, value);
	else if (!text_equal(type, TEXT("local")))
		diagnose_warning(b->d, command->at,
				 "unknown definition %.*s: expected version, global, var, array, "
				 "sub, person or local",
				 (int)type.n, type.p);
}
