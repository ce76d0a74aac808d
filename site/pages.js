'use strict';

// The pages of the site, in the order of its sidebar. All pages of docs/ must be here: a test checks.

const guide = (text, anchor) => ({ text, file: 'docs/guide.md', anchor });

const GROUPS = [
  {
    text: 'Start',
    pages: [
      { text: 'Install and convert', file: 'docs/start.md' },
      { text: 'In browsers', file: 'docs/browsers.md' },
      { text: 'Errors and warnings', file: 'docs/errors.md' },
    ],
  },
  {
    text: 'Guides',
    pages: [
      { text: 'All tasks', file: 'docs/guide.md' },
      guide('Installer art', 'installer-art-nsis-electron-builder-inno-setup'),
      guide('Boot logos', 'boot-logos-uefi'),
      guide('Icons and cursors', 'icons-and-cursors'),
      guide('Game engines', 'game-engines-with-a-colour-key'),
      guide('Clipboards', 'clipboards-and-resources'),
      guide('Thermal printers and e-paper', 'thermal-printers-and-e-paper'),
      guide('E-paper with colours', 'e-paper-with-colours'),
      guide('LCD panels', 'lcd-panels'),
      guide('sharp and raw pixels', 'from-sharp-and-from-raw-pixels'),
      guide('fetch, Blob, streams', 'from-fetch-blob-streams'),
      guide('Screenshots and OCR', 'screenshots-ocr-image-comparison'),
      guide('Damaged files', 'damaged-files'),
      guide('Many images', 'many-images'),
      guide('Servers', 'servers'),
      guide('Code for the article of 2016', 'code-written-for-the-article-of-2016'),
      { text: 'Example: HTTP server', file: 'examples/http-server/README.md' },
      { text: 'Example: queue on BullMQ', file: 'examples/bullmq/README.md' },
      { text: 'Example: GNU parallel', file: 'examples/gnu-parallel/README.md' },
      { text: 'Example: in the browser', file: 'examples/browser/README.md', optional: true },
      { text: 'Moving from other programs', file: 'docs/comparison.md' },
    ],
  },
  {
    text: 'Reference',
    pages: [
      { text: 'API', file: 'docs/api.md' },
      { text: 'Command line', file: 'docs/command-line.md' },
      { text: 'C library', file: 'docs/c-api.md' },
      { text: 'What each odd PNG gives', file: 'docs/decisions.md' },
      { text: 'The npm package', file: 'docs/package.md' },
      { text: 'Dependencies', file: 'docs/dependencies.md' },
      { text: 'Changelog', file: 'CHANGELOG.md' },
    ],
  },
  {
    text: 'Explanation',
    pages: [
      { text: 'Zero copy and Buffers', file: 'docs/zero-copy.md' },
      { text: 'Memory and threads', file: 'docs/memory-and-threads.md' },
      { text: 'Palettes and dithering', file: 'docs/palettes.md' },
      { text: 'Performance', file: 'docs/performance.md' },
      { text: 'Reliability', file: 'docs/reliability.md' },
      { text: 'Security', file: 'SECURITY.md' },
    ],
  },
  {
    text: 'Contributing',
    pages: [
      { text: 'Contributing', file: 'CONTRIBUTING.md' },
      { text: 'Code of conduct', file: 'CODE_OF_CONDUCT.md' },
      { text: 'Releasing', file: 'docs/releasing.md' },
      { text: 'Notes: benchmark results', file: 'docs/notes/benchmark-results.md' },
      { text: 'Notes: sources of ideas', file: 'docs/notes/sources.md' },
      { text: 'Notes: reliability', file: 'docs/notes/reliability.md' },
      { text: 'Notes: benchmarks', file: 'docs/notes/benchmarks.md' },
      { text: 'Notes: inflater', file: 'docs/notes/inflate.md' },
      { text: 'Notes: kernels', file: 'docs/notes/kernels.md' },
      { text: 'Notes: two cores', file: 'docs/notes/two-cores.md' },
      { text: 'Notes: palettes', file: 'docs/notes/palettes.md' },
      { text: 'Notes: the cache', file: 'docs/notes/cache.md' },
    ],
  },
];

/** The route of a file of the repository: 'docs/notes/a.md' -> 'notes/a.md'. */
const routeOf = (file) => file.replace(/^docs\//, '').replace(/^(examples\/.*)\/README\.md$/, '$1.md')
  .replace(/^[A-Z_]+\.md$/, (name) => name.toLowerCase().replace(/_/g, '-'));

module.exports = { GROUPS, routeOf };
