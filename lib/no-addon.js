'use strict';

// What "imports" in package.json gives bundlers in place of an addon, if they know no files of this kind: nothing. It says
// neither require nor import, as publint wants CommonJS in one place and an ECMAScript module in the other.
