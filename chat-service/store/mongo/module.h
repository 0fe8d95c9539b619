/* module.h: the MongoDB backend as a part that is loaded when it is asked for.
 *
 * Purpose    libmongoc and what it needs cost more to load than all the rest of the process; who keeps the
 *            chats in SQLite does not pay for them. The build makes <build>/lib/frontdesk-mongo.so;
 *            it is looked for beside the program's folder, in ../lib.
 * Ownership  as mongo_store.h. A module stays loaded.
 * Errors     as mongo_store_open and mongo_initiate; also when the module cannot be loaded.
 * Threads    loop thread only.
 */
#ifndef STORE_MONGO_MODULE_H
#define STORE_MONGO_MODULE_H

#include "store/mongo/examine.h"
#include "store/mongo/initiate.h"
#include "store/mongo/mongo_store.h"

#define MONGO_MODULE "frontdesk-mongo.so"
#define MONGO_MODULE_OPEN "frontdesk_mongo_store_open"
#define MONGO_MODULE_INITIATE "frontdesk_mongo_initiate"
#define MONGO_MODULE_EXAMINE "frontdesk_mongo_examine"

/* What the module offers under these names: mongo_store_open, mongo_initiate and mongo_examine. */
typedef struct store *mongo_module_open_fn(struct loop *loop, const struct log *log,
					   const char *uri, const char *database,
					   int64_t timeout_ms, char *error, size_t error_size);
mongo_module_open_fn frontdesk_mongo_store_open;
mongo_initiate_fn frontdesk_mongo_initiate;
mongo_examine_fn frontdesk_mongo_examine;

/* Loads the module, then the same. */
mongo_module_open_fn mongo_module_open;
mongo_initiate_fn mongo_module_initiate;
mongo_examine_fn mongo_module_examine;

#endif
