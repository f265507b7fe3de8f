"""Basics that every other module may use: money, text, refusals and files."""
