/* bootstrap: the first people of an installation, from a file, before the service runs. */
#pragma once

/*
 * `stralix-authz --config FILE --bootstrap FILE.json`: an object or an array of objects as proto/stralix/v1/
 * bootstrap.proto says. What exists stays as it is; an API token is made anew when its file is gone or no longer good.
 * Returns the exit status.
 */
int bootstrap_main(const char *config, const char *file);
