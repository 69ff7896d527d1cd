"""Reading a stranger's file in child processes that can be killed."""
