/* row_check.h: whether a row of the view says what the log says.
 *
 * Purpose    compares a row with the one that the log's newest entry leaves. Pure.
 * Ownership  none.
 * Errors     none.
 * Threads    any.
 */
#ifndef UPKEEP_ROW_CHECK_H
#define UPKEEP_ROW_CHECK_H

#include "store/row.h"

/* In words what is wrong with `is`, NULL when nothing is. Either may be NULL: there is no row, no log. The
 * name counts when `should` has one. */
const char *row_fault(const struct store_row *is, const struct store_row *should);

/* Whether writers that are at work make it right by themselves. */
bool row_may_just_be_late(const struct store_row *is, const struct store_row *should);

#endif
