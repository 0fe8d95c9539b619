/* format.h: a message as triggers see it.
 *
 * Purpose    lower case, substitutions, no punctuation, single blanks.
 * Ownership  none.
 * Errors     the buffer's.
 * Threads    any.
 */
#ifndef BOT_FORMAT_H
#define BOT_FORMAT_H

#include "bot/src/brain.h"

/* Once, when the brain has its options. */
void format_prepare(struct rs_brain *brain);
/* `is_reply`: the bot's last reply, to be compared with a % line. */
void format_message(const struct rs_brain *brain, struct text message, bool is_reply,
		    struct budget *budget, struct buffer *out);
/* Only what strips a message of what triggers cannot hold. */
void format_strip(const struct rs_brain *brain, struct text t, struct buffer *out);
/* Bytes that are not UTF-8 become U+FFFD. */
void format_valid(struct text t, struct buffer *out);

#endif
