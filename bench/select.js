'use strict';

/*
 * Chooses the benchmark's files and writes manifest.json.
 *
 *     node bench/select.js DIRECTORY
 *
 * DIRECTORY has one directory for each Debian package, unpacked there by
 * `dpkg-deb -x`. This runs only when the choice changes: everyone else gets the
 * files that the manifest names, from bench/corpus.sh.
 *
 * The rules below say which files a class is made of: the package and the path
 * tell what is in the picture, the header tells colour type, depth and size,
 * and compressed bytes per pixel tell photographs from drawings. Of the files
 * that match a rule, sorted by path, `take` are picked at even distances.
 */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { readHeader } = require('./png-header.js');

const GRAY = 0, RGB = 2, PALETTE = 3, GRAY_ALPHA = 4, RGBA = 6;
const MEGAPIXEL = 1e6;

const RULES = [
  { class: 'photo-rgb', package: 'mate-backgrounds', path: /\.png$/, type: RGB, density: [0.4, 9], take: 4 },
  { class: 'photo-rgb', package: 'stellarium-data', path: /nebulae\/default/, type: RGB, density: [0.7, 9], take: 4 },
  { class: 'photo-rgba', package: 'ukui-wallpapers', path: /\.png$/, type: RGBA, density: [0.3, 9], take: 2 },
  { class: 'photo-rgba', package: 'mate-backgrounds', path: /\.png$/, type: RGBA, density: [0.4, 9], take: 3 },
  { class: 'photo-rgba', package: 'stellarium-data', path: /landscapes\/garching/, type: RGBA, density: [1, 9], take: 2 },
  { class: 'flat-rgb', package: 'desktop-base', path: /(grub-16x9|background[^/]*)\.png$/, type: RGB, density: [0, 0.35], pixels: [MEGAPIXEL, 9e9], take: 6 },
  { class: 'screenshot-rgb', package: 'gnome-user-docs', path: /figures\//, type: RGB, pixels: [150e3, 9e9], take: 4 },
  { class: 'screenshot-rgb', package: 'kdenlive-data', path: /doc\/HTML/, type: RGB, pixels: [150e3, 9e9], take: 4 },
  { class: 'screenshot-rgba', package: 'gnome-user-docs', path: /figures\//, type: RGBA, pixels: [150e3, 9e9], take: 4 },
  { class: 'screenshot-rgba', package: 'kdenlive-data', path: /doc\/HTML/, type: RGBA, pixels: [150e3, 9e9], take: 3 },
  { class: 'game-rgba', package: 'hedgewars-data', path: /Forts\/[^/]*\.png$/, type: RGBA, pixels: [MEGAPIXEL, 9e9], take: 3 },
  { class: 'game-rgba', package: 'hedgewars-data', path: /Maps\/[^/]*\/map\.png$/, type: RGBA, pixels: [MEGAPIXEL, 9e9], take: 3 },
  { class: 'game-rgba', package: 'hedgewars-data', path: /Themes\/[^/]*\/(Sky|LandTex)\.png$/, type: RGBA, pixels: [150e3, 9e9], take: 3 },
  { class: 'palette-8', package: 'stellarium-data', path: /nebulae\/default/, type: PALETTE, pixels: [150e3, 9e9], take: 3 },
  { class: 'palette-8', package: 'stellarium-data', path: /skycultures\//, type: PALETTE, pixels: [150e3, 9e9], take: 2 },
  { class: 'palette-8', package: 'desktop-base', path: /\.png$/, type: PALETTE, pixels: [150e3, 9e9], take: 2 },
  { class: 'gray-8', package: 'stellarium-data', path: /skycultures\//, type: GRAY, pixels: [150e3, 9e9], take: 4 },
  { class: 'gray-8', package: 'stellarium-data', path: /(models|textures)\//, type: GRAY, pixels: [100e3, 9e9], take: 2 },
  ...[[16, 3], [24, 2], [32, 2], [48, 2], [256, 1]].map(([side, take]) => (
    { class: 'icon', package: 'adwaita-icon-theme', path: new RegExp(`/${side}x${side}/(?!.*symbolic)`), type: RGBA, take })),
  { class: 'icon', package: 'desktop-base', path: /hicolor\/64x64\//, type: RGBA, take: 1 },

  { class: 'gray-alpha-8', package: 'mate-backgrounds', path: /\.png$/, type: GRAY_ALPHA, take: 1 },
  { class: 'gray-alpha-8', package: 'stellarium-data', path: /skycultures\/|landscapes\//, type: GRAY_ALPHA, pixels: [150e3, 9e9], take: 3 },
  { class: 'rgba-16', package: 'lincity-ng-data', path: /tiles\//, type: RGBA, depth: 16, pixels: [100e3, 9e9], take: 3 },
  { class: 'palette-low', package: 'desktop-base', path: /\.png$/, type: PALETTE, depth: 4, pixels: [100e3, 9e9], take: 1 },
  { class: 'palette-low', package: 'desktop-base', path: /\.png$/, type: PALETTE, depth: 1, pixels: [100e3, 9e9], take: 1 }
];

/* What no package has enough of is made from the files above by
 * bench/reencode.c: the recipe, and a part of the name of its source. */
const RECIPES = [
  { class: 'rgb-16', recipe: 'rgb16', from: 'Ubuntu-Mate-Cold' },
  { class: 'rgb-16', recipe: 'rgb16', from: 'screenshot-rgb/' },
  { class: 'gray-16', recipe: 'gray16', from: 'Ubuntu-Mate-Warm' },
  { class: 'gray-alpha-16', recipe: 'gray-alpha16', from: 'game-rgba/' },
  { class: 'adam7', recipe: 'adam7-rgb', from: 'Ubuntu-Mate-Cold' },
  { class: 'adam7', recipe: 'adam7-rgba', from: 'game-rgba/' },
  { class: 'palette-low', recipe: 'palette4', from: 'screenshot-rgb/' },
  { class: 'palette-low', recipe: 'palette2', from: 'screenshot-rgb/' },
  { class: 'palette-low', recipe: 'palette1', from: 'screenshot-rgba/' },
  { class: 'gray-low', recipe: 'gray4', from: 'photo-rgb/' },
  { class: 'gray-low', recipe: 'gray2', from: 'photo-rgb/' },
  { class: 'gray-low', recipe: 'gray1', from: 'photo-rgb/' },
  { class: 'screenshot-2x-rgb', recipe: '2x-rgb', from: 'screenshot-rgb/gnome-help-shell-appts-classic' },
  { class: 'screenshot-2x-rgb', recipe: '2x-rgb', from: 'screenshot-rgb/uk-kdenlive' },
  { class: 'screenshot-2x-rgba', recipe: '2x-rgba', from: 'screenshot-rgba/gnome-help-shell-appts' },
  { class: 'screenshot-2x-rgba', recipe: '2x-rgba', from: 'screenshot-rgba/de-kdenlive' },
  { class: 'camera-rgb-16', recipe: 'camera-rgb16', from: 'Ubuntu-Mate-Dark' },
  { class: 'camera-rgb-16', recipe: 'camera-rgb16', from: 'GammaCygni' },
  { class: 'camera-gray-16', recipe: 'camera-gray16', from: 'Ubuntu-Mate-Radioactive' },
  { class: 'camera-gray-16', recipe: 'camera-gray16', from: 'photo-rgb/nebulae-n5367' },
  { class: 'scan-gray', recipe: 'scan-gray', from: 'screenshot-rgba/fr-section' },
  { class: 'scan-1', recipe: 'scan-1', from: 'screenshot-rgba/fr-section' },
  { class: '50-megapixels', recipe: '50mp-rgb', from: 'Ubuntu-Mate-Warm' },
];

function* pngFiles(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* pngFiles(full);
    else if (entry.isFile() && entry.name.endsWith('.png')) yield full;
  }
}

function describe(root, packageName, file) {
  const bytes = fs.readFileSync(file);
  const header = readHeader(bytes);
  if (!header) return null;
  return {
    package: packageName,
    path: path.relative(path.join(root, packageName), file),
    ...header,
    bytes: bytes.length,
    sha256: crypto.createHash('sha256').update(bytes).digest('hex')
  };
}

function matches(rule, file) {
  const pixels = file.width * file.height;
  const [fewest, most] = rule.pixels ?? [0, Infinity];
  const [thinnest, densest] = rule.density ?? [0, Infinity];
  const density = file.bytes / pixels;
  return file.package === rule.package && rule.path.test(file.path) &&
    file.colorType === rule.type && file.bitDepth === (rule.depth ?? 8) &&
    pixels >= fewest && pixels <= most && density >= thinnest && density <= densest;
}

/* `count` elements at even distances, including the first and the last. */
function spread(list, count) {
  if (list.length <= count) return list;
  if (count === 1) return [list[list.length >> 1]];
  return Array.from({ length: count }, (_, i) => list[Math.round(i * (list.length - 1) / (count - 1))]);
}

function nameFor(rule, file) {
  const parts = file.path.replace(/\.png$/, '').split('/').slice(-3).filter((part) => !/^(C|figures|kdenlive|default|desktop|Data)$/.test(part));
  return `${rule.class}/${parts.join('-').replace(/[^A-Za-z0-9._-]+/g, '_')}.png`;
}

function fromPackages(root) {
  const packages = [...new Set(RULES.map((rule) => rule.package))];
  const files = packages.flatMap((name) => [...pngFiles(path.join(root, name))].map((file) => describe(root, name, file)))
    .filter(Boolean).sort((a, b) => (a.path < b.path ? -1 : 1));
  const taken = new Set();
  return RULES.flatMap((rule) => {
    /* One of several identical files is enough (translations share pictures). */
    const seen = new Set(taken);
    const candidates = files.filter((file) => matches(rule, file) && !seen.has(file.sha256) && seen.add(file.sha256));
    const picked = spread(candidates, rule.take);
    if (picked.length < rule.take) console.error(`${rule.class} from ${rule.package}: only ${picked.length} of ${rule.take}`);
    return picked.map((file) => {
      taken.add(file.sha256);
      return { name: nameFor(rule, file), class: rule.class, ...file };
    });
  });
}

function fromRecipes(sources) {
  return RECIPES.map(({ class: name, recipe, from }) => {
    const source = sources.find((file) => file.name.includes(from));
    return { name: `${name}/${recipe}-${path.basename(source.name)}`, class: name, recipe, from: source.name };
  });
}

function main(root) {
  if (!root) throw new Error('usage: node bench/select.js DIRECTORY');
  const real = fromPackages(root);
  const entries = [...real, ...fromRecipes(real)];
  const lines = entries.map((entry) => '    ' + JSON.stringify(entry));
  fs.writeFileSync(path.join(__dirname, 'manifest.json'), `{\n  "files": [\n${lines.join(',\n')}\n  ]\n}\n`);
  console.log(`${real.length} files from packages, ${entries.length - real.length} re-encodings`);
}

main(process.argv[2]);
