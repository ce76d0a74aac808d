'use strict';

// What kind of memory something is, whatever realm it comes from (`instanceof` is false for objects from
// node:vm and frames) and whatever it claims to be: determined by the language's own getters.

/** Calls a getter of the language on an object; it throws on objects of other kinds. */
function getterOf(prototype, name) {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (object) => (get === undefined ? undefined : Reflect.apply(get, object, []));
}

// 'Uint8Array' and so on; undefined if it is not a typed array.
const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

const isUint8Array = (value) => typedArrayName(value) === 'Uint8Array';
const isUint8ClampedArray = (value) => typedArrayName(value) === 'Uint8ClampedArray';
const isUint16Array = (value) => typedArrayName(value) === 'Uint16Array';
const isDataView = (value) => ArrayBuffer.isView(value) && typedArrayName(value) === undefined;

function accepts(getter) {
  return (value) => {
    try {
      getter(value);
      return true;
    } catch {
      return false;
    }
  };
}

const isArrayBuffer = accepts(getterOf(ArrayBuffer.prototype, 'byteLength'));
// In browsers it exists only in cross-origin isolated pages.
const isSharedArrayBuffer = typeof SharedArrayBuffer === 'undefined' ? () => false
  : accepts(getterOf(SharedArrayBuffer.prototype, 'byteLength'));
const isAnyArrayBuffer = (value) => isArrayBuffer(value) || isSharedArrayBuffer(value);

/** Whether it is an object without a class, as options are. */
function isPlain(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// Plain objects are asked for first: the exceptions of the getters take longer than an icon's conversion.
const isBytes = (value) => ArrayBuffer.isView(value) || (!isPlain(value) && isAnyArrayBuffer(value));

module.exports = {
  getterOf, isAnyArrayBuffer, isArrayBuffer, isBytes, isDataView, isUint16Array, isUint8Array,
  isUint8ClampedArray,
};
