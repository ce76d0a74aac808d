'use strict';

// What "imports" in package.json gives bundlers in place of an addon, if they know no files of this kind.

throw new Error('this bundler has no addons');
