"""Tables -> arrays -> answers about films and people."""
