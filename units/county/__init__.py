"""The county's settings: their page, and the module that changes them."""
