'use strict';

/* The benchmark's files: those that the manifest names, in bench/corpus.
 *
 *     node bench/corpus.js missing-packages    packages whose files are missing
 *     node bench/corpus.js paths PACKAGE       their paths in that package
 *     node bench/corpus.js adopt PACKAGE DIR   takes them from an unpacked package
 *     node bench/corpus.js recipes             recipe, source and target, one per line
 *     node bench/corpus.js check               counts the files that exist; fails if none do */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { readHeader } = require('./png-header.js');

const CORPUS = path.join(__dirname, 'corpus');
const SMOKE = Boolean(process.env.BENCH_SMOKE); // see smoke.js
const manifest = JSON.parse(fs.readFileSync(path.join(__dirname, 'manifest.json'), 'utf8')).files;

const locate = (entry) => path.join(CORPUS, entry.name);
const present = (entry) => fs.existsSync(locate(entry));
const fromPackages = () => manifest.filter((entry) => entry.package);

const SAMPLE = { name: 'sample.png', class: 'photo-rgb', file: path.join(__dirname, '../samples/sample.png') };

/* The files of the corpus that exist, with header fields, in the manifest's order. */
function corpusFiles() {
  const entries = manifest.filter(present).map((entry) => ({ ...entry, file: locate(entry) }));
  return (SMOKE ? [SAMPLE] : entries).map((entry) => {
    const { file } = entry;
    const bytes = fs.readFileSync(file);
    return { ...entry, ...readHeader(bytes), bytes: bytes.length, reencoded: Boolean(entry.recipe) };
  });
}

function adopt(packageName, directory) {
  for (const entry of fromPackages().filter((one) => one.package === packageName)) {
    const source = path.join(directory, entry.path);
    const bytes = fs.existsSync(source) ? fs.readFileSync(source) : Buffer.alloc(0);
    if (crypto.createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
      /* A later version of the package: measuring another file under the same name would give figures that
       * look comparable but are not. */
      console.error(`corpus: left out ${entry.name}: ${packageName} has another file at ${entry.path}`);
      continue;
    }
    fs.mkdirSync(path.dirname(locate(entry)), { recursive: true });
    fs.writeFileSync(locate(entry), bytes);
  }
}

function recipes() {
  const lines = manifest.filter((entry) => entry.recipe && !present(entry)).map((entry) => {
    fs.mkdirSync(path.dirname(locate(entry)), { recursive: true });
    return [entry.recipe, path.join(CORPUS, entry.from), locate(entry)].join('\t');
  });
  if (lines.length) console.log(lines.join('\n'));
}

function check() {
  const files = corpusFiles();
  if (files.length === 0) throw new Error('the corpus is empty');
  console.log(`corpus: ${files.length} of ${manifest.length} files`);
}

function main(command, packageName, directory) {
  if (command === 'missing-packages') {
    console.log([...new Set(fromPackages().filter((entry) => !present(entry)).map((entry) => entry.package))].join('\n'));
  } else if (command === 'paths') {
    console.log(fromPackages().filter((entry) => entry.package === packageName).map((entry) => './' + entry.path).join('\n'));
  } else if (command === 'adopt') adopt(packageName, directory);
  else if (command === 'recipes') recipes();
  else if (command === 'check') check();
  else throw new Error('usage: node bench/corpus.js missing-packages|paths|adopt|recipes|check');
}

if (require.main === module) main(...process.argv.slice(2));

module.exports = { corpusFiles, SMOKE };
