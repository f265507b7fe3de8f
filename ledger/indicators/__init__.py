"""Indicators: values by unit, their ranks, the figures that units file, and their pages."""
