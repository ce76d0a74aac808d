'use strict';

// What kind of memory something is, whatever realm it comes from (`instanceof` is false in those of
// node:vm and of frames) and whatever it says of itself: the language's own getters tell.

/** Calls a getter of the language on an object; it throws on objects that are of another kind. */
function getterOf(prototype, name) {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (object) => (get === undefined ? undefined : Reflect.apply(get, object, []));
}

// 'Uint8Array' and so on; undefined for whatever is no typed array.
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
// Pages have it only where the server isolates them.
const isSharedArrayBuffer = typeof SharedArrayBuffer === 'undefined' ? () => false
  : accepts(getterOf(SharedArrayBuffer.prototype, 'byteLength'));
const isAnyArrayBuffer = (value) => isArrayBuffer(value) || isSharedArrayBuffer(value);

module.exports = {
  getterOf, isAnyArrayBuffer, isArrayBuffer, isDataView, isUint16Array, isUint8Array,
  isUint8ClampedArray,
};
