#include "bot/src/compile.h"

#include <stdlib.h>

#include "bot/src/history_use.h"
#include "bot/src/pattern_words.h"
#include "bot/src/rank.h"

enum {
	STEPS_MOST = 16 << 20,  /* in all triggers together */
	LISTED_MOST = 2 << 20,  /* triggers in the lists of all topics together */
	WALKED_MOST = 16 << 20, /* links that are followed for all topics together */
};

/* A trigger on its way into a topic's list. */
struct listed {
	struct rank_key key;
	uint32_t trigger;
};

struct listing {
	struct listed *v;
	size_t n;
	size_t size;
};

/* The best level that a topic was met at in a walk. */
struct visit {
	uint32_t walk;
	uint32_t level;
};

struct compiler {
	struct build *b;
	struct rs_brain *brain;
	struct arena scratch;
	const struct clause **clauses; /* of each trigger */
	struct rank_key *keys;         /* of each trigger; level and order are set in each list */
	uint32_t *first_of;    /* each topic's first trigger in `next_of`; TABLE_NONE: none */
	uint32_t *next_of;     /* the next trigger of the same topic */
	struct visit *visited; /* of each topic, as included and as inherited */
	uint32_t walk;         /* the number of this walk */
	size_t listed_total;
	size_t walked_total;
	bool failed;
};

static void make_patterns(struct compiler *c)
{
	struct rs_brain *brain = c->brain;
	struct pattern_maker maker = {.arena = &brain->arena,
				      .scratch = &c->scratch,
				      .d = c->b->d,
				      .array = brain_array,
				      .context = brain,
				      .steps_left = STEPS_MOST};
	for (size_t i = 0; i < brain->trigger_count; i++) {
		struct trigger *t = &brain->triggers[i];
		struct place at = {t->file, t->line, 0};
		c->keys[i] = rank_key_of(t->written);
		c->keys[i].weight = t->weight;
		if (!pattern_is_atomic(t->match.text))
			t->match.pattern =
				pattern_make(&maker, t->match.text,
					     text_equal(t->written, TEXT("*")), at, &c->clauses[i]);
		t->match.needs = pattern_words_pack(&brain->arena, c->clauses[i]);
		if (t->previous) {
			struct matchable *previous = (struct matchable *)t->previous;
			const struct clause *clauses = NULL;
			previous->pattern =
				pattern_make(&maker, previous->text,
					     text_equal(previous->text, TEXT("*")), at, &clauses);
			previous->needs = pattern_words_pack(&brain->arena, clauses);
		}
	}
	c->failed |= brain->arena.failed || c->scratch.failed;
}

static bool chain_triggers(struct compiler *c)
{
	struct rs_brain *brain = c->brain;
	for (size_t i = 0; i < brain->topic_count; i++)
		c->first_of[i] = TABLE_NONE;
	for (size_t i = brain->trigger_count; i-- > 0;) {
		uint32_t topic = brain->triggers[i].topic;
		c->next_of[i] = c->first_of[topic];
		c->first_of[topic] = (uint32_t)i;
	}
	return true;
}

static void list_triggers(struct compiler *c, struct listing *listing, uint32_t topic,
			  uint32_t level, bool with_previous)
{
	for (uint32_t i = c->first_of[topic]; i != TABLE_NONE; i = c->next_of[i]) {
		if ((c->brain->triggers[i].previous != NULL) != with_previous)
			continue;
		if (++c->listed_total > LISTED_MOST ||
		    !array_reserve(&listing->v, &listing->size, listing->n + 1,
				   sizeof *listing->v)) {
			c->failed = true;
			return;
		}
		struct listed *l = &listing->v[listing->n];
		*l = (struct listed){c->keys[i], i};
		l->key.level = level;
		l->key.order = (uint32_t)listing->n++;
	}
}

/* Lists a topic's triggers after those of the topics that it includes and inherits. A topic that
 * inherits, or is inherited, has a level; one that is met again at no better level is passed over,
 * which also ends circles. */
