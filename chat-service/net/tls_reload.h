/* tls_reload.h: exchanges the certificate when its files are exchanged.
 *
 * Purpose    looks at TLS_CERT and TLS_KEY once a second, as Secrets and renewals change them, on a thread of its own.
 * Ownership  copies `files`, borrows their paths, log and the context that new connections are made with; close it before they go.
 * Errors     a pair that does not fit is logged, and the one before goes on being shown.
 * Threads    loop thread; files are read on the other.
 */
#ifndef NET_TLS_RELOAD_H
#define NET_TLS_RELOAD_H

#include "base/log.h"
#include "loop/loop.h"
#include "tls/tls_files.h"

struct tls_reload;

/* `files` as they were loaded into `shown`. */
struct tls_reload *tls_reload_open(struct loop *loop, const struct log *log, const struct tls_files *files,
				   SSL_CTX *shown);
/* NULL is allowed. */
void tls_reload_close(struct tls_reload *reload);

#endif
