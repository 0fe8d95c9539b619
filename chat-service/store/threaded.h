/* threaded.h: a store whose work is done on threads, which is what every backend is.
 *
 * Purpose    keeps the promises of store.h for all backends: copies what is asked, queues it, hands
 *            appends in batches to one writer thread and reads one by one to a few reader threads,
 *            and answers on the loop. What is not answered in time is answered "unavailable" there
 *            and then, however long the backend hangs; its late result is dropped.
 * Ownership  the store owns the backend's ctx and frees it by `free`, when opening fails too.
 * Errors     threaded_store_open gives NULL without memory or threads.
 * Threads    threaded_store_open and `free`: loop thread. The other operations of a backend: on the
 *            threads, `append` on the writer alone, and on the view's only `write_rows`.
 */
#ifndef STORE_THREADED_H
#define STORE_THREADED_H

#include "store/page.h"
#include "store/range.h"
#include "store/row.h"
#include "store/store.h"

enum {
	STORE_BATCH_ENTRIES = 500, /* most that one `append` gets */
	STORE_BATCH_BYTES = 4 * 1024 * 1024,
	STORE_WRITE_QUEUE_BYTES = 64 * 1024 * 1024,
	STORE_WRITE_QUEUE_ENTRIES = 50000,
	STORE_READ_QUEUE_BYTES = 8 * 1024 * 1024,
	STORE_READ_QUEUE_REQUESTS = 20000
};

struct append {
	const struct entry *entry;
	enum append_result result; /* APPEND_UNAVAILABLE until the backend knows better */
};

enum store_thread { THREAD_WRITER, THREAD_READER, THREAD_VIEW };

struct backend {
	/* Once in each thread; what it gives is handed to the others. Without it (NULL) they are not called,
	 * and everything is unavailable. */
	void *(*open)(void *ctx, enum store_thread kind);
	void (*close)(void *ctx, void *thread);

	/* Each entry is stored or not by itself. After the deadline (store_clock_ms) nobody waits. */
	void (*append)(void *ctx, void *thread, struct append *const *appends, size_t n,
		       int64_t deadline_ms);

	/* At most STORE_BATCH_ENTRIES rows of different conversations; each is written where there is none
	 * or one that has seen less, or as much. A row without a name leaves the name as it is. On the
	 * writer and on the view's thread. False: unavailable, some may be written. */
	bool (*write_rows)(void *ctx, void *thread, const struct store_row *const *rows, size_t n);

	/* False: unavailable. The backend has logged why. */
	bool (*read)(void *ctx, void *thread, struct gathering *gathering);
	bool (*find)(void *ctx, void *thread, struct text conversation, struct text client_id,
		     struct entry **entry);
	bool (*compare)(void *ctx, void *thread, const struct store_place *places, size_t n,
			bool *has_more); /* all false when it is called */
	bool (*read_rows)(void *ctx, void *thread, const struct store_row_range *range,
			  struct row_page *page);
	bool (*correct_row)(void *ctx, void *thread, struct text conversation, uint64_t seen,
			    const struct store_row *row); /* on the writer */
	bool (*scan)(void *ctx, void *thread, struct text after, struct scan_page *page);
	bool (*count)(void *ctx, void *thread, uint64_t *entries);
	bool (*identify)(void *ctx, void *thread, char identity[STORE_IDENTITY_MAX + 1]);
	bool (*ping)(void *ctx, void *thread);

	void (*free)(void *ctx);
};

struct store *threaded_store_open(struct loop *loop, const struct log *log,
				  const struct backend *backend, void *ctx, unsigned readers,
				  int64_t timeout_ms);

/* The clock of the deadlines: monotonic, on any thread. */
int64_t store_clock_ms(void);

#endif
