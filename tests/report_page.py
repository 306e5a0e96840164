#!/usr/bin/env python3
"""What must hold of a page of --report, read by another parser.

report_page.py policy PAGE          it may load nothing, and run its own script
report_page.py counts PAGE JSON     its figures are those of --json
report_page.py samples PAGE LOG     each removed text is in the log, with its
                                    place, reason and witness
report_page.py strip PAGE AXE       the page without its policy, with axe-core
report_page.py axe DOM              what axe-core found, in a page that ran it
"""

import base64
import hashlib
import html
import json
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "input", "rect", "br"}


class Page(HTMLParser):
    """Elements with their text, in order; it must be well-formed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.all = [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", "class": "", **dict(attrs)}
        element["inside"] = list(self.open)
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1]["tag"] == tag, (tag, self.getpos())
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def find(self, tag, **want):
        return [e for e in self.all if e["tag"] == tag and
                all(e.get(k.rstrip("_")) == v for k, v in want.items())]

    def inside(self, tag, element):
        return [e for e in self.all if e["tag"] == tag and
                any(o is element for o in e["inside"])]


def policy(page):
    text = open(page, encoding="utf-8").read()
    p = Page(text)
    rules = p.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert len(rules) == 1
    rules = rules[0]["content"]
    assert rules.startswith("default-src 'none'; "), rules
    assert "unsafe" not in rules and "http" not in rules
    for tag in ("style", "script"):
        found = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        assert len(found) == 1 and len(p.find(tag)) == 1
        digest = hashlib.sha256(found[0].encode()).digest()
        name = f"'sha256-{base64.b64encode(digest).decode()}'"
        assert f"{tag}-src {name}" in rules, (tag, name)
    for e in p.all:
        assert e["tag"] not in ("link", "img", "iframe", "object", "base")
        assert not any(k.startswith("on") or k in ("src", "style") for k in e)
        assert e.get("href", "#").startswith("#"), e
    ids = [e["id"] for e in p.all if "id" in e]
    assert len(ids) == len(set(ids))
    assert all(e["href"][1:] in ids for e in p.find("a")), ids
    assert len(p.find("html", lang="en")) == len(p.find("h1")) == 1
    assert len(text.encode()) <= 400000


def number(text):
    return int(text.replace(",", ""))


def counts(page, stats):
    p = Page(open(page, encoding="utf-8").read())
    s = json.loads(open(stats).read().splitlines()[-1])
    table = p.find("table", class_="why")
    rows = [e for t in table for b in p.inside("tbody", t)
            for e in p.inside("tr", b)]
    got = {}
    for row in rows:
        dot = [e["class"] for e in p.inside("span", row)][0].split()[1]
        got[dot] = number(p.inside("td", row)[0]["text"])
    want = {k: v for k, v in s["removed"].items() if v > 0}
    assert got == want, (got, want)
    share = [e["text"] for e in p.find("p", class_="big")][0]
    share = share.replace("\xa0", " ")
    of = 100 * s["removed_share"]
    assert share == f"{of:.1f} %" or (0 < of < 0.1 or of > 99.9), (share, of)
    tiles = {p.inside("dt", d)[0]["text"]: p.inside("dd", d)[0]["text"]
             for d in p.find("div") if len(p.inside("dt", d)) == 1}
    assert number(tiles["Units removed"].split("of")[0]) == \
        sum(want.values())
    assert number(tiles["Documents changed"].split("of ")[1]) == \
        s["documents"]


def samples(page, log):
    p = Page(open(page, encoding="utf-8").read())
    known = {}
    for line in open(log, encoding="utf-8"):
        r = json.loads(line)
        text = "".join(x["text"] for x in r["removed"])
        key = r["document"], r["line"], r["reason"]
        known.setdefault(key, []).append((text, r["witness"]))
    cards = p.find("article")
    assert cards
    for card in cards:
        h4 = [e["text"] for e in p.inside("h4", card)]
        where = re.fullmatch(r"Removed (.*), line (\d+)(, .*)?", h4[0])
        stays = re.fullmatch(r"Stays (.*), line (\d+)(, .*)?", h4[1])
        reason = card["data-kind"].split()[0]
        gone = p.inside("del", card)[0]["text"]
        assert any(gone.strip() in text.replace("\r\n", "\n") and
                   (w["document"], w["line"]) ==
                   (stays[1], int(stays[2])) for text, w in
                   known[where[1], int(where[2]), reason]), card["text"]
        # Its copy is there, with the same words where it is exact.
        kept = p.inside("mark", card)[0]["text"]
        if reason == "exact":
            assert words(gone) == words(kept)[:len(words(gone))], (gone, kept)
    print("figure:", len(cards), "samples")


def words(text):
    return re.findall(r"\w+", text.lower())


def strip(page, axe):
    text = open(page, encoding="utf-8").read()
    text, n = re.subn(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>",
                      "", text)
    assert n == 1
    run = """axe.run().then(function (r) {
        document.documentElement.setAttribute("data-axe", JSON.stringify(
            {passes: r.passes.length, violations: r.violations.map(
                function (v) { return [v.id, v.nodes[0].html,
                                       v.nodes[0].failureSummary]; })}));
    });"""
    script = f"<script>{open(axe, encoding='utf-8').read()}</script>"
    print(text.replace("</body>", f"{script}<script>{run}</script></body>"))


def axe(dom):
    text = open(dom, encoding="utf-8").read()
    found = json.loads(html.unescape(
        re.search(r'data-axe="([^"]*)"', text)[1]))
    assert found["passes"] > 10, found
    assert not found["violations"], found["violations"]


if __name__ == "__main__":
    {"policy": policy, "counts": counts, "samples": samples, "strip": strip,
     "axe": axe}[sys.argv[1]](*sys.argv[2:])
