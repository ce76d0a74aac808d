// The form: its values, the fields that have an effect, and what a purpose sets.

import { fieldsOf } from './options.mjs';
import { PURPOSES } from './purposes.mjs';

const ICON_FORMATS = ['bgra32', 'indexed'];

/** The values by the names of their fields. */
export function valuesOf(form) {
  const named = [...form.elements].filter(({ name }) => name !== '' && name !== 'purpose');
  return Object.fromEntries(named.map((field) => [field.name, field.type === 'checkbox' ? field.checked : field.value]));
}

function disableChoices(select, isAllowed) {
  for (const option of select.options) option.disabled = !isAllowed(option.value);
  if (select.selectedOptions[0].disabled) select.value = [...select.options].find(({ disabled }) => !disabled).value;
}

/** Hides the fields, and disables the choices, that have no effect. `more` is what the form does not hold itself. */
export function showEffective(form, more) {
  const { output, format, alpha } = form.elements;
  disableChoices(format, (value) => output.value === 'bmp' || ICON_FORMATS.includes(value));
  disableChoices(alpha, (value) => value === 'blend' || (value === 'premultiply') === (format.value === 'bgra32'));
  for (const [name, isShown] of Object.entries(fieldsOf({ ...valuesOf(form), ...more }))) {
    form.elements[name].closest('label').hidden = !isShown;
  }
  for (const group of form.querySelectorAll('details')) {
    group.hidden = group.querySelector('label:not([hidden])') === null;
  }
}

/** Fills the form in for a purpose. */
export function setPurpose(form, id) {
  form.reset();
  form.elements.purpose.value = id;
  for (const [name, value] of Object.entries(PURPOSES[id].values)) {
    form.elements[name][typeof value === 'boolean' ? 'checked' : 'value'] = value;
  }
  showEffective(form);
}

/** A radio button for each purpose. */
export function addPurposes(fieldset) {
  for (const [id, { text }] of Object.entries(PURPOSES)) {
    const label = document.createElement('label');
    const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'purpose', value: id });
    input.defaultChecked = id === 'any';
    label.append(input, text);
    fieldset.append(label);
  }
}

export function addPalettes(select, names) {
  for (const name of names) select.add(new Option(name, name));
}
