// Who is signed in, and how this page speaks to the server. See autosave.js for the rules.

export const TIMEOUT = 15000;
const POLL_SESSION = 5000;
const KEEPALIVE_BYTES = 60000; // browsers take 64 KiB in all for requests that outlive their page

export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

// Everything on this page that saves itself, and the name that the page gives itself.
export const keepers = new Set();
export const client = randomId();

// crypto.randomUUID exists only in secure contexts; getRandomValues everywhere.
function randomId() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const session = {
  out: false,
  other: false,
  banner: null,
  timer: null,
  signInUrl: meta("sign-in-url"),

  // Ask the server who is signed in: "in", "out", "other" (somebody else) or "unreachable". Takes the new token.
  async ask() {
    let answer;
    try {
      const response = await fetch(meta("session-url"), {
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        credentials: "same-origin",
        cache: "no-store",
        signal: timeout(8000),
      });
      answer = await response.json();
      if (response.status === 401 || answer.status === "signed-out") {
        this.signInUrl = answer.sign_in_url || this.signInUrl;
        return "out";
      }
      if (!response.ok) {
        return "unreachable";
      }
    } catch {
      return "unreachable";
    }
    if (!answer.signed_in) {
      this.signInUrl = answer.sign_in_url || this.signInUrl;
      return "out";
    }
    if (String(answer.user) !== meta("user-id")) {
      return "other";
    }
    takeToken(answer.csrf);
    return "in";
  },

  // Say that saving needs a sign-in, and watch until that has happened.
  lost(signInUrl) {
    this.signInUrl = signInUrl || this.signInUrl;
    this.out = true;
    this.draw();
    this.timer ??= setInterval(() => this.check(), POLL_SESSION);
    keepers.forEach((keeper) => keeper.signedOut());
  },

  // Find out who is signed in, and say so where it is no longer this page's person. Gives what `ask` gives.
  async see() {
    const who = await this.ask();
    if (who === "out" || who === "other") {
      this.other = who === "other";
      this.lost();
    }
    return who;
  },

  // Look whether the person is back; if so, save everything that waits.
  async check() {
    const who = await this.ask();
    if (who === "in") {
      this.back();
    } else if (who === "other" || who === "out") {
      this.other = who === "other";
      this.draw();
      keepers.forEach((keeper) => keeper.signedOut());
    }
    return who;
  },

  back() {
    clearInterval(this.timer);
    this.timer = null;
    this.out = this.other = false;
    this.banner?.remove();
    this.banner = null;
    keepers.forEach((keeper) => keeper.save());
  },

  words() {
    return this.other
      ? `You are signed in as somebody else. This text was written by ${meta("user-name")}: sign in as them to save it.`
      : "You have been signed out. Your words are still in this page. ";
  },

  draw() {
    const words = this.words();
    if (this.banner?.dataset.words === words) {
      return;
    }
    this.banner?.remove();
    this.banner = element("div", { className: "app-banner" });
    this.banner.dataset.words = words;
    this.banner.setAttribute("role", "alert");
    const line = element("p", { textContent: words });
    if (!this.other) {
      line.append(signInLink(), " and this page will save them.");
    }
    this.banner.append(line);
    document.querySelector(".govuk-skip-link").after(this.banner);
  },
};

export function signInLink() {
  return element("a", {
    className: "govuk-link",
    href: session.signInUrl,
    target: "_blank",
    rel: "noopener",
    textContent: "Sign in in a new tab",
  });
}

// After signing in again the old token is refused: everything on the page that holds one gets the new one.
function takeToken(token) {
  if (!token) {
    return;
  }
  const tag = document.querySelector('meta[name="csrf-token"]');
  if (tag) {
    tag.content = token;
  }
  if (document.body.hasAttribute("hx-headers")) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }
  document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((input) => {
    input.value = token;
  });
}

export function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function timeout(milliseconds) {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), milliseconds);
  return abort.signal;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// POST form-encoded data; gives {status, answer}, with answer null where the server sent no JSON (a page, a proxy's
// error). Throws where there is no connection or no answer in time.
export async function post(url, data, keepalive) {
  const body = data.toString();
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
      "X-CSRFToken": meta("csrf-token"),
      "X-Requested-With": "fetch",
    },
    credentials: "same-origin",
    keepalive: Boolean(keepalive) && body.length < KEEPALIVE_BYTES,
    signal: timeout(TIMEOUT),
  });
  let answer = null;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
  }
  return { status: response.status, answer };
}
