/* authz: organisations, people, sessions, API tokens, login limits, and who owns which domain. */
#pragma once

#include "lib/service/call.h"

#include "stralix/v1/authz.contract.h"

struct hasher;
struct seen;
struct signer_client;

enum {
	AUTHZ_SIGNER_FD = 3, /* of authz and of the signer: the socket between them */
	AUTHZ_LOGIN_WINDOW_S = 300,
	AUTHZ_HOLD_S = 15 * 60, /* how long a claim waits for its confirmation */
	AUTHZ_STAFF_ORGS = 32,  /* as many as an identity token holds */
	AUTHZ_TOKEN_TTL_S = 90 * 24 * 3600,
	AUTHZ_SCOPES = 32,
	AUTHZ_ACTING_S = 3600, /* a session acts for an organisation for an hour at most */
};

struct authz_settings {
	int64_t limit_per_ip, limit_per_account; /* sign-in attempts in a window; 0: no limit */
	char *signer_path, *signer_config;
	int64_t signer_uid, uid; /* 0: stay who we are */
};
extern const struct config_row authz_config[];

/* What the handlers share. */
struct authz {
	struct hasher *hasher;
	struct signer_client *signer;
	struct seen *seen;
};

bool authz_start(struct service *service, void **state, struct error *err);
void authz_stop(void *state);

extern const struct authz_handlers authz_handlers;
extern const struct janitor_row authz_janitor[];

bool authz_sign_in(struct call *call, const Stralix__V1__SignInRequest *req, struct error *err);
bool authz_sign_out(struct call *call, const Stralix__V1__SignOutRequest *req, struct error *err);
bool authz_get_session(struct call *call, const Stralix__V1__GetSessionRequest *req, struct error *err);
bool authz_act_for(struct call *call, const Stralix__V1__ActForRequest *req, struct error *err);
bool authz_stop_acting(struct call *call, const Stralix__V1__StopActingRequest *req, struct error *err);
bool authz_create_api_token(struct call *call, const Stralix__V1__CreateApiTokenRequest *req, struct error *err);
bool authz_create_sre_token(struct call *call, const Stralix__V1__CreateSreTokenRequest *req, struct error *err);
bool authz_create_organisation(struct call *call, const Stralix__V1__CreateOrganisationRequest *req, struct error *err);
bool authz_list_organisations(struct call *call, const Stralix__V1__ListOrganisationsRequest *req, struct error *err);
bool authz_create_user(struct call *call, const Stralix__V1__CreateUserRequest *req, struct error *err);
bool authz_suspend_organisation(struct call *call, const Stralix__V1__SuspendOrganisationRequest *req,
                                struct error *err);
bool authz_resume_organisation(struct call *call, const Stralix__V1__ResumeOrganisationRequest *req, struct error *err);
bool authz_get_organisation(struct call *call, const Stralix__V1__GetOrganisationRequest *req, struct error *err);
bool authz_update_organisation(struct call *call, const Stralix__V1__UpdateOrganisationRequest *req, struct error *err);
bool authz_list_plans(struct call *call, const Stralix__V1__ListPlansRequest *req, struct error *err);
bool authz_get_plan(struct call *call, const Stralix__V1__GetPlanRequest *req, struct error *err);
bool authz_create_plan(struct call *call, const Stralix__V1__CreatePlanRequest *req, struct error *err);
bool authz_update_plan(struct call *call, const Stralix__V1__UpdatePlanRequest *req, struct error *err);
bool authz_delete_plan(struct call *call, const Stralix__V1__DeletePlanRequest *req, struct error *err);
bool authz_list_users(struct call *call, const Stralix__V1__ListUsersRequest *req, struct error *err);
bool authz_get_user(struct call *call, const Stralix__V1__GetUserRequest *req, struct error *err);
bool authz_delete_user(struct call *call, const Stralix__V1__DeleteUserRequest *req, struct error *err);
bool authz_update_user(struct call *call, const Stralix__V1__UpdateUserRequest *req, struct error *err);
bool authz_set_password(struct call *call, const Stralix__V1__SetPasswordRequest *req, struct error *err);
bool authz_get_profile(struct call *call, const Stralix__V1__GetProfileRequest *req, struct error *err);
bool authz_update_profile(struct call *call, const Stralix__V1__UpdateProfileRequest *req, struct error *err);
bool authz_change_password(struct call *call, const Stralix__V1__ChangePasswordRequest *req, struct error *err);
bool authz_list_sessions(struct call *call, const Stralix__V1__ListSessionsRequest *req, struct error *err);
bool authz_end_session(struct call *call, const Stralix__V1__EndSessionRequest *req, struct error *err);
bool authz_end_other_sessions(struct call *call, const Stralix__V1__EndOtherSessionsRequest *req, struct error *err);
bool authz_list_api_tokens(struct call *call, const Stralix__V1__ListApiTokensRequest *req, struct error *err);
bool authz_revoke_api_token(struct call *call, const Stralix__V1__RevokeApiTokenRequest *req, struct error *err);
bool authz_issue_identity(struct call *call, const Stralix__V1__IssueIdentityRequest *req, struct error *err);
bool authz_check_actor(struct call *call, const Stralix__V1__CheckActorRequest *req, struct error *err);
bool authz_get_pulse(struct call *call, const Stralix__V1__Empty *req, struct error *err);
bool authz_claim_domain(struct call *call, const Stralix__V1__ClaimDomainRequest *req, struct error *err);
bool authz_confirm_claim(struct call *call, const Stralix__V1__ClaimRef *req, struct error *err);
bool authz_release_claim(struct call *call, const Stralix__V1__ClaimRef *req, struct error *err);
