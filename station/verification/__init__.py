"""A drummer with known truth through a real virtual port, and what came out compared with it.

=============  ====================================================================
`scenario`     who plays what, and what must be said of it
`compare`      truth against report: a list of checks
`session`      plays a scenario through a port into an engine
`junit`        the checks as JUnit XML, for continuous integration
=============  ====================================================================
"""
