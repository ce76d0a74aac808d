'use strict';

// The functions of the addon (addon/addon.c) in WebAssembly: the same calls, bytes and errors. Saves are in
// saves.js.

const { errorFromNative } = require('../errors');
const { wrap } = require('../host');
const { bytesOf, isOwn } = require('../input');
const { cancelledOutcome, toFacts, toOutput, toTarget } = require('./work');

/** { functions, settled, start, cancel }: engine converts on this thread, pool on others. */
function createCalls(engine, pool) {
  const cancels = new Map(); // by ticket

  function tell(onWarning, warnings) {
    if (onWarning !== undefined) {
      warnings.forEach((warning) => onWarning(warning));
    }
  }

  function errorOf({ code, message, errno, syscall, path: named }) {
    return errorFromNative(code, message, errno, syscall, named);
  }

  /** The outcome, after its warnings have been reported; throws its error, with a stack that starts at the
   * caller of `callee`. */
  function settled(outcome, onWarning, callee) {
    tell(onWarning, outcome.warnings);
    if (outcome.error !== undefined) {
      const error = errorOf(outcome.error);
      Error.captureStackTrace?.(error, callee);
      throw error;
    }
    return outcome;
  }

  // ---- Synchronous calls --------------------------------------------------------------------

  function convert(view, length, values, onWarning) {
    return settled(toOutput(engine, bytesOf(view, length), { values }), onWarning, convert).output;
  }

  function decode(view, length, values, onWarning, facts) {
    const outcome = settled(toOutput(engine, bytesOf(view, length), { values }), onWarning, decode);
    facts.set(outcome.facts);
    return outcome.output;
  }

  function encode(view, length, values, onWarning, width, height, channels, stride) {
    const options = { values, pixels: { width, height, channels, stride } };
    return settled(toOutput(engine, bytesOf(view, length), options), onWarning, encode).output;
  }

  function encodePNG(view, length, values, onWarning, width, height, channels, stride) {
    const options = { values, pixels: { width, height, channels, stride }, toPNG: true };
    return settled(toOutput(engine, bytesOf(view, length), options), onWarning, encodePNG).output;
  }

  /** Whether the first `size` bytes of the target share memory with others. */
  function overlap(bytes, target, size) {
    return target.buffer === bytes.buffer && target.byteOffset < bytes.byteOffset + bytes.length &&
      bytes.byteOffset < target.byteOffset + size;
  }

  function checkTarget(target, bytes, size) {
    if (target.length < size) {
      throw errorFromNative('ERR_OUT_OF_RANGE', 'The "target" argument must have at least ' +
        `${size} bytes for this BMP. Received ${target.length} bytes`);
    }
    if (overlap(bytes, target, size)) {
      throw errorFromNative('ERR_INVALID_ARG_VALUE',
        'The "target" argument must not share memory with the PNG');
    }
    return true;
  }

  function convertInto(view, length, values, onWarning, into) {
    const bytes = bytesOf(view, length);
    const target = bytesOf(into);
    const outcome = toTarget(engine, bytes, { values }, target,
      (size) => checkTarget(target, bytes, size));
    return engine.fact(settled(outcome, onWarning, convertInto).facts, 'byteLength');
  }

  // ---- Converters ---------------------------------------------------------------------------

  const createConverter = (values) => ({ values, memory: new Uint8Array(0) });

  function useMemory(converter, memory) {
    converter.memory = memory;
    return 0;
  }

  /** Memory that a converter keeps: no other thread writes to it. undefined if there is none. */
  function createMemory(size) {
    try {
      return new ArrayBuffer(size);
    } catch {
      return undefined;
    }
  }

  function checkKept(bytes, memory, size) {
    if (overlap(bytes, memory, size)) {
      throw errorFromNative('ERR_INVALID_ARG_VALUE', 'The "png" argument must not be in the ' +
        'memory of the converter\'s output: copy it first');
    }
    return true;
  }

  /** The length of the BMP, which is written if the memory has as many bytes. */
  function convertKept(view, length, { values, memory }, onWarning) {
    const bytes = bytesOf(view, length);
    let size = 0;
    const outcome = toTarget(engine, bytes, { values }, memory, (needed) => {
      size = needed;
      return size <= memory.length && checkKept(bytes, memory, size);
    });
    if (size <= memory.length) {
      settled(outcome, onWarning, convertKept);
    }
    return size;
  }

  function plan(view, length, values, onWarning, facts) {
    facts.set(settled(toFacts(engine, bytesOf(view, length), { values }), onWarning, plan).facts);
  }

  function countColors(view, length, values, onWarning, facts) {
    const outcome = toFacts(engine, bytesOf(view, length), { values, countsColors: true });
    facts.set(settled(outcome, onWarning, countColors).facts);
  }

  // ---- Asynchronous calls -------------------------------------------------------------------

  /** A promise of the outcome. The bytes are copied, since the thread has its own memory, or moved there
   * if the caller gave them away. */
  function start(view, length, request, onWarning, ticket) {
    const given = bytesOf(view, length);
    const bytes = isOwn(view) ? given : new Uint8Array(given);
    return new Promise((resolve, reject) => {
      let cancelled = false;
      const cancel = pool.run({ ...request, bytes }, (outcome, error) => {
        cancels.delete(ticket);
        try {
          if (error !== undefined) {
            throw error;
          }
          // A cancelled call stays cancelled, even if the last batch was done by then.
          resolve(settled(cancelled ? cancelledOutcome() : outcome, onWarning));
        } catch (reason) {
          reject(reason);
        }
      });
      if (ticket !== 0) {
        cancels.set(ticket, () => {
          cancelled = true;
          cancel();
        });
      }
    });
  }

  async function convertAsync(view, length, values, onWarning, _copy, ticket) {
    return wrap((await start(view, length, { options: { values } }, onWarning, ticket)).output);
  }

  async function decodeAsync(view, length, values, onWarning, _copy, ticket, facts) {
    const outcome = await start(view, length, { options: { values } }, onWarning, ticket);
    facts.set(outcome.facts);
    return wrap(outcome.output);
  }

  async function startPixels(toPNG, view, length, values, onWarning, ticket, [width, height, channels, stride]) {
    const options = { values, pixels: { width, height, channels, stride }, toPNG };
    return wrap((await start(view, length, { options }, onWarning, ticket)).output);
  }

  const encodeAsync = (view, length, values, onWarning, _copy, ticket, ...size) =>
    startPixels(false, view, length, values, onWarning, ticket, size);

  const encodePNGAsync = (view, length, values, onWarning, _copy, ticket, ...size) =>
    startPixels(true, view, length, values, onWarning, ticket, size);

  function cancel(ticket) {
    cancels.get(ticket)?.();
  }

  const functions = {
    convert, convertAsync, convertInto, plan, countColors, decode, decodeAsync, encode, encodeAsync, encodePNG,
    encodePNGAsync, cancel, createConverter, createMemory, useMemory, convertKept,
  };
  return { functions, settled, start, cancel };
}

module.exports = { createCalls };
