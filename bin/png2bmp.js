#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { readInfo, saveBMP } = require('..');

const USAGE = 'usage: png2bmp [-f] IN.png [OUT.bmp]\n       png2bmp [-f] -o OUT.bmp IN.png\n';

class Failure extends Error {
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
}

function parse(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        force: { type: 'boolean', short: 'f' },
      },
    });
  } catch (error) {
    throw new Failure(2, error.message);
  }
  const { values, positionals } = parsed;
  const [input, second] = positionals;
  if (!input || positionals.length > 2 || (second && values.output)) throw new Failure(2, USAGE);
  const output = values.output ?? second ?? input.replace(/(\.png)?$/i, '.bmp');
  return { input, output, force: values.force };
}

/* sysexits.h: 65 bad data, 66 no input, 73 cannot create the output */
function attempt(exitCode, action) {
  try {
    return action();
  } catch (error) {
    throw new Failure(exitCode, error.message);
  }
}

function convert({ input, output, force }) {
  const start = performance.now();
  if (!force && fs.existsSync(output)) throw new Failure(73, `${output} exists; -f overwrites it`);
  const png = attempt(66, () => fs.readFileSync(input));
  const { width, height, bmp } = attempt(65, () => readInfo(png));
  try {
    saveBMP(output, png);
  } catch (error) {
    throw new Failure(error.syscall ? 73 : 65, error.message);
  }
  const ms = Math.round(performance.now() - start);
  return `${output}: ${width} x ${height}, ${bmp.byteLength} bytes, ${ms} ms`;
}

try {
  console.log(convert(parse(process.argv.slice(2))));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`png2bmp: ${error.message}`);
  process.exitCode = error.exitCode;
}
