/* upkeep.h: what an operator has done to a store: checked, its view made right, copied.
 *
 * Purpose    the maintenance commands. Each walks over everything in bounded memory, shows on stderr about once
 *            a second how far it is, prints what it finds on stdout, and ends with a line that sums up.
 * Ownership  refers to the stores until it returns.
 * Errors     false: something is wrong, or a store stayed away; what, was printed.
 * Threads    loop thread; turns the loop until it is done.
 */
#ifndef UPKEEP_UPKEEP_H
#define UPKEEP_UPKEEP_H

#include "store/store.h"

/* True: every log is whole, and the view says what the logs say. */
bool upkeep_check_log(struct loop *loop, struct store *store);

/* Makes every row of the view right; services may be running. */
bool upkeep_rebuild_view(struct loop *loop, struct store *store);

/* Puts into `to` what it lacks of `from`, compares both and makes the view of `to` right. What is in `to`
 * already must be part of `from`. Nobody else writes to either. */
bool upkeep_copy(struct loop *loop, struct store *from, struct store *to);

#endif
