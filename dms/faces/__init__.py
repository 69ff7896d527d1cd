"""What people and scripts touch: the command line now, web and API later."""
