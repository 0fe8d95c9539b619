/* build.h: which build this is. Threads: any. */
#ifndef BASE_BUILD_H
#define BASE_BUILD_H

/* Such as "0.1.0"; with "+" and the commit when it was built from a checkout. */
extern const char build_version[];

#endif
