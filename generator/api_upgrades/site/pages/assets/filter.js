// A filter for the rows of a list or table. The macro `filter_bar` writes its form; this script connects them:
//
//   <form class="au-filter" data-noun="change">   chips, selects and a search field, each with a name
//   <li data-row data-severity="breaking" data-resource="Tasks|Patients">   one attribute for each chip's or select's
//                                                 name, with the values of the row; the search field reads the text
//   <section data-group>                          hidden while none of its rows is shown
//   <div class="au-empty" data-filter-empty hidden>   shown while no row is shown; its button clears the filter
//
// Chips with the same name add up, controls with different names narrow down. The address holds the choice, as in
// `?severity=breaking&resource=tasks`, in any letter case.
(() => {
  "use strict";

  const lower = (text) => text.trim().toLowerCase();
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  function start() {
    const form = document.querySelector(".au-filter:not([data-ready])");
    if (!form) return;
    form.dataset.ready = "";
    const chips = [...form.querySelectorAll(".au-chip[name]")];
    const fields = [...form.querySelectorAll("select, input")];
    const clear = form.querySelector(".au-clear");
    const status = form.querySelector("[role=status]");
    const empty = document.querySelector("[data-filter-empty]");
    const rows = [...document.querySelectorAll("[data-row]")].map((row) => ({
      row,
      text: lower(row.textContent),
      values: (name) => (row.dataset[name] || "").toLowerCase().split("|"),
    }));
    const groups = [...document.querySelectorAll("[data-group]")].map((group) => [group, [...group.querySelectorAll("[data-row]")]]);

    // The choice as [name, values in lower case]: a row needs one value of each name.
    function choice() {
      const chosen = new Map();
      for (const chip of chips) {
        if (chip.ariaPressed === "true") chosen.set(chip.name, [...(chosen.get(chip.name) || []), lower(chip.value)]);
      }
      for (const field of fields) if (lower(field.value)) chosen.set(field.name, [lower(field.value)]);
      return chosen;
    }

    function read() {
      const asked = new Map();
      for (const [name, value] of new URLSearchParams(location.search)) {
        asked.set(lower(name), [...(asked.get(lower(name)) || []), value]);
      }
      const wanted = (name) => asked.get(name) || [];
      for (const chip of chips) chip.ariaPressed = String(wanted(chip.name).some((value) => lower(value) === chip.value));
      for (const field of fields) {
        const [value = ""] = wanted(field.name);
        if (field.options) field.value = ([...field.options].find((one) => lower(one.value) === lower(value)) || { value: "" }).value;
        else field.value = value;
      }
    }

    function write() {
      const search = new URLSearchParams();
      for (const chip of chips) if (chip.ariaPressed === "true") search.append(chip.name, chip.value);
      for (const field of fields) if (field.value.trim()) search.append(field.name, field.value.trim());
      history.replaceState(history.state, "", (search.size ? "?" + search : location.pathname) + location.hash);
    }

    function show() {
      const chosen = choice();
      const words = (chosen.get("text") || [""])[0].split(/\s+/);
      chosen.delete("text");
      const isActive = chosen.size > 0 || words[0] !== "";
      let shown = 0;
      for (const { row, text, values } of rows) {
        row.hidden =
          !words.every((word) => text.includes(word)) ||
          ![...chosen].every(([name, wanted]) => values(name).some((value) => wanted.includes(value)));
        shown += !row.hidden;
      }
      for (const [group, members] of groups) {
        group.hidden = isActive && members.every((row) => row.hidden);
        if (isActive && group.localName === "details") group.open = true;
      }
      // Where the theme loads pages instantly, it makes all addresses absolute.
      for (const link of document.querySelectorAll(".md-nav--secondary a[href*='#']")) {
        const target = document.getElementById(link.hash.slice(1));
        link.parentElement.hidden = !!target && !!target.closest("[data-group][hidden]");
      }
      const scope = form.dataset.scope ? ` ${form.dataset.scope}` : "";
      status.textContent = (isActive ? `${shown} of ` : "") + count(rows.length, form.dataset.noun) + scope;
      clear.hidden = !isActive;
      empty.hidden = shown > 0;
    }

    function change() {
      write();
      show();
    }

    function reset() {
      for (const chip of chips) chip.ariaPressed = "false";
      for (const field of fields) field.value = "";
      change();
      (chips[0] || fields[0]).focus();
    }

    for (const chip of chips) {
      chip.onclick = () => {
        chip.ariaPressed = String(chip.ariaPressed !== "true");
        change();
      };
    }
    form.oninput = change;
    form.onsubmit = (event) => event.preventDefault();
    clear.onclick = empty.querySelector("button").onclick = reset;
    read();
    show();
  }

  // The theme replaces the page's content where it loads pages instantly, and tells it through document$.
  if (window.document$) window.document$.subscribe(start);
  else start();
})();
