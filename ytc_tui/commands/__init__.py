"""What each command of the program does, apart from how it is typed and printed."""
