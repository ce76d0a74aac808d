'use strict';

// Small mistakes in C and JavaScript: where they can be made in a text, and the resulting text.

/** The text with comments, strings, patterns and preprocessor lines blanked out, in place. */
function mask(text, isC) {
  const blank = (part) => part.replace(/[^\n]/g, ' ');
  const tokens = isC
    ? /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*#(?:\\\n|[^\n])*/gm
    : /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|(?<=[=(,:[!&|?]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
  return text.replace(tokens, blank);
}

/** The position after the bracket that closes the one at `open`, or -1. */
function behindBracket(text, open) {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return -1;
}

// Operators have spaces around them here, which distinguishes them from pointers, types and arrows.
const SWAPS = {
  '<': ['<='], '<=': ['<'], '>': ['>='], '>=': ['>'],
  '==': ['!='], '!=': ['=='], '===': ['!=='], '!==': ['==='],
  '&&': ['||'], '||': ['&&'], '??': ['&&'],
  '+': ['-'], '-': ['+'], '*': ['+'], '/': ['*'], '%': ['/'],
  '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'], '&': ['|'], '|': ['&'], '^': ['|'],
  '+=': ['-='], '-=': ['+='], '|=': ['&='], '&=': ['|='], '^=': ['|='],
};

const KEYWORDS = /^(?:return|const|let|var|case|static|typedef|struct|enum|union|extern|else|goto|throw|export|import|class|do|if|for|while|switch|default|break|continue)\b/;

/** Statements of one line that are neither declarations nor returns. */
function* statements(masked) {
  for (const { 0: line, index } of masked.matchAll(/^[ \t]+[^\s].*;[ \t]*$/gm)) {
    const text = line.trim();
    const at = index + line.indexOf(text);
    const before = masked.slice(0, index).trimEnd().slice(-1);
    if (before && !';{})'.includes(before)) continue; // the end of a longer statement
    if (/^(?:break|continue);$/.test(text)) yield { at, length: text.length };
    else if (!KEYWORDS.test(text) && /^(?:await )?[*(]*[\w#.]+(?:(?:->|\.|\?\.)#?\w+|\[[^\]]*\])*\)*(?:\(.*\)|\+\+|--| [-+*/|&^<>]*= .*);$/.test(text)) {
      yield { at, length: text.length };
    }
  }
}

/**
 * All mutations of a text: { at, length, to, what } each. Messages, comments, types and declarations are not
 * changed.
 */
function findMutations(text, isC) {
  const masked = mask(text, isC);
  const found = [];
  const add = (at, length, to, what) => found.push({ at, length, to, what });
  for (const { 0: operator, index } of masked.matchAll(/(?<= )(?:[<>=!]=?=?|<<|>>>?|&&|\|\||\?\?|[-+*/%&|^]=?)(?= )/g)) {
    for (const to of SWAPS[operator] ?? []) add(index, operator.length, to, `${operator} -> ${to}`);
  }
  for (const { 0: number, index } of masked.matchAll(/(?<![\w.$"'])(?:0x[\da-fA-F]+|\d+)(?=[uUlL]*(?![\w.]))/g)) {
    const value = Number(number);
    for (const other of [value + 1, value - 1]) {
      if (other >= 0) add(index, number.length, String(other), `${number} -> ${other}`);
    }
  }
  for (const { 0: head, index } of masked.matchAll(/\b(?:if|while) \(/g)) {
    const open = index + head.length - 1;
    const end = behindBracket(masked, open);
    if (end > 0) add(open, end - open, `(!${text.slice(open, end)})`, 'condition negated');
  }
  for (const { index } of masked.matchAll(/(?<=[\s(])!(?=[\w(])/g)) add(index, 1, '', '! removed');
  for (const { 0: word, index } of masked.matchAll(/\b(?:true|false)\b/g)) {
    const to = word === 'true' ? 'false' : 'true';
    add(index, word.length, to, `${word} -> ${to}`);
  }
  for (const { at, length } of statements(masked)) {
    add(at, length, ';', `deleted: ${text.slice(at, at + length)}`);
  }
  return found;
}

const apply = (text, { at, length, to }) => text.slice(0, at) + to + text.slice(at + length);

module.exports = { apply, findMutations };
