/* build.h: from commands to a brain.
 *
 * Purpose    takes the commands of all files, keeps what they define, then compiles the triggers
 *            and puts every topic's into matching order.
 * Ownership  all that stays goes into the brain.
 * Errors     reported through `d`; `failed` says that memory ran out.
 * Threads    one at a time.
 */
#ifndef BOT_BUILD_H
#define BOT_BUILD_H

#include "bot/src/brain.h"
#include "bot/src/diagnose.h"
#include "bot/src/syntax.h"

/* A trigger's answers while they are being read. */
struct draft {
	struct answer *answers;
	size_t answer_count;
	size_t answer_size;
	struct condition *conditions;
	size_t condition_count;
	size_t condition_size;
};

struct build {
	struct rs_brain *brain;
	struct diagnose *d;
	uint32_t topic;     /* where triggers go now */
	bool has_trigger;   /* the last of the brain's triggers takes answers */
	struct draft draft; /* of that trigger */
	const char *file;   /* its name, in the brain's arena */
	bool failed;
};

/* Takes one command; false when memory ran out. */
bool build_command(void *build, const struct command *command);
/* What follows belongs to topic random, and the file's triggers are known by its name. */
void build_begin_file(struct build *b, const char *name);
/* Gives the last trigger its answers; also called between triggers. */
void build_end_trigger(struct build *b);
void build_release(struct build *b);

/* The number of a topic, made when it is new; TABLE_NONE when memory ran out. */
uint32_t build_topic(struct build *b, struct text name);
/* A `!` command (define.c). */
void build_define(struct build *b, const struct command *command);

#endif
