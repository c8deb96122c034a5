// Watches over an open page of the dashboard: takes it off the screen as soon as its session is
// over or nobody has done anything for too long, whether or not the server still answers.
"use strict";
(() => {
  const SESSION = "/clinic/session";
  const SIGN_IN = "/clinic/sign-in";
  const SIGN_OUT = "/clinic/sign-out";
  const ASK_MS = 3000;
  const TELL_MS = 31000; // the server writes down no more than one activity in 30 s
  const WARN_MS = 60000;
  const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];
  const WORDS = {
    "idle": "Nobody has done anything for a while, so the page was taken off the screen.",
    "signed-out": "You have signed out.",
    "absolute": "Your session has lasted as long as a session may.",
    "ended": "Whoever manages users has ended your session.",
    "disabled": "You may no longer sign in. Whoever manages users can say why.",
  };

  // The content policy forbids it. Streamlit's page tries it once, and does without it as well;
  // where it is not there, nothing is reported as an attack.
  delete window.WebAssembly;

  const sockets = new Set();
  let stamp = null;
  let limitMs = null; // how long nobody need do anything; known once the server has said so
  let asking = false;
  let over = null; // why it is over
  let warning = null;
  let toldAt = -Infinity;
  let isUntold = false;

  // Two clocks: one stands still while the computer sleeps, the other may be set back.
  const now = () => ({ wall: Date.now(), run: performance.now() });
  const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.run);
  let actedAt = now();

  // The server hears of no activity that is older, and one tab's counts for all of them.
  let serverIdle = { ms: 0, at: now() };
  const idleMs = () => Math.min(since(actedAt), serverIdle.ms + since(serverIdle.at));

  // The page's own connections, to be cut when it is over.
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      sockets.add(this);
      this.addEventListener("close", () => {
        sockets.delete(this);
        ask(); // perhaps the gate has closed it
      });
      if (over) this.close();
    }
  };

  function leave(why) {
    const query = new URLSearchParams({ why });
    if (why !== "signed-out") query.set("next", location.pathname + location.search);
    location.replace(`${SIGN_IN}?${query}`);
  }

  // Empties the document and keeps it empty: what drew the page may still be at work.
  function blank(why) {
    if (over) return;
    over = why;
    sockets.forEach((socket) => socket.close());
    const main = document.createElement("main");
    const title = document.createElement("h1");
    title.textContent = "Signed out";
    const words = document.createElement("p");
    words.textContent = WORDS[why] || "Your session is over.";
    const again = document.createElement("a");
    again.className = "clinic-button";
    again.href = `${SIGN_IN}?${new URLSearchParams({ why })}`;
    again.textContent = "Sign in again";
    main.append(title, words, again);
    const body = document.createElement("body");
    body.className = "clinic-plain";
    body.append(main);
    const isClear = () => document.body === body && body.childNodes.length === 1;
    const clear = () => {
      if (document.body) document.body.replaceWith(body);
      else document.documentElement.append(body);
      for (const node of [...document.documentElement.children]) {
        if (node !== document.head && node !== body) node.remove();
      }
      if (body.childNodes.length !== 1) body.replaceChildren(main);
      document.title = "Infusion clinic";
    };
    clear();
    new MutationObserver(() => isClear() || clear()).observe(document.documentElement, {
      childList: true,
      subtree: true,
    });
  }

  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(SESSION, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.ok) heard(await answer.json());
    } catch {
      // The server does not answer: the page stays until nobody has done anything for too long.
    } finally {
      asking = false;
    }
  }

  function heard(session) {
    if (!session.open || over) {
      // Where another tab has signed out, the cookie is gone, and the server knows no more.
      const isGone = stamp !== null && session.why === "unknown";
      const why = over || (isGone ? "signed-out" : session.why);
      blank(why);
      leave(why);
      return;
    }
    if (stamp !== null && session.stamp !== stamp) {
      location.reload(); // the role or the sites have changed
      return;
    }
    stamp = session.stamp;
    limitMs = 1000 * session.idle_limit;
    serverIdle = { ms: 1000 * session.idle_seconds, at: now() };
    look();
  }

  function look() {
    if (over || limitMs === null) return;
    if (isUntold && performance.now() - toldAt >= TELL_MS) {
      isUntold = false;
      toldAt = performance.now();
      tell("active");
    }
    const left = limitMs - idleMs();
    if (left <= 0) {
      blank("idle");
      ask();
    } else if (left <= Math.min(WARN_MS, limitMs / 2)) {
      warn(Math.ceil(left / 1000));
    } else {
      unwarn();
    }
  }

  function warn(seconds) {
    if (!document.body) return;
    if (!warning) {
      warning = document.createElement("div");
      warning.className = "clinic-warning";
      warning.setAttribute("role", "alert");
      const words = document.createElement("p");
      const more = document.createElement("strong");
      const left = document.createElement("span");
      left.className = "clinic-left";
      left.setAttribute("aria-live", "off");
      more.textContent = "Still there? ";
      words.append(more, "The page is about to be taken off the screen. ", left);
      const stay = document.createElement("button");
      stay.type = "button";
      stay.className = "clinic-button";
      stay.textContent = "Stay signed in";
      stay.addEventListener("click", acted);
      warning.append(words, stay);
      document.body.append(warning);
    }
    warning.querySelector(".clinic-left").textContent = `${seconds} s left.`;
  }

  function unwarn() {
    if (warning) warning.remove();
    warning = null;
  }

  function acted(event) {
    const isReal = event.isTrusted && !(event.type === "pointermove" && isStill(event));
    if (over || !isReal) return;
    if (limitMs !== null && idleMs() >= limitMs) {
      look(); // too late: a timer that slept must not let the page live on
      return;
    }
    actedAt = now();
    isUntold = true;
    look();
  }

  // What lies below the pointer has moved, and not the pointer.
  const isStill = (event) => event.movementX === 0 && event.movementY === 0;

  const tell = (words) =>
    fetch(SESSION, { method: "POST", body: words, keepalive: true }).catch(() => {});

  async function signOut() {
    blank("signed-out");
    await fetch(SIGN_OUT, { method: "POST", redirect: "manual", keepalive: true }).catch(() => {});
    leave("signed-out");
  }

  document.addEventListener(
    "click",
    (event) => {
      const asked = event.target.closest?.(`.st-key-sign-out button, a[href$="${SIGN_OUT}"]`);
      if (!asked) return;
      event.preventDefault();
      event.stopPropagation();
      signOut();
    },
    true,
  );
  for (const kind of ACTS) {
    document.addEventListener(kind, acted, { capture: true, passive: true });
  }
  const back = () => {
    look(); // at once, by what is known
    ask();
  };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("pageshow", back);
  window.addEventListener("focus", back);
  window.addEventListener("beforeprint", () => {
    if (!over) tell(`printed ${location.pathname}${location.search}`);
  });
  setInterval(ask, ASK_MS);
  setInterval(look, 500);
  ask();
})();
