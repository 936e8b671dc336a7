"""Kits by address: a kit is a source of events, opened by URL through a driver."""
