"""The serial wire to a trigger board; joins the station by its kit drivers' entry points."""
