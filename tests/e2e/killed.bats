# Tasks killed at the worst moment: nothing hangs, nothing runs unaccounted for.

load helper

@test "makers killed between their child's birth and the report of it" {
	run gate "$FIXTURES/killed_while_forking" 300
	[ "$status" -eq 0 ]
	[ "$output" = '300 makers were killed, and no child is left' ]
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
	# A child whose maker is dead still has the maker's lineage.
	expect_no_event '.type == "start" and .how != "spawn" and (.lineage | length) == 0'
}
