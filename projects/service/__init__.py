"""Service with time limits, and problems of projects."""
