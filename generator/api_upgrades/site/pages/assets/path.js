// The upgrade path between any two versions: its steps, and what every part becomes, composed from data.
// Nothing from the address or from storage is ever inserted as markup. The reader's own version and the loading of data
// are the site's script's, which has run before this one.
(function () {
  "use strict";

  const api = window.apiUpgrades;
  const SEVERITIES = ["breaking", "risky", "additive", "neutral"];
  const MARK = /\ue000/g; // stands for the version in the texts of requests
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // ---- The steps, composed as history/composition.py does it. `steps_data.py` says what the data holds.

  const [EXISTENCE, NAME, REQUIRED] = [0, 1, 2];

  // The steps from one version to another, in order: {change, rank, merged, names, isRenamed}. Versions are indexes.
  function composeSteps({ changes, places }, from, to) {
    const [low, high, isBack] = [Math.min(from, to), Math.max(from, to), from > to];
    const order = [...changes.keys()].filter((number) => changes[number][0] > low && changes[number][0] <= high);
    if (isBack) order.sort((one, other) => changes[other][0] - changes[one][0] || changes[one][2] - changes[other][2]);
    const found = new Map(order.map((change) => {
      const [, rank, back, count, ...ranks] = changes[change];
      const step = { change, own: isBack ? back : rank, count: Math.max(count, 0), rank: ranks[+isBack], merged: [], names: [], hosts: new Set() };
      return [change, step];
    }));
    for (const place of places) {
      const events = place.filter(([change]) => found.has(change));
      if (events.some(([, , , , rank]) => rank >= 0)) for (const outcome of outcomesOf(events)) addOutcome(found, outcome, isBack);
    }
    return [...found.values()].filter((step) => {
      const host = order.find((change) => step.hosts.has(change) && found.get(change).count);
      if (!step.count && host !== undefined) return void found.get(host).merged.push(step.change);
      if (!step.count) step.rank = step.own;
      return step.count || step.hosts.size || changes[step.change][3] < 0;
    }).map((step) => {
      const sentences = step.names.length === step.count ? nameSentences(step.names, isBack) : [];
      return { ...step, isBack, sentences: sentences.length > 3 ? [] : sentences };
    });
  }

  // What some events of one place come to: [first, last, events] for the place, or for each of its facets.
  function outcomesOf(events) {
    const existence = events.filter(([, facet]) => facet === EXISTENCE);
    const inherited = existence.filter(([, , , , rank]) => rank < 0);
    const ends = (some) => [some[0], some[some.length - 1]];
    const isThere = ([, , , after]) => after > 0;
    if (inherited.length && !inherited[0][2] && isThere(ends(inherited)[1])) return [[...ends(inherited), events]];
    if (existence.length) {
      const [first, last] = ends(existence);
      if (first[2] !== last[3] || !first[2]) return [[first, last, events]];
    }
    const facets = new Map();
    for (const event of events) if (event[4] >= 0) facets.set(event[1], [...(facets.get(event[1]) || []), event]);
    return [...facets.values()].map((some) => [...ends(some), some]);
  }

  function addOutcome(found, [first, last, events], isBack) {
    if (first[2] === last[3]) return;
    const host = found.get(last[0]);
    const isNew = first[1] === EXISTENCE && !first[2];
    const isRemoved = last[1] === EXISTENCE && !last[3];
    if (last[4] >= 0) {
      const decides = ([, facet, , , rank]) => rank >= 0 && (facet === first[1] || ((isBack ? isRemoved : isNew) && facet === REQUIRED));
      host.rank = Math.min(host.rank, ...events.filter(decides).map((event) => event[isBack ? 5 : 4]));
      host.count++;
      const named = events.filter(([, facet]) => facet === NAME);
      if (!isRemoved && named.some(([change]) => change !== last[0])) host.names.push(nameChange(named, isNew, isBack));
    }
    for (const [change, , , , rank] of events) if (change !== last[0] && rank >= 0) found.get(change).hosts.add(last[0]);
  }

  function nameChange(events, isNew, isBack) {
    const [first, last] = [events[0][6], events[events.length - 1][6]];
    const isMove = events.some((event) => event[6][0]);
    const ends = [first, last].map((data, side) => ({
      name: data[isMove ? 2 : 1][side], holder: data[3][side], caption: data[4][side], line: data[5][side],
    }));
    const [was, is] = isBack && !isNew ? [ends[1], ends[0]] : ends;
    return { was: isNew ? null : was, is, isMove };
  }

  // What several changes did to names, in pieces: text, or [code].
  function nameSentences(names, isBack) {
    const found = new Map();
    for (const { was, is, isMove } of names) {
      const words = was ? [[was.name], isMove ? " moved to " : " renamed to ", [is.name]] : [[is.name], isBack ? " removed" : " added"];
      const key = JSON.stringify(words);
      if (!found.has(key)) found.set(key, [words, new Set()]);
      if (is.holder && !isMove) found.get(key)[1].add(is.holder);
    }
    return [...found.values()].map(([words, holders]) => (holders.size ? [...words, " in ", ...joinSome([...holders], 2)] : words));
  }

  function joinSome(names, most) {
    const shown = names.length - most <= 1 ? names.map((name) => [name]) : [...names.slice(0, most).map((name) => [name]), `${names.length - most} more`];
    return shown.flatMap((one, k) => [k ? (k === shown.length - 1 ? " and " : ", ") : "", one]);
  }

  // ---- What a part becomes. `data` is about all versions, `part` one part's; versions are indexes.

  // The run of a part that a version is in: its start, contents, name and revision.
  const runAt = (data, number, version) => data.parts[number].runs.filter(([start]) => start <= version).pop() || [0, -1];
  const runsOf = (data, number, ...versions) => versions.map((version) => runAt(data, number, version));

  // The numbers of the parts that may differ: those with other contents, by something that they hold themselves.
  function differing(data, from, to) {
    return [...data.parts.keys()].filter((number) => {
      const [was, now] = runsOf(data, number, from, to);
      return was[3] !== now[3] && !same(was.slice(1, 3), now.slice(1, 3));
    });
  }

  function nameOf(data, number, from, to) {
    const [was, now] = runsOf(data, number, from, to);
    return (now[1] < 0 ? was : now)[2];
  }

  // The texts that differ, as [key, lines]; a line is [sign, text].
  function textsOf(data, part, number, from, to) {
    const [was, now] = runsOf(data, number, from, to).map(([, index]) => (part.contents[index] || {}).texts || {});
    return Object.keys({ ...now, ...was })
      .filter((key) => now[key] !== was[key])
      .map((key) => [key, linesOf(part.texts[key], was[key], now[key], data.versions[from].id, data.versions[to].id)]);
  }

  // Two of some texts that are woven into one list of lines: what stands in only one of them went or came.
  function linesOf(woven, was, now, oldId, newId) {
    const result = [];
    const [gone, come] = [[], []];
    const bare = (text) => text.replace(/,$/, "");
    const settle = () => {
      while (gone.length && come.length && bare(gone[0]) === bare(come[0])) gone.shift(), result.push([" ", come.shift()]);
      result.push(...gone.splice(0).map((text) => ["-", text]), ...come.splice(0).map((text) => ["+", text]));
    };
    for (const line of woven) {
      const [text, first, end, commas = []] = Array.isArray(line) ? line : [line, 0, Infinity];
      const whole = (number, id) => text.replace(MARK, id) + (commas.includes(number) ? "," : "");
      const [isOld, isNew] = [was, now].map((number) => number >= first && number < end);
      if (isOld && isNew && text.search(MARK) < 0) settle(), result.push([" ", whole(now)]);
      else {
        if (isOld) gone.push(whole(was, oldId));
        if (isNew) come.push(whole(now, newId));
      }
    }
    settle();
    return result;
  }

  // The lines in blocks, [whether it is folded, lines]: a line around each change and what encloses it are shown, but of
  // a long run that came or went only the first lines and the last one.
  function fold(lines) {
    const isSame = (line) => !line || line[0] === " ";
    if (lines.every(isSame)) return [[false, lines]];
    const shown = lines.map((_, k) => !k || ![k - 1, k, k + 1].every((near) => isSame(lines[near])));
    shown[lines.length - 1] = true;
    for (const side of "-+") {
      let open = [];
      lines.forEach(([sign, text], k) => {
        if (!text.trim() || (sign !== " " && sign !== side)) return;
        const indent = text.search(/\S/);
        open = open.filter(([outer]) => outer < indent);
        if (sign === side) for (const [, opener] of open) shown[opener] = true;
        open.push([indent, k]);
      });
    }
    for (let start = 0, end; start < lines.length; start = end) {
      for (end = start; end < lines.length && lines[end][0] === lines[start][0]; ) end++;
      if (!isSame(lines[start]) && end - start > 15) shown.fill(false, start + 4, end - 1);
    }
    const blocks = [];
    const keyOf = (k) => (shown[k] ? "shown" : lines[k][0]);
    for (let start = 0, end; start < lines.length; start = end) {
      for (end = start; end < lines.length && keyOf(end) === keyOf(start); ) end++;
      const run = lines.slice(start, end);
      const isFolded = !shown[start] && run.length > 2;
      const last = blocks[blocks.length - 1];
      if (last && !isFolded && !last[0]) last[1].push(...run);
      else blocks.push([isFolded, run]);
    }
    return blocks;
  }

  // The places of a part that differ: {name, words, rank}. Words are text, or [code]; rank 0 is the worst severity.
  function placesOf(data, part, number, from, to) {
    const { kind } = data.parts[number];
    const [was, now] = runsOf(data, number, from, to);
    const [before, after] = [was, now].map(([, index]) => part.contents[index]);
    const [old, rows] = [before, after].map((content) => (content ? part.rows[content.rows] : []));
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const places = new Map();
    const matches = new Map(); // rows of one place at both ends: of the same identity, else of the same name

    // What a rule says of a place, by its own words or by others.
    function say({ at: name, in: directions }, rule, was, is, words = data.rules[rule][1], facet) {
      const place = places.get(name) || { name, words: [], rank: 3 };
      const values = { before: was, after: is, facet };
      const pieces = words.split(/\{(\w+)\}/).flatMap((text, k) => (k % 2 ? coded(values[text]) : text));
      if (!place.words.some((one) => same(one, pieces))) place.words.push(pieces);
      for (const one of directions || (before || after).sent + (after || before).sent) {
        place.rank = Math.min(place.rank, data.rules[rule][0][one]);
      }
      places.set(name, place);
    }

    // Where a place is that went to another object at some time: since when, its name there, and its row.
    const whereabouts = (row, version) => (part.moved[row.id] || []).filter(([start]) => start <= version).pop() || [];
    const sortOf = (row) => row.sort || "property";
    const typeOf = (row, version) => (row.type || []).map((one) => (one > -1 ? runAt(data, one, version)[2] : one)).join("");

    // What is inside of a place is told of only where the place itself is the same kind of thing at both ends.
    function isWithin(row, all) {
      const holder = all[row.up];
      return !holder || (matches.has(holder) && isAlike(holder, matches.get(holder)) && isWithin(holder, all));
    }

    function compare(row, was) {
      if (row.up >= 0 && (!matches.has(row) || matches.get(rows[row.up]) !== old[was.up])) say(row, "property-moved", whereabouts(row, from)[1] || was.at);
      else if (row.name !== was.name) say(row, row.sort && row.status ? "status-changed" : sortOf(row) + "-renamed", was.name);
      const isOther = !isAlike(row, was);
      if (isOther) say(row, typeRule(row, was), typeOf(was, from), typeOf(row, to));
      const [facts, oldFacts] = [row, was].map((one) => one.facts || {});
      for (const facet of Object.keys({ ...oldFacts, ...facts })) {
        const [isLimit, ...rules] = data.facets[facet];
        const [one, other] = [oldFacts[facet], facts[facet]];
        if (same(one, other) || (isLimit && isOther)) continue;
        const sort = one === undefined ? 0 : other === undefined ? 1 : other < one ? 3 : 2;
        say(row, rules[sort], one, other, isLimit ? data.limits[sort] : undefined, facet);
      }
      if (!isOther) compareValues(row, was.values, row.values);
    }

    function compareValues(row, was, is) {
      if (!was || !is) {
        if (was || is) say(row, is ? "enum-introduced" : was.length === 1 ? "constant-lifted" : "enum-lifted", was, is);
        return;
      }
      const moves = part.values.filter(([id, step]) => id === row.id && step > low && step <= high).map(([, , ...names]) => names);
      if (from > to) moves.reverse().forEach((names) => names.reverse());
      const newer = was.map((value) => moves.reduce((name, [one, other]) => (name === one ? other : name), value));
      for (const value of is) if (!was.includes(value) && !newer.includes(value)) say(row, "enum-value-added", 0, value);
      was.forEach((value, k) => {
        if (newer[k] !== value) say(row, "enum-value-renamed", value, newer[k]);
        else if (!is.includes(value)) say(row, was.length === 1 ? "constant-removed" : "enum-value-removed", value);
      });
    }

    if (!before || !after) say({ at: "", in: (old[0] || rows[0]).in }, kind + (before ? "-removed" : "-added"));
    else {
      if (was[2] !== now[2]) say(rows[0], kind + (kind === "operation" ? "-moved" : "-renamed"), was[2]);
      for (const key of ["id", "at"]) {
        const byKey = new Map(old.filter((row) => !matches.has(row)).map((row) => [row[key], row]));
        for (const row of rows) {
          const match = byKey.get(row[key]);
          if (match && !matches.has(row)) matches.set(row, match).set(match, row);
        }
      }
      for (const row of rows) {
        if (!isWithin(row, rows)) continue;
        const was = matches.get(row) || whereabouts(row, from)[2];
        const rule = sortOf(row) + "-added";
        const needed = data.rules["required-" + rule] && (row.facts || {}).required ? "required-" + rule : rule;
        const isAsked = (row.in || after.sent).includes("0");
        if (was) compare(row, was);
        else if (!row.item) say(row, needed, 0, typeOf(row, to), data.rules[isAsked ? needed : rule][1]);
      }
      for (const row of old) {
        if (matches.has(row) || row.item || !isWithin(row, old) || whereabouts(row, to)[2]) continue;
        say(row, sortOf(row) + "-removed", typeOf(row, from));
      }
    }
    return [...places.values()];
  }

  function coded(value) {
    if (!Array.isArray(value)) return [[typeof value === "string" ? value : value === undefined ? "none" : JSON.stringify(value)]];
    return value.flatMap((one, k) => [k ? (k === value.length - 1 ? " and " : ", ") : "", ...coded(one)]);
  }

  // Whether two rows are of one type. Behind a reference on one side only, the types that it leads to count.
  const isAlike = (row, was) => (row.ref > -1 && was.ref > -1 ? row.ref === was.ref : same(row.kinds, was.kinds));

  function typeRule(row, was) {
    if (same(row.type, ["array of ", ...(was.type || [])])) return "property-became-list";
    const [is, had] = [row, was].map(({ kinds = [] }) => kinds);
    const covers = (wide, narrow) => narrow.every((one) => wide.includes(one) || (one === "integer" && wide.includes("number")));
    const isOther = row.ref > -1 && was.ref > -1;
    if (!isOther && (!is.length || (had.length && covers(is, had)))) return "type-widened";
    return !isOther && (!had.length || covers(had, is)) ? "type-narrowed" : "type-changed";
  }

  // ---- The page. What it says of a change stands in its template, made by the generator.

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...children);
    return made;
  }

  const mark = (rank) => make("span", { class: "au-severity au-" + SEVERITIES[rank] }, SEVERITIES[rank][0].toUpperCase() + SEVERITIES[rank].slice(1));
  const named = (version) => (version === "unreleased" ? "Upcoming" : version);
  const code = (text) => make("code", {}, text);
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const inNodes = (pieces) => pieces.map((one) => (Array.isArray(one) ? code(one[0]) : one));
  const joined = (lists) => lists.flatMap((pieces, k) => [k ? "; " : "", ...pieces]);

  function coloured(text) {
    return text.split(/("(?:[^"\\]|\\.)*"(?=:)|"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b|-?\d[\d.eE+-]*)/).map((piece, k, all) => {
      if (k % 2 === 0) return piece;
      const kind = piece[0] === '"' ? (all[k + 1][0] === ":" ? "nt" : "s2") : /\d/.test(piece) ? "mi" : "kc";
      return make("span", { class: kind }, piece);
    });
  }

  function lineOf([sign, text]) {
    if (sign === "<" || sign === ">") {
      return make("span", { class: "au-line au-moved" + (sign === "<" ? " au-from" : "") }, make("i", {}, sign === "<" ? "moved from here" : "moved here"), text, "\n");
    }
    const [tag, word] = { "-": ["del", "removed: "], "+": ["ins", "added: "] }[sign] || ["span"];
    const line = make(tag, { class: "au-line" }, ...(tag === "span" && /^[ {}[\]"]/.test(text) ? coloured(text) : [text]), "\n");
    if (word) line.prepend(make("span", { class: "au-hidden" }, word));
    return line;
  }

  function diffBlock(lines) {
    return make("div", { class: "au-pane", "data-pane": 0 }, ...fold(lines).map(([isFolded, run]) => {
      const shown = make("pre", {}, make("code", {}, ...run.map(lineOf)));
      return isFolded ? make("details", { class: "au-folded" }, make("summary", {}, make("span", {}, `\u22ef ${run.length} ${{ "-": "more lines removed", "+": "more lines added" }[run[0][0]] || "unchanged lines"}`)), shown) : shown;
    }));
  }

  // A fold whose content is made when it is first opened, or before it is printed.
  function unfolding(summary, content) {
    const made = make("details", { class: "au-fold" }, make("summary", {}, ...summary));
    let isMade = false;
    const fill = () => isMade || ((isMade = true), made.append(...content()));
    made.addEventListener("toggle", fill);
    return made;
  }

  // The lines of a mini diff as [sign, text], with captions before them as ["", text].
  function miniOf(names, isBack) {
    const lines = names.slice(0, 2).flatMap(({ was, is, isMove }) => {
      if (isMove && was) return [["", is.caption], [">", is.line], ["", was.caption], ["<", was.line]];
      return [["", is.caption], ["-", was ? was.line : isBack ? is.line : ""], ["+", was || !isBack ? is.line : ""]];
    });
    return lines.filter(([, text], k) => text && !(lines[k][0] === "" && k > 0 && lines.slice(0, k).some((line) => same(line, lines[k]))));
  }

  const miniBlock = (lines) => make("pre", { class: "au-mini no-copy" }, make("code", {}, ...lines.map(([sign, text]) =>
    sign ? lineOf([sign, text]) : make("span", { class: "au-mini__place" }, text))));

  // The lines with those that were added before those that were removed, each time that some of both follow each other.
  function reversed(lines) {
    const hunks = [[]];
    for (const line of lines) {
      const hunk = hunks[hunks.length - 1];
      if (hunk.length && line[0] === "-" && hunk[hunk.length - 1][0] !== "-") hunks.push([line]);
      else hunk.push(line);
    }
    return hunks.flatMap((hunk) => [...hunk.filter(([sign]) => sign === "+"), ...hunk.filter(([sign]) => sign !== "+")]);
  }

  // A mini diff of the template as lines; the other way round for a downgrade.
  function linesOfMini(mini, isBack) {
    const groups = [];
    for (const one of mini.firstElementChild.children) {
      if (one.matches(".au-mini__place")) groups.push([["", one.textContent]]);
      else {
        const copy = one.cloneNode(true);
        for (const word of copy.querySelectorAll(".au-hidden, i")) word.remove();
        const sign = one.matches(".au-from") ? "<" : one.matches(".au-moved") ? ">" : { DEL: "-", INS: "+" }[one.tagName] || " ";
        groups[groups.length - 1].push([sign, copy.textContent.replace(/\n$/, "")]);
      }
    }
    const other = { "-": "+", "+": "-", "<": ">", ">": "<", " ": " " };
    return isBack ? groups.flatMap(([place, ...lines]) => [place, ...reversed(lines).map(([sign, text]) => [other[sign], text])]) : groups.flat();
  }

  // What the browser refuses to keep, until the reader leaves the site: the theme may load this script again.
  const kept = (api.kept = api.kept || {});

  function recall(key) {
    try {
      return new Set(JSON.parse(localStorage.getItem(key) || kept[key] || "[]"));
    } catch {
      return new Set(JSON.parse(kept[key] || "[]"));
    }
  }

  function keep(key, done) {
    kept[key] = JSON.stringify([...done]);
    try { localStorage.setItem(key, kept[key]); } catch { /* refused */ }
  }

  // What `make` gives for each, in turns so short that the page answers between them.
  async function inTurns(all, make) {
    const made = [];
    let since = performance.now();
    for (const one of all) {
      if (performance.now() - since > 8) {
        await new Promise((then) => setTimeout(then));
        since = performance.now();
      }
      made.push(make(one));
    }
    return made;
  }

  // Text as Markdown, with code in backticks.
  function inMarkdown(node) {
    const copy = node.cloneNode(true);
    for (const one of copy.querySelectorAll("code")) one.replaceWith("`" + one.textContent + "`");
    return copy.textContent.trim().replace(/\n+/g, "\n  ");
  }

  function start(page) {
    const { root, latest, header } = page.dataset;
    const select = (selector) => page.querySelector(selector);
    const [form, headline, lead, note, shown, progress, parts, others] = ["form", "h1", ".au-lead", ".au-path__note", ".au-path__shown",
      ".au-progress", ".au-path__parts", ".au-path__static"].map(select);
    const fields = form.elements;
    const ids = [...fields.from.options].map(({ value }) => value).filter(Boolean).reverse();
    const names = [...fields.resource.options].slice(1).map(({ value }) => value);
    const templates = [...select("template").content.children];
    const sections = [...shown.querySelectorAll("section")];
    const differences = sections.pop();
    const own = headline.textContent;
    let told = own;
    // The title of the tab follows the heading, also where the theme sets it after this script ran.
    const retitle = () => {
      const was = [told, own].find((one) => document.title.startsWith(one));
      told = headline.textContent;
      if (was && was !== told) document.title = told + document.title.slice(was.length);
    };
    const titles = new MutationObserver(retitle);
    const files = {};
    const life = new AbortController();
    let turn = 0;
    let composed = {};
    if (api.leavePath) api.leavePath(); // the page before, where the theme loads pages instantly
    api.leavePath = () => { life.abort(); titles.disconnect(); };
    titles.observe(document.head, { childList: true, subtree: true, characterData: true });

    function load(file, name) {
      const address = `${root}upgrades/path/${file}.js`;
      files[file] = files[file] || api.load(address).then(() => {
        const data = api[name];
        delete api[name];
        if (!data) throw new Error(address);
        return data;
      }).catch((error) => {
        delete files[file];
        throw error;
      });
      return files[file];
    }

    async function stepsOf(first, last) {
      const data = await load("steps", "pathSteps");
      if (composed.first !== first || composed.last !== last) composed = { first, last, steps: composeSteps(data, first, last) };
      return composed.steps;
    }

    // Does what needs data. Where it doesn't arrive, says so in its place and offers to try again.
    function fill(place, doing) {
      return doing().catch((error) => {
        const again = make("button", { type: "button", class: "au-button" }, "Try again");
        again.onclick = () => { place.replaceChildren(); place.hidden = place === note; fill(place, doing); };
        place.hidden = false;
        place.replaceChildren(make("p", { role: "alert" }, `This part of the page could not be loaded (${error.message}). `, again));
      });
    }

    function show() {
      const asked = new URLSearchParams(location.search);
      const notes = [];
      const pick = (name, what, otherwise) => {
        const value = asked.has(name) ? asked.get(name) : otherwise;
        fields[name].value = value;
        if (fields[name].value !== value) {
          fields[name].value = "";
          notes.push(`There is no ${what} \u201c${value}\u201d.`);
        }
        return fields[name].value;
      };
      const mine = asked.get("version");
      if (ids.includes(mine)) api.setVersion(root, mine);
      else if (mine) notes.push(`There is no version \u201c${mine}\u201d.`);
      const known = api.version(root);
      const before = ids[Math.max(ids.indexOf(latest) - 1, 0)];
      const from = pick("from", "version", ids.includes(known) && known !== latest ? known : before);
      const to = pick("to", "version", latest);
      const resource = pick("resource", "resource", "");
      const [first, last] = [from, to].map((id) => ids.indexOf(id));
      const isPath = from && to && from !== to;
      fields.breaking.checked = asked.has("breaking");
      if (!from) notes.push("Select your current version.");
      else if (!to) notes.push("Select the version to upgrade to.");
      else if (!isPath) notes.push("Select two different versions.");
      else if (first > last) notes.push("You are downgrading. Undo the changes below, newest first.");
      const words = isPath ? `${first > last ? "Downgrade" : "Upgrade"} from ${named(from)} to ${named(to)}` : "Compare two versions";
      headline.textContent = words;
      retitle();
      note.replaceChildren(...notes.map((one) => make("p", {}, one)));
      note.hidden = !notes.length;
      shown.hidden = fields.copy.disabled = !isPath;
      others.classList.toggle("au-is-offered", !isPath);
      if (!isPath) progress.hidden = true;
      turn++;
      parts.replaceChildren();
      if (isPath) fill(note, () => fillSteps(first, last, resource));
      if (isPath) fill(parts, () => fillParts(first, last, resource));
    }

    async function fillSteps(first, last, resource) {
      const mine = turn;
      load("index", "path").catch(() => {}); // both files at once
      const steps = await stepsOf(first, last);
      if (mine !== turn) return;
      const wanted = steps.filter(({ change, rank }) => (!rank || !fields.breaking.checked) && (!resource || resourcesOf(change).includes(resource)));
      const made = await inTurns(wanted, (step) => ({ rank: step.rank, item: itemOf(step) }));
      if (mine !== turn) return;
      const by = SEVERITIES.map((_, rank) => made.filter((step) => step.rank === rank).map(({ item }) => item));
      let room = 8000;
      sections.forEach((section, rank) => {
        const [list, fold, folded] = section.querySelectorAll("ol, details, details ol");
        const items = by[rank];
        const fitting = items.findIndex((item) => (room -= 60 + 20 * item.querySelectorAll(".au-line, .au-mini__place, .au-todo__text p, .au-fold").length) < 0);
        const cut = rank === 3 ? 0 : fitting < 0 ? items.length : fitting;
        list.replaceChildren(...items.slice(0, cut));
        folded.replaceChildren(...items.slice(cut));
        list.hidden = !cut;
        fold.hidden = cut === items.length;
        fold.firstElementChild.textContent = count(items.length - cut, cut ? "more change" : "change");
        section.querySelector("h2 .au-severity").textContent = items.length;
        section.hidden = !items.length;
      });
      differences.hidden = false;
      const [must, check, optional] = by.map((items) => items.length);
      const counts = [check && `, ${check} to check`, optional && `, ${optional} optional`].filter(Boolean);
      lead.replaceChildren(...(wanted.length ? [make("b", {}, count(must, "required change")), ...counts, "."] : ["No changes."]));
      if (header && first < last && wanted.length && ids[last] !== "unreleased") {
        lead.append(" Test single requests with ", code(`${header}: ${ids[last]}`), ` while the rest stays on ${ids[first]}.`);
      }
      if (!wanted.length && (resource || fields.breaking.checked)) {
        const clear = make("button", { type: "button", class: "au-button" }, "Clear filters");
        clear.onclick = () => { fields.resource.value = ""; fields.breaking.checked = false; go(); };
        note.hidden = false;
        note.append(make("p", {}, "No changes match these filters. ", clear));
      }
      keepProgress(`api-upgrades:${new URL(root, location.href).pathname}:${ids[first]}:${ids[last]}`);
      fillContents();
    }

    const resourcesOf = (change) => templates[change].dataset.in.split(" ").filter(Boolean).map((number) => names[number]);

    function itemOf({ change, merged, names: named, sentences, isBack }) {
      const template = templates[change];
      const [link, title, ...rest] = template.children;
      const isRenamed = sentences.length > 0;
      const id = "c:" + template.id.slice(3);
      const own = resourcesOf(change);
      const versions = new Map((isRenamed ? [...merged, change] : [change]).map((one) => [templates[one].firstElementChild.textContent, templates[one].firstElementChild]));
      const links = [...versions.values()].map((one) => make("a", { href: one.getAttribute("href"), "aria-label": `${one.textContent}: ${title.textContent}` }, one.textContent));
      const item = make("li", { id: template.id },
        make("input", { type: "checkbox", id }),
        make("div", {},
          make("p", { class: "au-meta" }, make("span", {}, own.length > 3 ? `${own.length} resources` : own.join(", ")), ...links),
          make("h3", {}, make("label", { for: id }, ...(isRenamed ? inNodes(joined(sentences)) : [isBack ? "Undo: " : "", ...title.cloneNode(true).childNodes])))));
      const body = item.lastElementChild;
      const does = make("div", { class: "au-todo__text" });
      const pairs = new Map(named.filter(({ was }) => was).map(({ was, is }) => [was.name + "\n" + is.name, [was.name, is.name]]));
      if (isRenamed && pairs.size) {
        does.append(make("p", {}, ...[...pairs.values()].flatMap(([was, is], k) => [k ? " Use " : "Use ", code(is), " instead of ", code(was), "."])));
      }
      const text = isRenamed || isBack ? null : rest.find((one) => one.matches("div")); // it says how to upgrade
      if (text) does.append(...text.cloneNode(true).childNodes);
      if (does.firstChild) body.append(does);
      const mini = rest.find((one) => one.matches("pre"));
      const lines = isRenamed ? miniOf(named, isBack) : mini && isBack ? linesOfMini(mini, true) : null;
      if (lines && lines.length > 1) body.append(miniBlock(lines));
      else if (mini && !isRenamed) body.append(mini.cloneNode(true));
      if (merged.length) {
        body.append(make("details", { class: "au-fold" }, make("summary", {}, `Covers ${count(merged.length, "related change")}`), make("ul", {}, ...merged.map((one) => {
          const [where, what] = templates[one].children;
          return make("li", {}, make("a", { href: where.getAttribute("href") }, ...what.cloneNode(true).childNodes), ` (${where.textContent})`);
        }))));
      }
      return item;
    }

    function keepProgress(key) {
      const done = recall(key);
      const boxes = [...shown.querySelectorAll(".au-todo input")];
      const [bar, words, clear] = progress.children;
      const tell = () => {
        const number = boxes.filter((box) => box.checked).length;
        progress.hidden = !number;
        bar.max = boxes.length;
        bar.value = number;
        words.textContent = `${number} of ${boxes.length} done`;
      };
      for (const box of boxes) box.checked = done.has(box.id);
      shown.onchange = () => {
        for (const box of boxes) done[box.checked ? "add" : "delete"](box.id);
        keep(key, done);
        tell();
      };
      clear.onclick = () => {
        for (const box of boxes) box.checked = false;
        shown.onchange();
      };
      tell();
    }

    // The table of contents of the theme lists what the filters leave.
    function fillContents() {
      for (const section of [...sections, differences]) {
        const { id } = section.querySelector("h2");
        for (const { parentElement: entry } of document.querySelectorAll(`.md-nav--secondary a[href$="#${id}"]`)) {
          entry.hidden = section.hidden;
          entry.querySelector("nav")?.remove();
          const items = [...section.querySelectorAll(":scope > .au-todo > li")];
          if (items.length) entry.append(contentsOf(items));
        }
      }
    }

    const contentsOf = (items) => make("nav", { class: "md-nav" }, make("ul", { class: "md-nav__list" }, ...items.map((item) => {
      const label = make("span", { class: "md-ellipsis" }, ...item.querySelector("label").cloneNode(true).childNodes);
      return make("li", { class: "md-nav__item" }, make("a", { href: "#" + item.id, class: "md-nav__link" }, label));
    })));

    async function fillParts(first, last, resource) {
      const mine = turn;
      const data = await load("index", "path");
      const steps = (await stepsOf(first, last)).filter(({ rank }) => !rank || !fields.breaking.checked);
      const wanted = (number) => steps.filter(({ change, merged }) => [change, ...merged].some((one) => data.changes[one].includes(number)));
      const by = new Map(differing(data, first, last).map((number) => [number, wanted(number)]));
      const resources = data.resources.map(({ name, file }, index) => {
        const own = [...by.keys()].filter((number) => data.parts[number].resource === index && (by.get(number).length || !fields.breaking.checked));
        return { name, file: "resources/" + file, own };
      }).filter(({ name, own }) => own.length && (!resource || resource === name));
      if (mine !== turn) return;
      const isShort = resources.reduce((sum, { own }) => sum + own.length, 0) <= 60;
      parts.replaceChildren(...(resources.length ? [] : ["No operation, object or webhook differs."]));
      for (const { name, file, own } of resources) {
        const place = make("div", {});
        const fold = make("details", { class: "au-fold au-path__resource" }, make("summary", {}, make("h3", {}, name), make("span", { class: "au-quiet" }, count(own.length, "change"))), place);
        fold.open = isShort;
        parts.append(fold);
        await fill(place, async () => {
          const found = await load(file, "pathResource");
          const views = await inTurns(own, (number) => partView(data, found[number], number, first, last, by.get(number)));
          if (mine !== turn) return;
          const [changed, through] = ["section", "details"].map((name) => views.filter((one) => one && one.matches(name)));
          place.replaceChildren(...changed);
          if (through.length) place.append(unfolding([`${through.length} ${changed.length ? "more " : ""}changed only through referenced objects`], () => through));
          fold.querySelector(".au-quiet").textContent = count(changed.length || through.length, "change");
        });
      }
    }

    function partView(data, part, number, first, last, steps) {
      const places = placesOf(data, part, number, first, last).filter(({ rank }) => !rank || !fields.breaking.checked);
      const texts = textsOf(data, part, number, first, last);
      if (!places.length && !texts.length) return null;
      const [[, was], [, now]] = runsOf(data, number, first, last);
      const { at, by } = part.contents[now < 0 ? was : now];
      const version = ids[now < 0 ? first : last];
      const href = `${root}reference/${encodeURIComponent(version)}/${at.replace("#", data.index + "#")}`;
      const name = nameOf(data, number, first, last);
      const [method, path] = data.parts[number].kind === "operation" ? name.split(/ (.*)/) : [data.parts[number].kind === "webhook" ? "EVENT" : "", name];
      const called = [...(method ? [make("span", { class: `au-method au-${method.toLowerCase()}` }, method), " "] : []), path];
      const beside = make("p", { class: "au-meta" }, make("a", { href, "aria-label": `Reference of ${name} in ${named(version)}` }, "Reference"));
      const versions = new Map(steps.map(({ change }) => [templates[change].firstElementChild.textContent, change]));
      for (const change of versions.values()) {
        const [link, title] = templates[change].children;
        beside.append(make("a", { href: link.getAttribute("href"), "aria-label": `${link.textContent}: ${title.textContent}` }, link.textContent));
      }
      const titles = { object: "Object", payload: "Payload", request: by || "Request" };
      const shownTexts = texts.map(([key, lines]) => unfolding([titles[key] || "Response " + key], () => [diffBlock(lines)]));
      if (!places.length) return make("details", { class: "au-fold au-difference" }, make("summary", {}, ...called), beside, ...shownTexts);
      return make("section", { class: "au-difference" }, beside, make("h4", {}, ...called), make("ul", { class: "au-plain" },
        ...places.map(({ name, words, rank }) => make("li", {}, mark(rank), " ", make("span", {}, ...(name ? [code(name), " "] : []), ...inNodes(joined(words)))))), ...shownTexts);
    }

    function copyMarkdown() {
      const groups = sections.filter((section) => !section.hidden).map((section) => {
        const items = [...section.querySelectorAll("li[id]")].map((item) => {
          const [versions, own] = [[...item.querySelectorAll(".au-meta a")].map((one) => one.textContent).join(", "), item.querySelector(".au-meta span").textContent];
          const does = item.querySelector(".au-todo__text");
          const mini = item.querySelector(".au-mini");
          const lines = mini ? linesOfMini(mini, false).map(([sign, text]) => (sign ? `${{ "<": "-", ">": "+" }[sign] || sign} ${text}` : `# ${text}`)) : [];
          return [`- [${item.querySelector("input").checked ? "x" : " "}] **${inMarkdown(item.querySelector("label"))}** (${versions}${own && "; " + own})`,
            ...(does ? [inMarkdown(does)] : []), ...(mini ? ["```diff", ...lines, "```"] : [])].join("\n  ");
        });
        return `\n## ${section.querySelector("h2").firstChild.textContent.trim()}\n\n${items.join("\n")}\n`;
      });
      return `# ${headline.textContent}\n\n${inMarkdown(lead)}\n${groups.join("")}`;
    }

    function go() {
      const search = new URLSearchParams();
      for (const name of ["from", "to", "resource"]) if (fields[name].value) search.set(name, fields[name].value);
      if (fields.breaking.checked) search.set("breaking", "");
      history.pushState(null, "", "?" + search);
      show();
    }

    form.onchange = go;
    form.onsubmit = (event) => event.preventDefault();
    fields.copy.onclick = () => {
      const say = (words) => {
        fields.copy.textContent = words;
        setTimeout(() => (fields.copy.textContent = "Copy as Markdown"), 1500);
      };
      navigator.clipboard.writeText(copyMarkdown()).then(() => say("Copied"), () => say("Copying failed"));
    };
    addEventListener("popstate", () => page.isConnected && show(), { signal: life.signal });
    addEventListener("beforeprint", () => {
      for (const one of parts.querySelectorAll("details")) one.dispatchEvent(new Event("toggle"));
    }, { signal: life.signal });
    show();
  }

  api.paths = { fold, differing, textsOf, placesOf, runAt, composeSteps };
  const page = document.querySelector(".au-path");
  if (page) start(page);
})();
