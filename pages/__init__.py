"""One page = one question. Modules here only define functions and do nothing on import."""
