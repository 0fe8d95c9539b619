/* compile.h: the last step of a load.
 *
 * Purpose    compiles the triggers once all arrays are known, and sorts each topic's.
 * Ownership  results go into the brain.
 * Errors     reported through the build; `failed` says that memory ran out.
 * Threads    one at a time.
 */
#ifndef BOT_COMPILE_H
#define BOT_COMPILE_H

#include "bot/src/build.h"

void compile_brain(struct build *b);

#endif
