// The board of a system review: [data-board], the address that says what has changed, with data-token and data-domain.
//
// Everything here can be done without scripts too: "Write" and "Move" on a card are links to pages. With scripts
// - the words of a statement are written on its card (board-write.js, autosave.js),
// - a card is moved in a dialog, which a drag opens too (board-move.js); nothing is moved before its reason is sent,
// - arrow keys go from card to card (board-keys.js),
// - what somebody else changed appears, never over what is being typed (board-live.js).

import { startKeys } from "./board-keys.js";
import { Live } from "./board-live.js";
import { Mover } from "./board-move.js";
import { startWriting } from "./board-write.js";

const root = document.querySelector("[data-board]");
if (root) {
  const live = new Live(root);
  if (root.hasAttribute("data-may-write")) {
    const mover = new Mover(root, live);
    startWriting(root, live);
    startKeys(root, mover);
  } else {
    startKeys(root, null);
  }
}
