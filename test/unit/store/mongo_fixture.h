/* mongo_fixture.h: what a test may do to the mongod behind the fixture.
 *
 * Purpose    tells test/mongod.py (MONGOD_PY) to do something to the set in MONGOD_FOLDER; runs commands as
 *            another client would.
 * Ownership  none.
 * Errors     fails the test.
 * Threads    one.
 */
#ifndef TEST_MONGO_FIXTURE_H
#define TEST_MONGO_FIXTURE_H

#include "fixture.h"

/* "pause", "resume", "kill", "restart" (which waits for a primary). */
void tell_mongod(const char *command);
/* JSON, to the fixture's database or to `admin`. */
void run_command(struct fixture *f, bool is_admin, const char *command);

#endif
