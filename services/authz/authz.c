/* What the handlers share, the settings, and the tables that main() hands over. */
#include "authz.h"

#include "password.h"
#include "seen.h"
#include "signer_client.h"

const struct config_row authz_config[] = {
	{ .key = "rate_limit_login_per_ip",
	  .type = CONFIG_INT,
	  .offset = offsetof(struct authz_settings, limit_per_ip),
	  .default_text = "20",
	  .max = 1000000,
	  .unit = "attempts",
	  .help = "sign-ins from one address in five minutes; 0: no limit" },
	{ .key = "rate_limit_login_per_account",
	  .type = CONFIG_INT,
	  .offset = offsetof(struct authz_settings, limit_per_account),
	  .default_text = "10",
	  .max = 1000000,
	  .unit = "attempts",
	  .help = "sign-ins to one account in five minutes; 0: no limit" },
	{ .key = "signer_path",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct authz_settings, signer_path),
	  .help = "the program stralix-signer" },
	{ .key = "signer_config",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct authz_settings, signer_config),
	  .help = "its settings" },
	{ .key = "signer_uid",
	  .type = CONFIG_INT,
	  .offset = offsetof(struct authz_settings, signer_uid),
	  .default_text = "0",
	  .max = INT32_MAX,
	  .help = "whom the signer runs as when authz is started by root; 0: nobody else" },
	{ .key = "uid",
	  .type = CONFIG_INT,
	  .offset = offsetof(struct authz_settings, uid),
	  .default_text = "0",
	  .max = INT32_MAX,
	  .help = "whom authz runs as when root starts it; 0: nobody else" },
	{ .key = NULL },
};

const struct authz_handlers authz_handlers = {
	.sign_in = authz_sign_in,
	.sign_out = authz_sign_out,
	.get_session = authz_get_session,
	.act_for = authz_act_for,
	.delete_user = authz_delete_user,
	.stop_acting = authz_stop_acting,
	.create_api_token = authz_create_api_token,
	.create_sre_token = authz_create_sre_token,
	.create_organisation = authz_create_organisation,
	.list_organisations = authz_list_organisations,
	.create_user = authz_create_user,
	.suspend_organisation = authz_suspend_organisation,
	.resume_organisation = authz_resume_organisation,
	.get_organisation = authz_get_organisation,
	.update_organisation = authz_update_organisation,
	.list_plans = authz_list_plans,
	.get_plan = authz_get_plan,
	.create_plan = authz_create_plan,
	.update_plan = authz_update_plan,
	.delete_plan = authz_delete_plan,
	.list_users = authz_list_users,
	.get_user = authz_get_user,
	.update_user = authz_update_user,
	.set_password = authz_set_password,
	.get_profile = authz_get_profile,
	.update_profile = authz_update_profile,
	.change_password = authz_change_password,
	.list_sessions = authz_list_sessions,
	.end_session = authz_end_session,
	.end_other_sessions = authz_end_other_sessions,
	.list_api_tokens = authz_list_api_tokens,
	.revoke_api_token = authz_revoke_api_token,
	.issue_identity = authz_issue_identity,
	.check_actor = authz_check_actor,
	.get_pulse = authz_get_pulse,
	.claim_domain = authz_claim_domain,
	.confirm_claim = authz_confirm_claim,
	.release_claim = authz_release_claim,
};

bool authz_start(struct service *service, void **state, struct error *err)
{
	struct authz *authz = calloc(1, sizeof(*authz));

	(void)service;
	if (!authz)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!hasher_new(&authz->hasher, err) || !seen_new(&authz->seen, err) ||
	    !signer_client_new(AUTHZ_SIGNER_FD, &authz->signer, err)) {
		authz_stop(authz);
		return false;
	}
	*state = authz;
	return true;
}

void authz_stop(void *state)
{
	struct authz *authz = state;

	if (!authz)
		return;
	signer_client_free(authz->signer);
	seen_free(authz->seen);
	hasher_free(authz->hasher);
	free(authz);
}
