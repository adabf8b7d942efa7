/* command_token: see the header. */

#include "command_token.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

enum { TOKEN_S = 120 };

bool command_token(struct service *service, const struct command_token *command, const void *payload, size_t size,
                   char out[static TOKEN_MAX], struct error *err)
{
	struct token_claims claims = { .iat = clock_unix_ms() / 1000, .has_dig = true };
	struct uuid id = uuid_v7();

	claims.exp = claims.iat + TOKEN_S;
	snprintf(claims.iss, sizeof(claims.iss), "tasks");
	snprintf(claims.aud, sizeof(claims.aud), "%s", command->node_id);
	snprintf(claims.act, sizeof(claims.act), "%s.%s", command->kind, command->verb);
	snprintf(claims.rid, sizeof(claims.rid), "%s", command->request_id);
	uuid_format(&id, claims.jti);
	token_digest(payload, size, claims.dig);
	return token_sign(service_key(service), &claims, out, err) || error_wrap(err, "command token");
}
