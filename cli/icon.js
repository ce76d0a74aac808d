'use strict';

/* --ico and --cur: all inputs into one file. */

const fs = require('node:fs');
const path = require('node:path');
const exitCodes = require('./exit-codes');
const { STANDARD_STREAM } = require('./inputs');
const { UsageError } = require('./mistakes');
const { toPath } = require('./names');
const { printable } = require('./printable');

function outputOf(operands, { output }) {
  if (operands.length === 0) throw new UsageError('no input: png2bmp --ico -o OUT.ICO 16.png 32.png ...');
  if (output === undefined) throw new UsageError('--ico and --cur need --output FILE');
  return output;
}

function refuseOptions(conversion) {
  const given = Object.keys(conversion)[0];
  if (given !== undefined) throw new UsageError(`an icon has its own format: leave out the option for '${given}'`);
}

function fail(code, name, error) {
  process.stderr.write(`png2bmp: ${printable(`${name}: ${error.message}`)}\n`);
  return code;
}

/* Completely or not at all: first under another name. */
function save(output, bytes, settings) {
  const file = toPath(output);
  if (!settings.force && fs.existsSync(file)) {
    throw Object.assign(new Error('EEXIST: it exists (--force overwrites)'), { code: 'EEXIST' });
  }
  const temporary = path.join(path.dirname(output), `.${path.basename(output)}.${process.pid}.tmp`);
  try {
    fs.writeFileSync(temporary, bytes, { flag: 'wx' });
    fs.renameSync(temporary, file);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** @returns {number} the exit status */
function writeIcon(operands, settings, conversion) {
  const output = outputOf(operands, settings);
  refuseOptions(conversion);
  const { encodeICO } = require('..');
  const images = [];
  for (const name of operands) {
    try {
      images.push(fs.readFileSync(name === STANDARD_STREAM ? 0 : toPath(name)));
    } catch (error) {
      return fail(exitCodes.CANNOT_READ, name, error);
    }
  }
  let icon;
  try {
    icon = encodeICO(images, { type: settings.cur ? 'cursor' : 'icon' });
  } catch (error) {
    return fail(exitCodes.BAD_PNG, output, error);
  }
  try {
    if (output === STANDARD_STREAM) process.stdout.write(icon);
    else save(output, icon, settings);
  } catch (error) {
    return fail(exitCodes.CANNOT_WRITE, output, error);
  }
  return exitCodes.OK;
}

module.exports = { writeIcon };
