// Changing what a page shows while somebody reads or writes on it, without moving it from under them.

// Browsers that can, hold what is in sight in its place by themselves ("scroll anchoring"); for the others it is done
// here, by whatever the person is in, else by what stands in the middle of the window.
export function keepPlace(change) {
  if (CSS.supports("overflow-anchor", "auto")) {
    change();
    return;
  }
  const active = document.activeElement === document.body ? null : document.activeElement;
  const fixed = active ?? document.elementFromPoint(window.innerWidth / 2, window.innerHeight / 2);
  const before = fixed?.getBoundingClientRect().top ?? 0;
  change();
  const moved = (fixed?.getBoundingClientRect().top ?? 0) - before;
  if (moved) {
    window.scrollBy({ top: moved, behavior: "instant" });
  }
}

// Where a place in the text `from` is in the text `to`, which is `from` with one run of it replaced.
export function placeIn(from, to, place) {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) {
    start += 1;
  }
  let end = 0;
  while (end < most - start && from[from.length - 1 - end] === to[to.length - 1 - end]) {
    end += 1;
  }
  if (place <= start) {
    return place;
  }
  return place >= from.length - end ? place + to.length - from.length : to.length - end;
}

// A field's text is replaced; the cursor stays at the words where it was.
export function replaceText(field, text) {
  const [from, start, end] = [field.value, field.selectionStart, field.selectionEnd];
  field.value = text;
  if (document.activeElement === field) {
    const now = field.value;
    field.setSelectionRange(placeIn(from, now, start), placeIn(from, now, end));
  }
}
