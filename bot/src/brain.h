/* brain.h: what a brain is made of.
 *
 * Purpose    the compiled brain, as build.c makes it and reply.c reads it.
 * Ownership  everything lives in the brain's arena, but for the tables, which brain_free knows.
 * Errors     none: it is plain data.
 * Threads    never changes once made.
 */
#ifndef BOT_BRAIN_H
#define BOT_BRAIN_H

#include "bot/include/rivescript.h"
#include "bot/src/arena.h"
#include "bot/src/index.h"
#include "bot/src/pattern.h"
#include "bot/src/substitute.h"
#include "bot/src/table.h"

/* Redirects use the stack: no brain may go deeper than this. */
enum { DEPTH_DEFAULT = 50, DEPTH_MOST = 250 };

enum comparison { IS_EQUAL, IS_NOT_EQUAL, IS_LESS, IS_AT_MOST, IS_MORE, IS_AT_LEAST };

struct answer {
	struct text text;
	uint32_t weight;
	bool is_plain; /* without any tag */
};

struct condition {
	enum comparison comparison;
	struct text left;
	struct text right;
	struct text answer;
};

/* A trigger as it is compared: `pattern` NULL means as text. */
struct matchable {
	struct text text; /* as written, without {weight} */
	const struct pattern *pattern;
	const uint32_t *needs; /* words of a pattern, as pattern_words.h packs them; NULL: none */
};

struct trigger {
	/* What every match looks at comes first: it fits a cache line. */
	struct matchable match;
	const struct matchable *previous; /* the % line; NULL: none */
	const struct answer *answers;
	const struct condition *conditions;
	uint32_t answer_weight;   /* of all answers */
	uint16_t answer_count;    /* 0 when there is a redirect, which wins */
	uint16_t condition_count; /* likewise */
	struct text redirect;     /* p is NULL: none */
	struct text written;      /* with {weight} */
	const char *file;
	uint32_t line;
	uint32_t topic;
	uint32_t weight;
};

struct topic_link {
	uint32_t topic;
	bool inherits; /* else: includes */
	struct place at;
	struct topic_link *next;
};

struct topic {
	struct text name;
	bool is_defined; /* has been opened or has triggers; else only named by another */
	struct topic_link *links;
	struct topic_link *last_link;
	struct index triggers;
	struct index previous; /* those with a % line */
};

struct array {
	const struct text *items;
	size_t n;
};

/* Variables with a value each; a value of NULL is undefined. */
struct dictionary {
	struct table names;
	struct text *values;
	size_t n;
	size_t size;
};

struct rs_brain {
	struct arena arena;
	struct rs_options options;
	unsigned depth;
	struct dictionary variables; /* ! var */
	struct dictionary globals;   /* ! global */
	struct table array_names;
	struct array *arrays;
	size_t array_count;
	size_t array_size;
	bool keeps_ascii[2][128]; /* of messages, and of the bot's last reply (format.h) */
	struct substitutions message_subs;
	struct substitutions person_subs;
	struct table topic_names;
	struct topic *topics;
	size_t topic_count;
	size_t topic_size;
	struct trigger *triggers;
	size_t trigger_count;
	size_t trigger_size;
	struct table objects; /* of other languages */
	uint32_t random_topic;
	uint32_t begin_topic; /* TABLE_NONE: no begin block */
	unsigned inputs_kept; /* how much of the history the brain can look at */
	unsigned replies_kept;
};

/* The items of an array, NULL when there is none of that name; `brain` is a struct rs_brain. */
const struct text *brain_array(void *brain, struct text name, size_t *n);
/* The value, or p NULL. */
struct text dictionary_get(const struct dictionary *d, struct text name);

#endif
