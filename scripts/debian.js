'use strict';

// Debian packages, for scripts that need programs which are missing.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');

/** Whether this process may install them without asking. */
const canInstall = () => process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get');

/** Installs them: scripts/apt-install.sh. Throws if it fails. architectures: those of packages of other
 * architectures ('libdeflate-dev:arm64'). */
function install(packages, architectures = []) {
  execFileSync(path.join(__dirname, 'apt-install.sh'),
    [...architectures.flatMap((name) => ['--architecture', name]), ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
}

module.exports = { canInstall, install };
