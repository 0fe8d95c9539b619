/* history_use.h: how much of a conversation a brain can look back on.
 *
 * Purpose    finds the farthest <inputN> and <replyN>, and whether there is any %, so that a state
 *            keeps no more of the history than that.
 * Ownership  none.
 * Errors     none.
 * Threads    one at a time.
 */
#ifndef BOT_HISTORY_USE_H
#define BOT_HISTORY_USE_H

#include "bot/src/brain.h"

/* Sets inputs_kept and replies_kept. */
void history_use_find(struct rs_brain *brain);

#endif
