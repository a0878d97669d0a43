-- Makes Matinee's database on a server that has just been made.

create database matinee