static void walk(struct compiler *c, struct listing *listing, uint32_t topic, unsigned level,
		 bool is_inherited, bool with_previous)
{
	const struct topic *t = &c->brain->topics[topic];
	struct visit *visit = &c->visited[2 * topic + is_inherited];
	bool inherits = false;
	if (c->failed || level > c->brain->depth ||
	    (visit->walk == c->walk && visit->level <= level))
		return;
	*visit = (struct visit){c->walk, level};
	for (int pass = 0; pass < 2; pass++)
		for (const struct topic_link *l = t->links; l; l = l->next) {
			if (l->inherits != (pass == 1))
				continue;
			inherits |= l->inherits;
			if (++c->walked_total > WALKED_MOST)
				c->failed = true;
			walk(c, listing, l->topic, level + 1, l->inherits, with_previous);
		}
	list_triggers(c, listing, topic, inherits || is_inherited ? level : LEVEL_NONE,
		      with_previous);
}

static int compare_listed(const void *a, const void *b)
{
	return rank_compare(&((const struct listed *)a)->key, &((const struct listed *)b)->key);
}

static bool make_list(struct compiler *c, uint32_t topic, bool with_previous, struct index *index)
{
	struct rs_brain *brain = c->brain;
	struct listing listing = {0};
	c->walk++;
	walk(c, &listing, topic, 0, false, with_previous);
	if (listing.n)
		qsort(listing.v, listing.n, sizeof *listing.v, compare_listed);
	struct index_entry *entries = calloc(listing.n + 1, sizeof *entries);
	bool done = entries && !c->failed;
	for (size_t i = 0; done && i < listing.n; i++) {
		uint32_t number = listing.v[i].trigger;
		const struct trigger *t = &brain->triggers[number];
		entries[i].trigger = number;
		entries[i].clauses = c->clauses[number];
		if (!t->match.pattern)
			entries[i].atomic = t->match.text;
	}
	done = done && index_make(index, &brain->arena, entries, listing.n);
	free(entries);
	free(listing.v);
	return done;
}

/* Arrays that grew by doubling become exact. */
static void trim_triggers(struct rs_brain *brain)
{
	if (brain->trigger_count == 0)
		return;
	struct trigger *exact =
		realloc(brain->triggers, brain->trigger_count * sizeof *brain->triggers);
	if (exact)
		brain->triggers = exact;
}

void compile_brain(struct build *b)
{
	struct rs_brain *brain = b->brain;
	struct compiler c = {.b = b, .brain = brain};
	trim_triggers(brain);
	c.clauses = calloc(brain->trigger_count + 1, sizeof *c.clauses);
	c.keys = calloc(brain->trigger_count + 1, sizeof *c.keys);
	c.next_of = calloc(brain->trigger_count + 1, sizeof *c.next_of);
	c.first_of = calloc(brain->topic_count + 1, sizeof *c.first_of);
	c.visited = calloc(brain->topic_count + 1, 2 * sizeof *c.visited);
	c.failed = !c.clauses || !c.keys || !c.next_of || !c.first_of || !c.visited;
	if (!c.failed) {
		make_patterns(&c);
		chain_triggers(&c);
	}
	for (uint32_t i = 0; i < brain->topic_count && !c.failed && b->d->errors == 0; i++) {
		c.failed |= !make_list(&c, i, false, &brain->topics[i].triggers);
		c.failed |= !make_list(&c, i, true, &brain->topics[i].previous);
	}
	if (c.listed_total > LISTED_MOST || c.walked_total > WALKED_MOST)
		diagnose_error(b->d, (struct place){b->file, 0, 0},
			       "topics include and inherit each other too much");
	else if (c.failed)
		b->failed = true;
	history_use_find(brain);
	arena_release(&c.scratch);
	free(c.clauses);
	free(c.keys);
	free(c.next_of);
	free(c.first_of);
	free(c.visited);
}
