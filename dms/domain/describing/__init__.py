"""Reading forms: which form a document is, what its fields say, and what a person must be asked."""
