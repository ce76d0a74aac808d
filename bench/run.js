'use strict';

/*
 * npm run bench -- [options]
 *
 *   --quick            8 files, one of each large class; under a minute
 *   --files a,b        files whose names contain one of these
 *   --class a,b        files of these classes
 *   --peers a,b        these peers only (png2bmp always takes part)
 *   --modes a,b        of: warm, cold (both in C), javascript, javascript-cold
 *   --rounds N         at most N rounds a file (default 15)
 *   --show             measures nothing: prints the tables of results.json again
 *
 * Prints tables. A run over everything also writes results.json, chart.svg and
 * docs/notes/benchmark-results.md; any other leaves those alone and writes
 * build/results.json.
 */

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { parseArgs } = require('node:util');

const { chart, description } = require('./chart.js');
const { corpusFiles } = require('./corpus.js');
const { inflateTable, memoryTable, overCTable, ratioTable, table } = require('./report.js');
const { setUp } = require('./setup.js');

const MODES = ['warm', 'cold', 'javascript', 'javascript-cold'];
const TITLES = {
  warm: 'In C, warm (the BMP goes to the same memory every time)',
  cold: 'In C, cold (fresh memory every time)',
  javascript: 'Through JavaScript (PNG Buffer in, new BMP Buffer out)',
  'javascript-cold': 'Through JavaScript, cold (every Buffer in memory fresh from the system)',
};
const C_PEERS = ['png2bmp', 'png2bmp-drop', 'libpng', 'spng', 'stb', 'original',
  'inflate-png2bmp', 'inflate-and-copy', 'inflate-libdeflate', 'inflate-zlib'];
const JAVASCRIPT_PEERS = ['png2bmp', 'png2bmp-converter', 'png2bmp-wasm', 'libpng', 'spng', 'stb', 'original', 'napi-rs', 'sharp',
  'jimp', 'pngjs+bmp-js'];
const SLOW_PEERS = ['jimp', 'pngjs+bmp-js'];
const QUICK_CLASSES = ['photo-rgb', 'photo-rgba', 'flat-rgb', 'screenshot-rgb', 'screenshot-rgba',
  'game-rgba', 'palette-8', 'icon'];

// ---- What to measure --------------------------------------------------------

const list = (text) => text?.split(',').filter(Boolean);

function readArguments() {
  const { values } = parseArgs({ options: {
    quick: { type: 'boolean', default: false },
    files: { type: 'string' },
    class: { type: 'string' },
    peers: { type: 'string' },
    modes: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    show: { type: 'boolean', default: false },
  } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
    throw new RangeError(`--rounds is ${values.rounds}: a whole number from 1 to 1000 is wanted`);
  }
  const chosen = { show: values.show, quick: values.quick, files: list(values.files), classes: list(values.class),
    peers: list(values.peers), modes: list(values.modes) ?? MODES, rounds };
  const strange = [...chosen.modes.filter((mode) => !MODES.includes(mode)),
    ...(chosen.peers ?? []).filter((peer) =>
      !C_PEERS.includes(peer) && !JAVASCRIPT_PEERS.includes(peer))];
  if (strange.length > 0) throw new RangeError(`not known: ${strange.join(', ')}`);
  chosen.partial = Boolean(chosen.quick || chosen.files || chosen.classes || chosen.peers ||
    values.modes);
  return chosen;
}

/* One file of each class: the one in the middle of the list. */
function quickFiles(files) {
  return QUICK_CLASSES.flatMap((name) => {
    const members = files.filter((file) => file.class === name);
    return members.length > 0 ? [members[members.length >> 1]] : [];
  });
}

function selectFiles(chosen) {
  let files = corpusFiles();
  if (chosen.quick) files = quickFiles(files);
  if (chosen.classes) files = files.filter((file) => chosen.classes.includes(file.class));
  if (chosen.files) {
    files = files.filter((file) => chosen.files.some((part) => file.name.includes(part)));
  }
  if (files.length === 0) throw new Error('no file of the corpus is meant by these options');
  return files;
}

const choosePeers = (all, wanted) =>
  (wanted ? all.filter((name) => name === 'png2bmp' || wanted.includes(name)) : all);

// ---- Measuring --------------------------------------------------------------

/* The child prints one JSON object per line. */
async function* linesOf(command, args, env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => (code === 0
      ? resolve()
      : reject(new Error(`${path.basename(command)} ended with ${signal ?? code}`))));
  });
  ended.catch(() => {});
  for await (const line of readline.createInterface({ input: child.stdout })) {
    yield JSON.parse(line);
  }
  await ended;
}

function nativeCommand(mode, files, chosen) {
  return [path.join(__dirname, 'build/native'), [
    '--mode', mode, '--seconds', chosen.quick ? '0.25' : '1', '--rounds', String(chosen.rounds),
    '--peers', choosePeers(C_PEERS, chosen.peers).join(','), ...files.map(({ file }) => file)]];
}

