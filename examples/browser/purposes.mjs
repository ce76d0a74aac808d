// What BMPs are wanted for, and how the form is then filled in. What a purpose does not name has the form's
// own initial value.

export const PURPOSES = {
  any: { text: 'Any program', values: {} },
  installer: { text: 'Installer art', values: { width: '164', height: '314' } },
  uefi: { text: 'UEFI logo', values: { alpha: 'blend', background: '#000000' } },
  bwr: { text: 'E-paper: black, white, red', values: { format: 'indexed', palette: 'bwr' } },
  spectra6: { text: 'E-paper: Spectra 6', values: { format: 'indexed', palette: 'spectra6', seen: 'measured' } },
  gray16: { text: 'E-paper: 16 grays', values: { format: 'indexed', palette: 'gray16' } },
  lcd: { text: 'LCD, 565', values: { format: 'rgb565', dither: 'ordered' } },
  rows: { text: 'Bare rows for a display', values: { format: 'rgb565', container: 'rows', rowAlign: '1', topDown: true } },
  label: { text: 'Label printer', values: { format: 'mono1' } },
  game: { text: 'Game with colour key', values: { alpha: 'key', background: '#ff00ff' } },
  icon: { text: 'Icon', values: { output: 'ico', format: 'bgra32', sizes: '16, 24, 32, 48, 64, 256', fit: 'contain' } },
};
