"""The pages that show money, one module per family of pages.

Must never: compute a figure or decide a rule; a view reads the address, calls one verb or one read,
and hands over what the template shows.
"""
