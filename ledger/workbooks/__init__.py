"""The workbooks that people are given: the template with its lists, and their own with refused cells marked."""
