// Comforts of the pages of announcements: without them buttons count, show and refresh.

// ---- the form: what is typed is counted and shown in a moment

const compose = document.getElementById("compose");
if (compose) {
  const REST = 500; // milliseconds of stillness before the office is asked
  const [preview, reach] = ["preview", "reach"].map((id) => document.getElementById(id));
  let timer, asked = 0;

  const ask = async (address) => {
    const answer = await fetch(address, { method: "POST", body: new FormData(compose) });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer;
  };
  const look = async () => {
    const mine = ++asked;
    reach.classList.add("waits-for");
    try {
      const [shown, counted] = await Promise.all([ask(compose.dataset.preview), ask(compose.dataset.count)]);
      const [html, figures] = [await shown.text(), await counted.json()];
      if (mine !== asked) return; // typed on meanwhile: a later answer is on its way
      preview.innerHTML = html;
      reach.innerHTML = figures.html;
      reach.classList.remove("waits-for");
    } catch {
      // the line is away, or the session: what is shown stays, paler; saving says why
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, REST);
  };
  compose.addEventListener("input", soon);
  compose.addEventListener("change", (event) => {
    soon();
    const needed = compose.querySelector("#ask-templates[data-needed]");
    if (needed && event.target.name === "form" && event.target.value === "notice") compose.requestSubmit(needed);
  });

  // How many bytes a text has, with the line below it: what the platform counts.
  const size = (text) => new TextEncoder().encode(text).length;
  const [tick, line] = [compose.elements.ending, compose.querySelector("[data-ending]")];
  const below = () => (tick.checked && !compose.elements.urgent.checked ? size(`\n\n${line.dataset.ending}`) : 0);
  for (const field of compose.querySelectorAll("[data-bytes]")) {
    const note = document.getElementById(field.dataset.counts);
    const count = () => {
      const bytes = size(field.value.trim()) + below();
      note.textContent = `${bytes} / ${field.dataset.bytes}${below() ? `，其中末尾一行 ${below()}` : ""}`;
      note.classList.toggle("over", bytes > Number(field.dataset.bytes));
    };
    field.addEventListener("input", count);
    tick.addEventListener("change", count);
    compose.elements.urgent.addEventListener("change", count);
    count();
  }
}

// ---- the page of one: how far it is, as it goes

const going = document.getElementById("going");
if (going?.dataset.progress) {
  const again = document.getElementById("going-again");
  let source, missed = 0;

  const told = ({ state, html }) => {
    if (going.innerHTML !== html) going.innerHTML = html;
    // What may be done hangs on the state. Whoever is about to do something is not interrupted.
    const busy = document.querySelector("details.confirm[open]") || document.activeElement?.matches("input, textarea");
    if (state !== going.dataset.state && !busy) location.reload();
  };
  const follow = () => {
    source = new EventSource(going.dataset.progress);
    source.onopen = () => {
      missed = 0;
      again.hidden = true;
    };
    source.onmessage = (event) => told(JSON.parse(event.data));
    source.addEventListener("over", () => source.close());
    source.onerror = () => {
      if (++missed < 5 && source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      source.close();
      again.hidden = false;
    };
  };
  // A page that nobody sees asks nothing.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source.close();
    else if (source.readyState === EventSource.CLOSED) follow();
  });
  follow();
}
