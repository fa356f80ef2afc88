/* allow_filter CMD: runs CMD under a filter that lets everything pass. */
#include "bench/floor/floor.h"

int main(int argc, char **argv)
{
	if (argc < 2)
		return 125;
	floor_load_allow();
	floor_exec(argv + 1);
}
