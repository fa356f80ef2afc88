#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "cli/options.h"

/* Holds any number of nanoseconds that can be written here. */
__extension__ typedef unsigned __int128 wide_ns;

static const uint64_t second_ns = 1000000000;
static const uint64_t longest_s = 100ull * 365 * 86400;

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "", 1000000000 },
	{ "s", 1000000000 },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "m", 60 * 1000000000ull },
	{ "h", 3600 * 1000000000ull },
	{ "d", 86400 * 1000000000ull },
};

static int bad_duration(const char *text, struct err **err)
{
	return err_set(err, 0, "'%s' is not a duration: write 10, 10s, 500ms, 2m or 1.5h", text);
}

/* Reads "12" or "1.5" as a whole number and billionths. Returns what follows, NULL if none. */
static const char *number_read(const char *text, uint64_t *whole, uint64_t *billionths)
{
	uint64_t scale = second_ns / 10;

	*whole = *billionths = 0;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		if (*whole > longest_s * 1000)
			return NULL;
		*whole = *whole * 10 + (uint64_t)(*text - '0');
	}
	if (*text != '.')
		return text;
	if (!isdigit((unsigned char)*++text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++, scale /= 10)
		*billionths += scale * (uint64_t)(*text - '0');
	return text;
}

int duration_parse(const char *text, uint64_t *ns, struct err **err)
{
	uint64_t whole, billionths;
	const char *unit = number_read(text, &whole, &billionths);
	wide_ns total;

	if (!unit)
		return bad_duration(text, err);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, unit) != 0)
			continue;
		total = (wide_ns)whole * units[i].ns;
		total += (wide_ns)billionths * units[i].ns / second_ns;
		if (total == 0 || total > (wide_ns)longest_s * second_ns)
			return err_set(err, 0,
				"'%s' is not between a nanosecond and a hundred years", text);
		*ns = (uint64_t)total;
		return 0;
	}
	return bad_duration(text, err);
}
