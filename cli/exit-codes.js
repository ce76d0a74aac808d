'use strict';

/* 65, 66 and 73 are from sysexits.h; shells report 128 + N for a program that signal N ended. */
module.exports = {
  OK: 0,
  SOME_FAILED: 1,
  USAGE: 2,
  BAD_PNG: 65, /* EX_DATAERR */
  CANNOT_READ: 66, /* EX_NOINPUT */
  CANNOT_WRITE: 73, /* EX_CANTCREAT */
  SIGNAL: 128,
};
