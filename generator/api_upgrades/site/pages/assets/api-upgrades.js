// What scripts add to pages that are complete without them: copy buttons, the reader's own version, and pickers.
// Nothing from the address or from storage is ever inserted as markup.
(function () {
  "use strict";

  const api = (window.apiUpgrades = window.apiUpgrades || {});

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  // The version that the reader is pinned to, kept for each API; `?version=` in any link sets it.
  function key(root) {
    return "api-upgrades:" + new URL(root, location.href).pathname;
  }
  api.version = function (root) {
    try { return localStorage.getItem(key(root)) || ""; } catch { return ""; }
  };
  api.setVersion = function (root, version) {
    try { version ? localStorage.setItem(key(root), version) : localStorage.removeItem(key(root)); } catch { /* refused */ }
  };

  // A data file arrives by a script element, which works from disk too.
  api.load = function (address) {
    return new Promise(function (resolve, reject) {
      const script = element("script", { src: address });
      script.onload = resolve;
      script.onerror = function () { reject(new Error(address)); };
      document.head.append(script);
    });
  };

  const COPY = "M19 21H8V7h11m0-2H8a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2m-3-4H4a2 2 0 0 0-2 2v14h2V3h12z";

  // The text of the visible pane. Removed and added lines keep their signs, and notes beside lines are left out.
  function visibleText(example) {
    const pane = [...example.querySelectorAll(".au-pane")].find(function (one) { return one.offsetParent; });
    return [...pane.querySelectorAll(".au-line")].map(function (line) {
      const copy = line.cloneNode(true);
      copy.querySelectorAll(".au-hidden, i").forEach(function (one) { one.remove(); });
      return ({ DEL: "- ", INS: "+ " }[line.tagName] || "") + copy.textContent.replace(/\n$/, "");
    }).join("\n");
  }

  function addCopyButtons() {
    document.querySelectorAll(".au-example__bar:not(:has(.au-copy))").forEach(function (bar) {
      const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      icon.setAttribute("viewBox", "0 0 24 24");
      icon.setAttribute("aria-hidden", "true");
      icon.append(document.createElementNS(icon.namespaceURI, "path"));
      icon.firstChild.setAttribute("d", COPY);
      const button = element("button", { type: "button", class: "au-copy", "aria-label": "Copy", title: "Copy" }, icon);
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(visibleText(bar.parentElement)).then(
          function () { say("Copied"); },
          function () { say("Select the text to copy it"); }
        );
      });
      function say(words) {
        button.classList.add("au-is-done");
        button.setAttribute("aria-label", words);
        button.title = words;
        setTimeout(function () {
          button.classList.remove("au-is-done");
          button.setAttribute("aria-label", "Copy");
          button.title = "Copy";
        }, 1500);
      }
      bar.append(button);
    });
  }

  function count(number, noun) {
    return number + " " + noun + (number === 1 ? "" : "s");
  }

  // On the guide: what changed since the reader's version, with the newer versions tinted in the map.
  function addMyVersion() {
    const form = document.querySelector(".au-go:not([data-is-ready])");
    if (!form) return;
    form.dataset.isReady = "";
    const { root } = form.dataset;
    const select = form.elements.from;
    const versions = JSON.parse(form.dataset.versions);
    const ids = versions.map(function ([id]) { return id; });
    const asked = new URLSearchParams(location.search).get("version");
    if (ids.includes(asked)) api.setVersion(root, asked);
    if (ids.includes(api.version(root))) select.value = api.version(root);
    const [answer, more] = form.querySelectorAll("p");
    const [first, hint] = [answer.textContent, more.textContent];
    const columns = [...document.querySelectorAll(".au-map thead th[data-column]")];
    function show() {
      const mine = ids.indexOf(select.value);
      const [, breaking, risky, additive] = versions[mine] || [];
      answer.textContent = mine < 0 ? first : mine === 0 ? "You are on the latest version"
        : "\u2192 " + ids[0] + ": " + count(mine, "newer version") + ", " + count(breaking, "breaking change");
      more.textContent = mine < 0 ? hint : mine === 0 ? "" : "Also " + count(risky, "risky change") + " and " + count(additive, "addition") + ".";
      form.querySelector("button").disabled = mine === 0;
      columns.forEach(function (column) {
        const isAhead = mine > 0 && ids.indexOf(column.dataset.column) < mine;
        const rows = column.closest("table").tBodies[0].rows;
        [column, ...[...rows].map(function (row) { return row.cells[column.cellIndex]; })].forEach(function (cell) {
          cell.classList.toggle("au-ahead", isAhead);
        });
      });
      document.querySelectorAll(".au-tint-note").forEach(function (note) { note.hidden = mine < 1; });
      document.querySelectorAll(".au-version[data-version]").forEach(function (section) {
        section.classList.toggle("au-here", section.dataset.version === select.value);
      });
    }
    select.addEventListener("change", function () {
      api.setVersion(root, select.value);
      show();
    });
    show();
  }

  // On a reference page: the same resource in any other version. The page has the picker with its own version.
  function addVersionPicker() {
    const select = document.querySelector(".au-picker:not([data-is-filled])");
    if (!select) return;
    select.dataset.isFilled = "";
    const { root, resource } = select.dataset;
    const version = select.value;
    api.load(root + "reference/versions.js").then(function () {
      const { all, absent, index } = api.versions;
      const mine = api.version(root);
      select.replaceChildren(...all.map(function ([id, text]) {
        const option = element("option", { value: id }, text + (id === mine ? " (yours)" : ""));
        option.selected = id === version;
        return option;
      }));
      let byKeyboard = false;
      const go = element("button", { type: "button", class: "au-button" }, "Go");
      function open() {
        const elsewhere = resource && absent[resource] && absent[resource][select.value];
        const folder = "reference/" + select.value + "/" + (resource ? resource + "/" : "");
        location.href = root + (elsewhere || folder + index + location.hash);
      }
      // The arrow keys change the choice at each step, so a choice by keyboard waits for Enter or the button.
      select.addEventListener("pointerdown", function () { byKeyboard = false; });
      select.addEventListener("keydown", function (event) {
        byKeyboard = true;
        if (event.key === "Enter" && select.value !== version) open();
      });
      select.addEventListener("change", function () {
        if (byKeyboard) select.after(go);
        else if (select.value !== version) open();
      });
      go.addEventListener("click", open);
    }, function () { /* the version history and the upgrade guide have the same links */ });
  }

  // The reference opens at the reader's version: links of the theme's navigation lead there, on any page.
  function leadToMyVersion() {
    document.querySelectorAll(".md-tabs a, .md-nav--primary a").forEach(function (link) {
      const [, root, index] = /^(.*\/)reference\/latest\/(index\.html)?$/.exec(link.href) || [];
      const mine = root && api.version(root);
      if (mine) link.href = root + "reference/" + encodeURIComponent(mine) + "/" + (index || "");
    });
  }

  // On the overview of a large reference: the operations and objects whose entry contains a text.
  function addNames() {
    const place = document.querySelector(".au-names:empty");
    if (!place) return;
    const entries = [...document.querySelectorAll(".au-resource li")].map(function (entry) {
      return [entry, entry.textContent.toLowerCase()];
    });
    const resources = [...document.querySelectorAll(".au-resource")];
    const input = element("input", { type: "search", id: "au-name", class: "au-input", autocomplete: "off" });
    const count = element("span", { role: "status", class: "au-quiet" });
    place.append(element("label", { for: "au-name" }, "Find an operation or object"), " ", input, " ", count);
    input.addEventListener("input", function () {
      const text = input.value.trim().toLowerCase();
      let shown = 0;
      entries.forEach(function ([entry, words]) {
        entry.hidden = !words.includes(text);
        shown += !entry.hidden;
      });
      resources.forEach(function (resource) {
        resource.hidden = !resource.querySelector("li:not([hidden])");
        resource.querySelectorAll("ul").forEach(function (list) {
          list.hidden = !list.querySelector("li:not([hidden])");
        });
        const fold = resource.querySelector("details");
        if (fold) fold.open = Boolean(text);
      });
      count.textContent = text && shown + " of " + entries.length;
    });
  }

  // On the timeline of versions: those whose last day is over, which no build can know.
  function markEndedVersions() {
    const today = new Date().toISOString().slice(0, 10);
    document.querySelectorAll("[data-until]:not(.au-ended)").forEach(function (row) {
      if (row.dataset.until >= today) return;
      row.classList.add("au-ended");
      row.lastElementChild.append(" ", element("span", { class: "au-label" }, "Ended"));
    });
  }

  // What an address names may be folded away, or stand on another page to which its entry leads.
  function showTarget() {
    // No id holds what an address would have to encode.
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    const leads = target.querySelector(":scope > .au-leads");
    if (leads) return location.replace(leads.href);
    const details = target.querySelector(":scope > details");
    if (details) details.open = true;
    let fold = target.closest("details:not([open])");
    if (!fold) return;
    for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", showTarget);

  function start() {
    addCopyButtons();
    addMyVersion();
    addVersionPicker();
    addNames();
    leadToMyVersion();
    markEndedVersions();
    showTarget();
  }

  // The theme replaces the page's content where it loads pages instantly, and tells it through document$.
  if (window.document$) window.document$.subscribe(start);
  else start();
})();
