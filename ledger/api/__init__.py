"""The read-only JSON API for other systems (/api/v1/), with its OpenAPI description.

It computes no figure, writes nothing to the accounts, and returns only fields that the description
names.
"""
