'use strict';

const process = require('node:process');

/** The environment of a process whose resident memory reveals leaks: with these, glibc returns large blocks
 * at once. */
const environment = { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' };

/** False under a checker (scripts/test-checked-addon.js), whose allocator keeps what was freed. */
const tellsOfLeaks = !process.env.PNG2BMP_TEST_CHECKER;

module.exports = { environment, tellsOfLeaks };
