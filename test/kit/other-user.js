'use strict';

const { spawnSync } = require('node:child_process');

function runNode(script) {
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

/** The statements by which a process becomes this user, with the group of the same number and no others. */
const become = (user) => `process.setgroups([]); process.setgid(${user}); process.setuid(${user});`;

/** Why a process cannot become another user; false if it can. Debian 13's Node.js 20 always refuses, because
 * its libuv may use io_uring (CVE-2024-22017). */
function cannotBecomeOther() {
  if (process.platform === 'win32') return 'Windows';
  if (process.getuid() !== 0) return 'needs root, to be somebody else';
  return runNode(become(1002)).status !== 0 && 'this Node.js cannot change its user';
}

/** Runs a script as another user: `before` still as root, since the user may have no access to the package. */
const runAsUser = (user, before, script) => runNode([before, become(user), script].join('\n'));

module.exports = { cannotBecomeOther, runAsUser };
