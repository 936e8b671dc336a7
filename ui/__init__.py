"""The dashboard: draws what the engine says; it never judges and never touches a kit.

`app` starts it, `feed` is the only part that talks to the engine, `state` is what is shown
(without Qt), `widgets` and `pages` paint it.
"""
