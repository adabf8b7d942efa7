/* Passwords: argon2id by libsodium, two at a time, and a short list of those that everybody tries first. */
#include "password.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/base/cleanup.h"

enum {
	MEMORY = 19 * 1024 * 1024,
	PASSES = 2,
	PARALLEL = 2,
};
_Static_assert(PASSWORD_HASH >= crypto_pwhash_STRBYTES, "room for libsodium's string");

/* Of twelve bytes and more, without case; shorter ones are refused by the contract. */
static const char *const common[] = {
	"000000000000",
	"111111111111",
	"121212121212",
	"123123123123",
	"123412341234",
	"123456123456",
	"1234567890123",
	"123456789012",
	"1234567890123456",
	"12345678910112",
	"1234567891011",
	"123456789101112",
	"12345678901234567890",
	"1234567890qwerty",
	"123456789abc",
	"1q2w3e4r5t6y",
	"1q2w3e4r5t6y7u",
	"1qaz2wsx3edc",
	"1qaz2wsx3edc4rfv",
	"abc123abc123",
	"abcd1234abcd",
	"abcdefghijkl",
	"abcdefghijklmnop",
	"adminadminadmin",
	"administrator",
	"administrator1",
	"changemechangeme",
	"changemenow1",
	"correcthorsebatterystaple",
	"computer1234",
	"football1234",
	"iloveyou1234",
	"iloveyouiloveyou",
	"letmeinletmein",
	"letmeinplease",
	"liverpool1234",
	"manchester1234",
	"monkey123456",
	"motherfucker",
	"p@ssw0rd1234",
	"p@ssword1234",
	"passw0rd1234",
	"password1234",
	"password12345",
	"password123456",
	"password12345678",
	"passwordpassword",
	"princess1234",
	"q1w2e3r4t5y6",
	"qazwsxedcrfv",
	"qwerty123456",
	"qwerty1234567",
	"qwertyqwerty",
	"qwertyuiop12",
	"qwertyuiop123",
	"qwertyuiop1234",
	"qwertyuiopas",
	"qwertyuiopasdfgh",
	"rootrootroot",
	"secretsecret",
	"superman1234",
	"trustno1trustno1",
	"welcome12345",
	"welcome123456",
	"zaq12wsxcde3",
};

struct hasher {
	pthread_mutex_t lock;
	pthread_cond_t left;
	int running;
	char dummy[PASSWORD_HASH];
};

bool password_acceptable(const char *password, const char *email, const char *field, struct error *err)
{
	if (!strcasecmp(password, email))
		return error_field(err, field, "PASSWORD", "Choose a password other than the e-mail address.");
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (!strcasecmp(password, common[i]))
			return error_field(err, field, "PASSWORD",
			                   "This password is one of the most common. Choose another.");
	return true;
}

static bool hash(const char *password, char ret[static PASSWORD_HASH], struct error *err)
{
	if (crypto_pwhash_str_alg(ret, password, strlen(password), PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13))
		return error_set(err, ERR_UNAVAILABLE, "no memory to hash a password");
	return true;
}

bool hasher_new(struct hasher **ret, struct error *err)
{
	_cleanup_(hasher_freep) struct hasher *hasher = calloc(1, sizeof(*hasher));
	pthread_condattr_t attr;
	char nobodys[33] = { 0 };

	if (!hasher)
		return error_set(err, ERR_INTERNAL, "no memory");
	pthread_mutex_init(&hasher->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&hasher->left, &attr);
	pthread_condattr_destroy(&attr);
	if (sodium_init() < 0)
		return error_set(err, ERR_INTERNAL, "libsodium doesn't start");
	for (size_t i = 0; i < sizeof(nobodys) - 1; i++)
		nobodys[i] = (char)('a' + randombytes_uniform(26));
	if (!hash(nobodys, hasher->dummy, err))
		return false;
	*ret = TAKE_PTR(hasher);
	return true;
}

void hasher_free(struct hasher *hasher)
{
	if (!hasher)
		return;
	pthread_cond_destroy(&hasher->left);
	pthread_mutex_destroy(&hasher->lock);
	free(hasher);
}

static bool enter(struct hasher *hasher, int timeout_ms, struct error *err)
{
	struct timespec until;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&hasher->lock);
	while (hasher->running == PARALLEL && !failed)
		failed = pthread_cond_timedwait(&hasher->left, &hasher->lock, &until);
	if (hasher->running < PARALLEL) {
		hasher->running++;
		failed = 0;
	}
	pthread_mutex_unlock(&hasher->lock);
	return failed ? error_set(err, ERR_UNAVAILABLE, "too many people sign in at once") : true;
}

static void leave(struct hasher *hasher)
{
	pthread_mutex_lock(&hasher->lock);
	hasher->running--;
	pthread_cond_signal(&hasher->left);
	pthread_mutex_unlock(&hasher->lock);
}

bool hasher_hash(struct hasher *hasher, const char *password, int timeout_ms, char ret[static PASSWORD_HASH],
                 struct error *err)
{
	bool ok;

	if (!enter(hasher, timeout_ms, err))
		return false;
	ok = hash(password, ret, err);
	leave(hasher);
	return ok;
}

bool hasher_verify(struct hasher *hasher, const char *hash_text, const char *password, int timeout_ms, bool *ret,
                   struct error *err)
{
	const char *against = hash_text ? hash_text : hasher->dummy;
	int differs;

	if (!enter(hasher, timeout_ms, err))
		return false;
	differs = crypto_pwhash_str_verify(against, password, strlen(password));
	leave(hasher);
	*ret = !differs && hash_text;
	return true;
}
