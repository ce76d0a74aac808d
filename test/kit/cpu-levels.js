'use strict';

const { options } = require('../../lib/native');

/** The names that PNG2BMP_CPU takes: 'auto', 'scalar', and the levels above plain C. */
const cpuLevels = options.find(({ name }) => name === 'cpu').choices;

module.exports = { cpuLevels };
