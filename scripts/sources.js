'use strict';

// Prints the C files of the addon, for scripts that compile them.

const fs = require('node:fs');

for (const folder of ['addon', 'src', 'src/x86', 'src/arm']) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  for (const name of names.filter((n) => n.endsWith('.c')).sort()) {
    console.log(`${folder}/${name}`);
  }
}
