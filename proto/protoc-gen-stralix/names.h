/* names: how a name of the .proto is spelled elsewhere, as protoc-c spells it. */
#pragma once

#include "pool.h"

char *name_snake(struct pool *pool, const char *name);        /* CreateWebsite: create_website */
char *name_c_type(struct pool *pool, const char *full_name);  /* stralix.v1.WebsiteState: Stralix__V1__WebsiteState */
char *name_c_lower(struct pool *pool, const char *full_name); /* stralix.v1.WebsiteState: stralix__v1__website_state */
char *name_service(struct pool *pool, const char *name);      /* WebService: web */
char *name_camel(struct pool *pool, const char *name);        /* website_id: websiteId */
