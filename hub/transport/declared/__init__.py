"""Objects that a connector file declares by templates of calls, whatever a call is: what several drivers share.

A driver gives its ``Style``: how one call is made of what the file says of it. All else is here: listings and their
pages, look-ups, changes, writes, rows, what a record's fields mean, and what is wrong with a template.
"""
