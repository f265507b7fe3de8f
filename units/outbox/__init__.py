"""Notices that leave the program (提醒外发): written with the deed, sent after it is committed."""
