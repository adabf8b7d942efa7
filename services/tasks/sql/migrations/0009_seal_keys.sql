-- What secrets for a node are sealed to (X25519), as its engine says in signed heartbeats. '': it hasn't said.
alter table node add column seal_key text not null default '';
