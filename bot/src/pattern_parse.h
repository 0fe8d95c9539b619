/* pattern_parse.h: a trigger as a tree.
 *
 * Purpose    the grammar of triggers, apart from what is made of the tree.
 * Ownership  nodes live in the maker's scratch arena; literals point into the trigger or an array.
 * Errors     reported; NULL. A tree without elements is a good one.
 * Threads    one at a time.
 */
#ifndef BOT_PATTERN_PARSE_H
#define BOT_PATTERN_PARSE_H

#include "bot/src/pattern.h"

enum node_kind {
	NODE_LITERAL,
	NODE_WILD,     /* `wild` is the character */
	NODE_GROUP,    /* one of the branches */
	NODE_OPTIONAL, /* one of the branches, or none */
	NODE_VALUE,
};

struct branch {
	struct node *first;
	struct branch *next;
};

struct node {
	enum node_kind kind;
	bool captures;
	char wild;
	struct text text; /* literal, in lower case */
	struct value value;
	struct branch *branches;
	struct node *next;
};

struct branch *pattern_parse(struct pattern_maker *maker, struct text text, struct place at);

#endif
