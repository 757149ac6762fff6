/** More entries than this and the oldest go. */
const maxEntries = 500;

/** The page's own host, by its own scheme. */
const origin = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;

/** One panel of the page: a connection, its state, a log and a form. */
class Panel {
  /** @type {WebSocket | undefined} */
  #socket;
  #section;
  #state;
  #toggle;
  #log;
  #form;
  #input;

  /** @param {HTMLElement} section */
  constructor(section) {
    this.#section = section;
    this.#state = section.querySelector(".state");
    this.#toggle = section.querySelector(".toggle");
    this.#log = section.querySelector(".log");
    this.#form = section.querySelector("form");
    this.#input = section.querySelector("input");
    this.#toggle.addEventListener("click", () => this.#toggleConnection());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  connect() {
    const socket = new WebSocket(origin + this.#section.dataset.path);
    this.#socket = socket;
    this.#show("connecting");
    // A socket that was given up may still report its end; only the present one counts.
    const listen = (type, listener) =>
      socket.addEventListener(type, (event) => {
        if (socket === this.#socket) listener(event);
      });
    listen("open", () => this.#show("open"));
    listen("close", ({ code }) => this.#show("closed", ` (${code})`));
    listen("message", ({ data }) => {
      const text = typeof data === "string" ? data : `(binary message of ${data.size} bytes)`;
      this.#append(this.#section.dataset.peer, text, "theirs");
    });
  }

  #toggleConnection() {
    const state = this.#socket?.readyState;
    if (state === WebSocket.OPEN || state === WebSocket.CONNECTING) {
      this.#show("closing");
      this.#socket.close(1000);
    } else {
      this.connect();
    }
  }

  #send() {
    const text = this.#input.value;
    this.#input.focus();
    if (text.trim() === "") return;
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      this.#note("Not sent: there is no open connection. Reconnect first.");
      return;
    }
    this.#socket.send(text);
    this.#input.value = "";
    this.#append("You", text, "mine");
  }

  /**
   * @param {"connecting" | "open" | "closing" | "closed"} state
   * @param {string} [detail]
   */
  #show(state, detail = "") {
    const isUp = state === "connecting" || state === "open";
    const label = isUp ? "Disconnect" : "Reconnect";
    const panel = this.#section.querySelector("h2").textContent.toLowerCase();
    this.#state.dataset.state = state;
    this.#state.textContent = state + detail;
    this.#toggle.textContent = label;
    this.#toggle.setAttribute("aria-label", `${label} ${panel}`);
    // Not `disabled`, which would take the keyboard focus away from where it is.
    this.#form.querySelector(".send").setAttribute("aria-disabled", String(state !== "open"));
  }

  #append(author, text, side) {
    const now = new Date();
    const time = element("time", "", now.toLocaleTimeString([], { timeStyle: "short" }));
    time.dateTime = now.toISOString();
    const head = element("span", "head", "");
    head.append(element("b", "author", author), " ", time);
    const entry = element("article", `entry ${side}`, "");
    entry.append(head, element("p", "text", text));
    this.#insert(entry);
  }

  #note(text) {
    this.#insert(element("p", "note", text));
  }

  /** Adds to the end, and follows it unless the reader has scrolled up. */
  #insert(entry) {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.#log.querySelector(".empty")?.remove();
    this.#log.append(entry);
    while (this.#log.childElementCount > maxEntries) this.#log.firstElementChild.remove();
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

/** An element with text; always as text, never as HTML. */
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

for (const section of document.querySelectorAll("[data-path]")) new Panel(section).connect();
