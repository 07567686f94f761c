"""The only place with sockets, files, threads and a wall clock."""
