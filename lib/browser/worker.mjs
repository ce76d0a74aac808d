// The Web Worker that lib/browser/threads.mjs starts.

import { createRequire } from '../../prebuilds/core.mjs';

const require = createRequire({});
require('./browser/thread');
