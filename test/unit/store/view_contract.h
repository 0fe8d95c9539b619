/* view_contract.h: the contract's tests of the view and of walks, as contract.c lists them. Threads: one. */
#ifndef TEST_VIEW_CONTRACT_H
#define TEST_VIEW_CONTRACT_H

void the_view_follows_the_log(void **state);
void a_change_of_state_is_in_the_view_when_it_is_acknowledged(void **state);
void what_is_noted_is_written_on_close(void **state);
void a_row_never_goes_backwards(void **state);
void two_stores_write_one_view(void **state);
void rows_come_in_the_order_of_their_bytes(void **state);
void a_correction_takes_the_place_of_what_was_seen_alone(void **state);
void a_walk_gives_every_entry_once_in_order(void **state);
void a_walk_names_what_is_malformed_and_goes_on(void **state);

#endif
