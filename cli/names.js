'use strict';

/*
 * File names that are not UTF-8, from old archives and other systems. In this program a name is a string;
 * each byte that is not UTF-8 is a lone surrogate in it, U+DC80 to U+DCFF, and becomes that byte again when
 * the file is opened (the idea of PEP 383, "surrogateescape").
 */

const { isUtf8 } = require('node:buffer');
const fs = require('node:fs');
const process = require('node:process');

const ESCAPE = 0xdc00;
const LONGEST_CHARACTER = 4;

/* With the u flag this finds lone surrogates only, not halves of a pair. */
const ESCAPED = /[\udc80-\udcff]/u;

/* The length of the UTF-8 character at `at`; 0 if there is none. */
function characterLength(bytes, at) {
  const longest = Math.min(LONGEST_CHARACTER, bytes.length - at);
  for (let length = 1; length <= longest; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

/** A string for any bytes. */
function fromBytes(bytes) {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    text += length > 0 ? bytes.toString('utf8', at, at + length) : String.fromCharCode(ESCAPE + bytes[at]);
    at += length || 1;
  }
  return text;
}

/** What node:fs and the library accept: the string itself, or its bytes. */
function toPath(name) {
  if (!ESCAPED.test(name)) return name;
  const parts = Array.from(name, (character) => (ESCAPED.test(character)
    ? Buffer.of(character.charCodeAt(0) - ESCAPE) : Buffer.from(character)));
  return Buffer.concat(parts);
}

/** In place of a name: standard input or output. */
const STANDARD_STREAM = '-';

const REPLACEMENT = '\ufffd';

/**
 * The arguments as they were given. Node.js replaces each byte that is not UTF-8 with U+FFFD; on Linux
 * the original bytes can be read.
 */
function rawArguments(args) {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return args;
  try {
    const all = fromBytes(fs.readFileSync(`/proc/${process.pid}/cmdline`)).split('\0').slice(0, -1);
    return all.slice(all.length - args.length);
  } catch {
    return args;
  }
}

module.exports = { REPLACEMENT, STANDARD_STREAM, fromBytes, rawArguments, toPath };