function javascriptCommand(mode, files, chosen) {
  const icon = corpusFiles().find(({ width, height }) => width === 16 && height === 16);
  const settings = {
    files: files.map(({ file }) => file),
    peers: choosePeers(JAVASCRIPT_PEERS, chosen.peers),
    rounds: chosen.rounds,
    slowRounds: chosen.rounds < 10 || chosen.quick ? 1 : 2,
    seconds: chosen.quick ? 0.4 : 1.2,
  };
  if (mode === 'javascript') settings.icon = icon?.file;
  else settings.peers = settings.peers.filter((name) => !SLOW_PEERS.includes(name));
  return [process.execPath,
    ['--expose-gc', path.join(__dirname, 'javascript.js'), JSON.stringify(settings)]];
}

/* Memory blocks of at least this size come fresh from the system, and are returned to it when they are freed.
 * glibc starts with this value and raises it while a program runs and frees, unless it is set. */
const COLD = { MALLOC_MMAP_THRESHOLD_: String(128 << 10) };

function modeProcess(mode, files, chosen) {
  const command = mode.startsWith('javascript') ? javascriptCommand : nativeCommand;
  const env = { ...process.env, ...(mode === 'javascript-cold' ? COLD : {}) };
  return [...command(mode, files, chosen), env];
}

async function measureMode(mode, files, chosen) {
  let done = 0;
  let latency;
  for await (const line of linesOf(...modeProcess(mode, files, chosen))) {
    if (line.latency) {
      ({ latency } = line);
      continue;
    }
    const { file: name, ...figures } = line;
    files.find(({ file }) => file === name)[mode] = figures;
    process.stderr.write(`\r\x1b[K${mode}: ${++done} of ${files.length}`);
  }
  process.stderr.write('\r\x1b[K');
  return latency;
}

// ---- Printing -------------------------------------------------------------------

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'],
      { cwd: __dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'not under git';
  }
}

function machine() {
  const [{ model }] = os.cpus();
  return { commit: commit(), cpu: model, cores: os.cpus().length,
    system: `${os.type()} ${os.release()}`, node: process.version,
    date: new Date().toISOString().slice(0, 10) };
}

function modeText(mode, files) {
  const parts = [`## ${TITLES[mode]}`, 'Time of each peer, png2bmp = 1; MP/s: png2bmp.',
    ratioTable(files, mode)];
  if (files.some((file) => file[mode].peers['inflate-png2bmp'])) {
    parts.push('Inflating alone, in units of the whole conversion by png2bmp.',
      inflateTable(files, mode));
  }
  if (mode === 'javascript' && files.every((file) => file.warm)) {
    parts.push('Through JavaScript in units of the time in C, warm.', overCTable(files));
  }
  if (mode === 'cold') {
    parts.push('Memory of one conversion, images over 0.1 MP.', memoryTable(files));
  }
  return parts.join('\n\n');
}

function latencyText(latency) {
  const rows = Object.entries(latency).map(([peer, { min, median }]) =>
    [peer, (min / 1e3).toFixed(2), (median / 1e3).toFixed(2)]);
  return `## One 16x16 icon through JavaScript\n\n${table(['peer', 'us, minimum', 'us, median'], rows)}`;
}

const headText = ({ machine: about, files }) => `${files.length} files; ${about.cpu}, ` +
  `${about.cores} cores, ${about.system}, Node.js ${about.node}, ${about.date}, ` +
  `commit ${about.commit}.`;

function fullText(results) {
  return [headText(results), ...MODES.map((mode) => modeText(mode, results.files)),
    latencyText(results.latency)].join('\n\n');
}

// ---- Saving ---------------------------------------------------------------------

const RESULTS = path.join(__dirname, 'results.json');
const TABLES = path.join(__dirname, '../docs/notes/benchmark-results.md');

function resultsJson({ files, ...rest }) {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  const lines = files.map(({ file: _file, sha256: _sum, path: _inside, ...facts }) =>
    '    ' + JSON.stringify(facts));
  return `${head},\n  "files": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/* The text of README's chart, for those who do not see it. */
function describeChart(files) {
  const readme = path.join(__dirname, '../README.md');
  fs.writeFileSync(readme, fs.readFileSync(readme, 'utf8')
    .replace(/(?<=!\[Megapixels per second through JavaScript: )[^\]]*/, () => description(files)));
}

/* Everything that is published comes from one full run. */
function publish(results) {
  fs.writeFileSync(RESULTS, resultsJson(results));
  fs.writeFileSync(path.join(__dirname, 'chart.svg'), chart(results.files));
  describeChart(results.files);
  fs.writeFileSync(TABLES, '# Benchmark results\n\nWritten by `npm run bench`: do not edit. What ' +
  `the words mean is in [the notes](benchmarks.md).\n\n${fullText(results)}\n`);
}

async function measureAll(chosen) {
  setUp();
  const results = { machine: machine(), latency: undefined, files: selectFiles(chosen) };
  console.log(headText(results));
  for (const mode of chosen.modes) {
    results.latency = await measureMode(mode, results.files, chosen) ?? results.latency;
    console.log(`\n${modeText(mode, results.files)}`);
  }
  if (results.latency) console.log(`\n${latencyText(results.latency)}`);
  if (chosen.partial) fs.writeFileSync(path.join(__dirname, 'build/results.json'), resultsJson(results));
  else publish(results);
}

async function main() {
  const chosen = readArguments();
  if (chosen.show) console.log(fullText(JSON.parse(fs.readFileSync(RESULTS, 'utf8'))));
  else await measureAll(chosen);
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
