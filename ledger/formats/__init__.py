"""How days are written where Django's own choice is not the official one. Must never: hold words."""
