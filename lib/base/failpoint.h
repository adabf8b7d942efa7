/* failpoint: named places where a test stops or ends a process. Builds with -Dfailpoints=true alone have them; in all
 * others the macro is nothing. Names are `<process>.<moment>`, all of them in docs/hacking.md. */
#pragma once

#ifdef STRALIX_FAILPOINTS

/*
 * Looks for the file NAME in the directory that the environment's STRALIX_FAILPOINTS says; without one nothing happens.
 * What is found is taken (renamed to NAME.hit), so that each file counts once among all processes. Its first word is
 *   die    the process is killed here (SIGKILL)
 *   pause  the process waits here until NAME.hit is gone, at most 30 s
 */
void failpoint(const char *name);
void failpoint_of(const char *process, const char *moment); /* the same for "process.moment" */

/* "STRALIX_FAILPOINTS=…" for the environment of a child that gets no other; NULL when it isn't set. */
const char *failpoint_environment(void);

#else
#define failpoint(name) ((void)0)
#define failpoint_of(process, moment) ((void)0)
#endif
