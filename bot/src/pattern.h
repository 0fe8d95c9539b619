/* pattern.h: a trigger with wildcards, compiled.
 *
 * Purpose    turns a trigger's text into a small program that match.c runs, and says which words
 *            a message must have for it to match at all.
 * Ownership  program and literals live in the arena that is given; so do the texts it is made of.
 * Errors     a trigger that cannot be compiled is reported; NULL then, and when memory ran out.
 * Threads    a compiled pattern never changes.
 *
 * What the elements of a trigger become, in terms of regular expressions:
 *     *  (.+?)     #  (\d+?)     _  ([^\s\d]+?)     (a|b)  (a|b)     @array  (?:a|b)
 *     [a|b]  (?:GAP a GAP|GAP b GAP|GAP)  where GAP is (?:\s|\b)+, and blanks beside it go
 *     *  alone: (.*?), which matches the empty message, too
 * Wildcards in [ ] do not capture. What matches first in the order of a backtracking regular
 * expression is the match.
 */
#ifndef BOT_PATTERN_H
#define BOT_PATTERN_H

#include "bot/src/arena.h"
#include "bot/src/diagnose.h"

enum { CAPTURES_MOST = 60 };

enum op {
	OP_LITERAL, /* `length` bytes from `x` of the literals */
	OP_ANY,     /* one character */
	OP_REST,    /* all characters that are left; x: at least that many bytes */
	OP_DIGIT,
	OP_LETTER, /* one character, neither blank nor digit */
	OP_SPLIT,  /* go on here, or else at `x`; `length` numbers the choice */
	OP_JUMP,   /* to `x` */
	OP_SAVE,   /* position to `slot` */
	OP_GAP,    /* blanks, or the edge of a word; `length` numbers the choice */
	OP_VALUE,  /* value number `x` of the user or the bot */
	OP_END,
};

struct step {
	uint8_t op;
	uint8_t slot;
	uint16_t length;
	uint32_t x;
};

enum value_kind {
	VALUE_BOT,   /* <bot name> */
	VALUE_GET,   /* <get name> */
	VALUE_INPUT, /* <input1> */
	VALUE_REPLY, /* <reply1> */
};

struct value {
	enum value_kind kind;
	unsigned number; /* of input or reply, from 1 */
	struct text name;
};

struct pattern {
	const struct step *steps;
	const char *literals;
	const struct value *values;
	uint16_t choices;  /* how many steps are numbered */
	uint8_t captures;  /* how many texts it captures */
	bool needs_memory; /* may try a position again and again without remembering it */
};

/* The message must have at least one of these features (words.h). */
struct clause {
	const struct clause *next;
	uint32_t n;
	bool is_word; /* the feature is a word, and the only one */
	uint32_t words[];
};

struct pattern_maker {
	struct arena *arena;   /* of the program */
	struct arena *scratch; /* of the clauses and the parse; the caller's to release */
	struct diagnose *d;
	/* The items of an array; NULL and n 0 when there is none of that name. */
	const struct text *(*array)(void *context, struct text name, size_t *n);
	void *context;
	size_t steps_left; /* what the whole brain may still use */
};

/* Does the trigger need a pattern, or is it compared as text? */
bool pattern_is_atomic(struct text trigger);

/* `text` is the trigger without {weight}, with single blanks. `clauses` may be NULL. */
const struct pattern *pattern_make(struct pattern_maker *maker, struct text text, bool is_lone_star,
				   struct place at, const struct clause **clauses);

#endif
