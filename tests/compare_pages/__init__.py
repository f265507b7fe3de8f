"""Every address of the program as each of its people sees it, before a change and after: what differs?

With the release before, where this folder is copied into if it is older:
    VAR_DIR=var/county make run          and stop it again: this is the data
    python -m tests.compare_pages capture var/before --data var/county
With the release after:
    python -m tests.compare_pages capture var/after --data var/county --like var/before
    python -m tests.compare_pages diff var/before var/after --meant FILE

``capture`` works on a copy of the data (FOLDER/var), which it brings up to date first; the data stays as it
is, and no server may be running on it. All is asked at one moment of the county's clock. Addresses are those of
links, from ``/`` on, for one person of each role and county, and every pattern of the URLconf with values
seen in links. ``--like`` asks for the addresses of the capture before first, in its order (what people read
leaves lines in the trail), then for new links. ``compare.json`` in the data may name more, and choose people:
{"addresses": ["/search/?q=1"], "people": ["t13"], "keys": {"name": "secret of the data interface"}}.

``diff`` tells equal differences once, in parts: status, type, location, text, figures (only digits differ),
breaks (only lines and cells are broken otherwise), links, forms, labels, shapes. FILE says what is meant: one
regular expression a line, sought in "part /route" and the lines below it, "- before" and "+ after".

It knows nothing of the modules inside, so that it runs unchanged on releases that lie differently.
"""
