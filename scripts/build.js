'use strict';

// Builds build/Release/png2bmp.node with node-gyp. Arguments go on to node-gyp.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

// node-gyp would download the headers of this Node.js, which most installations have.
function installedHeaders() {
  const prefix = path.resolve(fs.realpathSync(process.execPath), '../..');
  const has = fs.existsSync(path.join(prefix, 'include/node/node_api.h'));
  return has ? [`--nodedir=${prefix}`] : [];
}

// node-gyp links with the C++ compiler unless told otherwise; there is no C++ here.
const compiler = process.env.CC || 'cc';
const env = { LINK: compiler, ...process.env };

const args = [
  require.resolve('node-gyp/bin/node-gyp.js'),
  'configure', 'build', '--loglevel=warn', ...installedHeaders(), ...process.argv.slice(2),
];
const result = spawnSync(process.execPath, args, {
  cwd: path.resolve(__dirname, '..'), env, stdio: 'inherit',
});
process.exitCode = result.status ?? 1;
