#!/bin/sh
# replay.sh PROGRAM FOLDER: runs a replay over all files of a corpus.
exec "$1" "$2"/*
