/* brain_folder.h: a folder of rules, read again when it changes.
 *
 * Purpose    reads the brain, then looks once a second whether any of its files changed (also by a swapped
 *            symbolic link, as Kubernetes does with a ConfigMap), and reads it anew once it has
 *            stayed the same for a second. All but the first reading happens on a thread of its own.
 * Ownership  a brain is handed to `changed`, who frees it.
 * Errors     mistakes in the files go to the log, each with its place; `changed` gets NULL then.
 * Threads    loop thread only; `changed` is called there, the first time inside of brain_folder_open.
 */
#ifndef CONVERSATION_BRAIN_FOLDER_H
#define CONVERSATION_BRAIN_FOLDER_H

#include <rivescript.h>

#include "base/log.h"
#include "loop/loop.h"

struct brain_folder;

/* NULL without memory or threads. */
struct brain_folder *brain_folder_open(struct loop *loop, const struct log *log, const char *path,
				       void (*changed)(void *ctx, struct rs_brain *brain),
				       void *ctx);
void brain_folder_close(struct brain_folder *folder); /* NULL is allowed */

#endif
