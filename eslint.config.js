'use strict';

const js = require('@eslint/js');
const stylistic = require('@stylistic/eslint-plugin');
const globals = require('globals');

module.exports = [
  { ignores: ['build/', 'prebuilds/', '**/node_modules/', 'bench/corpus/', 'coverage/', 'fuzz/out/', 'site/src/'] },
  js.configs.recommended,
  // The layout of all JavaScript; `npx eslint --fix .` applies it.
  stylistic.configs.customize({
    indent: 2, quotes: 'single', semi: true, jsx: false, arrowParens: true, braceStyle: '1tbs',
    commaDangle: 'only-multiline', quoteProps: 'as-needed',
  }),
  {
    rules: {
      '@stylistic/operator-linebreak': ['error', 'after', { overrides: { '?': 'before', ':': 'before' } }],
      '@stylistic/quotes': ['error', 'single', { avoidEscape: true }],
      '@stylistic/max-statements-per-line': 'off',
      '@stylistic/multiline-ternary': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node },
    rules: {
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['test/**/*.js'], // what a terminal shows is told by its control characters
    rules: { 'no-control-regex': 'off', 'no-regex-spaces': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { sourceType: 'module', globals: globals.node },
  },
  { // what runs in browsers knows nothing else
    files: ['lib/browser.mjs', 'lib/browser/*.mjs', 'examples/browser/*.mjs'],
    languageOptions: {
      globals: { ...Object.fromEntries(Object.keys(globals.node).map((name) => [name, 'off'])), ...globals.browser },
    },
  },
  {
    files: ['lib/browser/host.js'],
    languageOptions: {
      globals: {
        ...Object.fromEntries(Object.keys(globals.node).map((name) => [name, 'off'])),
        ...globals.browser, module: 'writable', require: 'readonly',
      },
    },
  },
];
