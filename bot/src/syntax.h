/* syntax.h: from the text of a .rive file to its commands.
 *
 * Purpose    cuts lines, drops comments, joins what ^ continues, puts % beside its + and checks
 *            the form of each command.
 * Ownership  a command's texts are lent for the call.
 * Errors     reported with line and column; the reader always goes on to the end of the file.
 * Threads    one at a time.
 */
#ifndef BOT_SYNTAX_H
#define BOT_SYNTAX_H

#include "bot/include/rivescript.h"
#include "bot/src/diagnose.h"

struct command {
	char kind;            /* one of ! > < + - * @ ; 'o' is an object (data: its name) */
	struct text data;     /* after the command's character; lines of a `!` are parted by '\n' */
	struct text previous; /* of a +: what follows its % */
	bool has_previous;
	struct place at;          /* of the data */
	struct place previous_at; /* of the % data */
};

/* Calls `each` for every command; false stops the reading (memory ran out). */
bool syntax_read(const struct rs_source *source, const struct rs_options *options,
		 struct diagnose *d, bool (*each)(void *context, const struct command *command),
		 void *context);

#endif
