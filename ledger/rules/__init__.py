"""The rules that decide a figure: pure, standard library only."""
